"""What S3 says of uploads with a presigned form where MiniStack says less: old signatures, sizes, the order of fields.

S3 ignores every field that comes after the file, so a program that sends the file first would work here and fail there.

Buckets made since June 2020 take no signature of version 2, and boto3 signs forms with that one unless it is configured
`s3v4`; so a program that forgets it would work here and fail on AWS.
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html
"""

from __future__ import annotations

import base64
import json
from typing import Any

from sagemaker_local.ministack.registry import private, replace

_PARSE = "ministack.services.s3:_parse_multipart_form"
_CHECK = "ministack.services.s3:_enforce_signed_post_policy"
_OLD_SIGNATURE = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
_SIZES = {
    b"<Code>EntityTooSmall</Code>": ("EntityTooSmall", "is smaller than the minimum allowed size", "MinSizeAllowed", 1),
    b"<Code>EntityTooLarge</Code>": ("EntityTooLarge", "exceeds the maximum allowed size", "MaxSizeAllowed", 2),
}


def install() -> None:
    """Look at a signed form before and after MiniStack does."""
    parse, check, error = private(_PARSE), private(_CHECK), private("ministack.services.s3:_error")

    def parse_up_to_the_file(content_type: str, body: bytes) -> list[tuple[Any, ...]]:
        return up_to_the_file(parse(content_type, body))

    def enforce_signed_post_policy(fields: dict[str, str], bucket: str, region: str, size: int, sigv4: bool) -> Any:
        if not sigv4:
            return error("InvalidRequest", _OLD_SIGNATURE, 400)
        refused = check(fields, bucket, region, size, sigv4)
        for mark, (code, words, name, place) in _SIZES.items():
            if refused and mark in refused[2]:
                sizes = {"ProposedSize": str(size), name: _limit(fields["policy"], place)}
                return error(code, f"Your proposed upload {words}", 400, extra=sizes)
        return refused

    replace(_PARSE, parse_up_to_the_file)
    replace(_CHECK, enforce_signed_post_policy)


def up_to_the_file(parts: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The parts of a form that S3 looks at; each begins with its name."""
    names = [part[0] for part in parts]
    return parts[: names.index("file") + 1] if "file" in names else parts


def _limit(policy: str, place: int) -> str:
    """A limit of the policy's range, which is known to be there."""
    conditions = json.loads(base64.b64decode(policy))["conditions"]
    return next(str(each[place]) for each in conditions if isinstance(each, list) and each[0] == "content-length-range")
