"""Gets the size and checksum of an object from S3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from artifact_check.checker import StoredObject

# S3 says 403 and not 404 to a caller who may not list the bucket, as this function may not.
_ABSENT = {"403", "404", "AccessDenied", "NoSuchKey", "NotFound"}


class S3Store:
    """An `ObjectStore` that is S3."""

    def __init__(self, client: Any | None = None) -> None:
        self._client = client or boto3.client("s3", config=Config(connect_timeout=2, read_timeout=5))

    def find(self, bucket: str, key: str) -> StoredObject | None:
        """The object, or None if it is not there or may not be read."""
        try:
            head = self._client.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return None
            raise
        return StoredObject(size_bytes=head["ContentLength"], checksum_sha256=_whole_checksum(head))


def _whole_checksum(head: Mapping[str, object]) -> str | None:
    """The checksum of the content; that of an upload in parts is one of the parts' checksums, and says nothing here."""
    checksum = str(head.get("ChecksumSHA256") or "-")
    return None if "-" in checksum else checksum
