"""What S3 says of uploads with a presigned form where MiniStack says less: signatures, sizes, what follows the file.

Buckets made since June 2020 take no signature of version 2, and boto3 signs forms with that one unless it is configured
`s3v4`; so a program that forgets it would work here and fail on AWS.
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html
"""

from __future__ import annotations

import base64
import json
from typing import Any

from sagemaker_local.ministack.registry import private, replace

# Name of the field, name of the file, headers, content.
Part = tuple[str, str | None, dict[str, str], bytes]

_CHECK = "ministack.services.s3:_enforce_signed_post_policy"
_PARSE = "ministack.services.s3:_parse_multipart_form"
_OLD_SIGNATURE = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
_SIZES = {
    b"<Code>EntityTooSmall</Code>": ("EntityTooSmall", "is smaller than the minimum allowed size", "MinSizeAllowed", 1),
    b"<Code>EntityTooLarge</Code>": ("EntityTooLarge", "exceeds the maximum allowed size", "MaxSizeAllowed", 2),
}


def install() -> None:
    """Look at a signed form before and after MiniStack does."""
    check, error = private(_CHECK), private("ministack.services.s3:_error")

    def enforce_signed_post_policy(fields: dict[str, str], bucket: str, region: str, size: int, sigv4: bool) -> Any:
        if not sigv4:
            return error("InvalidRequest", _OLD_SIGNATURE, 400)
        refused = check(fields, bucket, region, size, sigv4)
        for mark, (code, words, name, place) in _SIZES.items():
            if refused and mark in refused[2]:
                sizes = {"ProposedSize": str(size), name: _limit(fields["policy"], place)}
                return error(code, f"Your proposed upload {words}", 400, extra=sizes)
        return refused

    replace(_CHECK, enforce_signed_post_policy)
    parse = private(_PARSE)
    replace(_PARSE, lambda content_type, body: up_to_file(parse(content_type, body)))


def up_to_file(parts: list[Part]) -> list[Part]:
    """The parts of a form as far as S3 reads them: "the file or content must be the last field", others are ignored."""
    place = next((index for index, part in enumerate(parts) if part[0] == "file"), len(parts))
    return parts[: place + 1]


def _limit(policy: str, place: int) -> str:
    """A limit of the policy's range, which is known to be there."""
    conditions = json.loads(base64.b64decode(policy))["conditions"]
    return next(str(each[place]) for each in conditions if isinstance(each, list) and each[0] == "content-length-range")
