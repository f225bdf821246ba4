"""Applies the bucket properties that MiniStack's CloudFormation reads over, through its own S3 operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator import bucket_properties
from emulator.registry import private, replace


def install() -> None:
    """Add the properties that MiniStack reads over to the table of those that it applies."""
    table = "ministack.services.cloudformation.provisioners:_S3_BUCKET_CONFIGURATIONS"
    added = []
    for name, to_xml, put, delete in bucket_properties.APPLIED:
        apply = _checked(name, private(f"ministack.services.s3:{put}"))
        clear = private(f"ministack.services.s3:{delete}") if delete else _clearing(apply, to_xml)
        added.append((name, to_xml, apply, clear))
    replace(table, (*private(table), *added))


def _checked(name: str, put: Callable[[str, bytes], Any]) -> Callable[[str, bytes], None]:
    def apply(bucket: str, body: bytes) -> None:
        status, _, answer = put(bucket, body)
        if status >= 400:
            msg = f"AWS::S3::Bucket {name} was refused: {answer!r}"
            raise ValueError(msg)

    return apply


def _clearing(apply: Callable[[str, bytes], None], to_xml: Callable[[Any], bytes]) -> Callable[[str], None]:
    return lambda bucket: apply(bucket, to_xml({}))
