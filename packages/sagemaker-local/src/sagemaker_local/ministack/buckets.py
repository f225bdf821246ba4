"""Applies the bucket properties that MiniStack's CloudFormation ignores, through its own S3 operations.

It also takes uploads with `aws:kms` and no key, which AWS encrypts with its own key and MiniStack refuses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sagemaker_local.ministack import bucket_properties
from sagemaker_local.ministack.registry import private, replace

_ENCRYPTION = "x-amz-server-side-encryption"


def install() -> None:
    """Add the properties that MiniStack ignores to the table of those that it applies."""
    table = "ministack.services.cloudformation.provisioners:_S3_BUCKET_CONFIGURATIONS"
    added = []
    for name, to_xml, put, delete in bucket_properties.APPLIED:
        apply = _checked(name, private(f"ministack.services.s3:{put}"))
        clear = private(f"ministack.services.s3:{delete}") if delete else _clearing(apply, to_xml)
        added.append((name, to_xml, apply, clear))
    replace(table, (*private(table), *added))
    _take_uploads_without_key()


def cors_headers(bucket: str, method: str, headers: dict[str, str]) -> dict[str, str]:
    """The CORS headers that a bucket's configuration gives an answer to a request with those headers."""
    return dict(private("ministack.services.s3:cors_response_headers")(bucket, method, headers))


def _take_uploads_without_key() -> None:
    """MiniStack has no key of AWS's own for S3, so such an upload is encrypted as one that asks for nothing."""
    resolve = private("ministack.services.s3:_resolve_sse_write_headers")
    key = f"{_ENCRYPTION}-aws-kms-key-id"

    def resolve_encryption(headers: dict[str, str], bucket: str) -> Any:
        if headers.get(_ENCRYPTION) == "aws:kms" and not headers.get(key):
            headers = {name: value for name, value in headers.items() if name != _ENCRYPTION}
        return resolve(headers, bucket)

    replace("ministack.services.s3:_resolve_sse_write_headers", resolve_encryption)


def _checked(name: str, put: Callable[[str, bytes], Any]) -> Callable[[str, bytes], None]:
    def apply(bucket: str, body: bytes) -> None:
        status, _, answer = put(bucket, body)
        if status >= 400:
            msg = f"AWS::S3::Bucket {name} was refused: {answer!r}"
            raise ValueError(msg)

    return apply


def _clearing(apply: Callable[[str, bytes], None], to_xml: Callable[[Any], bytes]) -> Callable[[str], None]:
    return lambda bucket: apply(bucket, to_xml({}))
