"""What names, addresses, numbers and tags of a job may be: the limits of the service, one check for each."""

from __future__ import annotations

import re

from training.common.bucket_names import BUCKET
from training.common.errors import JobError

_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")
_MOST_NAME = 63
_S3_URI = re.compile(rf"s3://{BUCKET}(/.*)?")
_MOST_TAGS = 50
_TAG = re.compile(r"[\w\s_.:/=+\-@]*")


def check_name(name: str) -> None:
    """Refuse a name that SageMaker would refuse.

    Raises
    ------
    JobError
        with what a name may be
    """
    if len(name) > _MOST_NAME:
        raise JobError(
            f"the job name {name!r} has {len(name)} characters, allowed are at most {_MOST_NAME}; shorten it"
        )
    if not _NAME.fullmatch(name):
        raise JobError(
            f"the job name {name!r} is not valid, allowed are letters, digits and hyphens between them; correct it"
        )


def check_uri(what: str, uri: str) -> None:
    """Refuse what is not an address in S3.

    Raises
    ------
    JobError
        naming `what`
    """
    if not _S3_URI.fullmatch(uri) or len(uri) > 1024:
        raise JobError(f"{what} is at {uri!r}, expected s3://BUCKET/PREFIX/ of at most 1024 characters")


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key, or prefix, of an address in S3."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def check_range(what: str, value: int, least: int, most: int, unit: str) -> None:
    """Refuse a number that is out of range.

    Raises
    ------
    JobError
        with the range
    """
    if not least <= value <= most:
        raise JobError(f"the {what} is {value} {unit}, allowed are {least} to {most}; choose one of these")


def check_tags(tags: tuple[tuple[str, str], ...]) -> None:
    """Refuse tags that SageMaker would refuse.

    Raises
    ------
    JobError
        with what a tag may be
    """
    keys = [key for key, _ in tags]
    if len(tags) > _MOST_TAGS:
        raise JobError(f"there are {len(tags)} tags, allowed are at most {_MOST_TAGS}; leave some out")
    if twice := next((key for key in keys if keys.count(key) > 1), None):
        raise JobError(
            f"the tag {twice} is given twice, allowed is each key once, and project and environment are given already;"
            " use another key"
        )
    for key, value in tags:
        valid = _TAG.fullmatch(key) and _TAG.fullmatch(value) and 1 <= len(key) <= 128 and len(value) <= 256
        if not valid or key.lower().startswith("aws:"):
            raise JobError(
                f"the tag {key}={value} is not valid, allowed are letters, digits, spaces and _.:/=+-@ in at most 128"
                " characters for the key, not beginning with aws:, and 256 for the value; correct tags"
            )
