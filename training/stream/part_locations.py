"""Where parts may be read from: a bucket, or a folder of this machine to which they were copied."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from contract.bucket_layout import PARTS_PREFIX
from training.common.bucket_names import is_bucket_name
from training.common.errors import DataError
from training.stream.parts import PartSource

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class FolderOfParts:
    """A `PartSource` on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def name(self) -> str:
        """The folder."""
        return str(self._folder)

    def keys(self) -> list[str]:
        """All files below it, relative to it."""
        return [path.relative_to(self._folder).as_posix() for path in self._folder.rglob("*") if path.is_file()]

    def read(self, key: str) -> bytes | None:
        """The content of one of them."""
        path = self._folder / key
        return path.read_bytes() if path.is_file() else None


class BucketOfParts:
    """A `PartSource` below a prefix of a bucket."""

    def __init__(self, bucket: str, prefix: str) -> None:
        from training.aws.clients import client
        from training.aws.errors import explained

        self._bucket, self._prefix = bucket, prefix
        with explained(self.name):
            self._client: S3Client = client("s3")

    @property
    def name(self) -> str:
        """The place as people write it."""
        return f"s3://{self._bucket}/{self._prefix}"

    def keys(self) -> list[str]:
        """All keys below the prefix."""
        from training.aws.errors import explained

        with explained(self.name):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
            return [each["Key"] for page in pages for each in page.get("Contents", [])]

    def read(self, key: str) -> bytes | None:
        """The content under one of them."""
        from training.aws.bodies import whole_body
        from training.aws.errors import explained

        with explained(f"s3://{self._bucket}/{key}"):
            try:
                return whole_body(self._client.get_object(Bucket=self._bucket, Key=key), f"s3://{self._bucket}/{key}")
            except self._client.exceptions.NoSuchKey:
                return None


def part_source(location: str) -> PartSource:
    """The source that a person means: `s3://BUCKET/PREFIX/`, or a folder.

    Raises
    ------
    DataError
        when it is neither
    """
    if location.startswith("s3://"):
        bucket, _, prefix = location.removeprefix("s3://").partition("/")
        if is_bucket_name(bucket) and prefix:
            return BucketOfParts(bucket, prefix if prefix.endswith("/") else f"{prefix}/")
    elif Path(location).is_dir():
        return FolderOfParts(Path(location))
    raise DataError(f"{location} holds no parts; give s3://BUCKET/{PARTS_PREFIX} or a folder to which they were copied")
