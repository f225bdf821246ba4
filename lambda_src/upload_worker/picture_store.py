"""The store of uploaded pictures: the S3 adapter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from gateway.problems import ProblemError
from upload_jobs.problems import STORAGE_UNAVAILABLE, UPLOAD_GONE, UPLOAD_TOO_LARGE
from upload_worker.messages import Upload
from upload_worker.worker import Picture

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_GONE = frozenset({"NoSuchKey", "NoSuchVersion", "404"})

CONFIG = Config(connect_timeout=1, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2})
"""25 MiB take a second or two; what takes longer is delivered again by the queue."""


class PictureStore:
    """The upload bucket; implements `upload_worker.worker.Pictures`."""

    def __init__(self, client: S3Client, *, bytes_max: int) -> None:
        self._client = client
        self._bytes_max = bytes_max

    @classmethod
    def connect(cls, *, bytes_max: int) -> PictureStore:
        """Make the client; no request is sent."""
        return cls(boto3.client("s3", config=CONFIG), bytes_max=bytes_max)

    def fetch(self, upload: Upload) -> Picture:
        """Fetch the version that the event names.

        Raises
        ------
        ProblemError
            `upload-gone`, `upload-too-large`, or `storage-unavailable` for transient errors.
        """
        wanted: dict[str, Any] = {"Bucket": upload.bucket, "Key": upload.key}
        if upload.version:
            wanted["VersionId"] = upload.version
        try:
            response = self._client.get_object(**wanted)
            size = response["ContentLength"]
            if size > self._bytes_max:
                raise ProblemError(UPLOAD_TOO_LARGE, f"the picture has {size} bytes; {self._bytes_max} are allowed")
            return Picture(body=response["Body"].read(), content_type=response.get("ContentType", ""))
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _GONE:
                raise ProblemError(UPLOAD_GONE, UPLOAD_GONE.remedy, cause=str(error)) from error
            raise _unavailable(error) from error
        except (BotoCoreError, OSError) as error:
            raise _unavailable(error) from error


def _unavailable(error: Exception) -> ProblemError:
    return ProblemError(STORAGE_UNAVAILABLE, STORAGE_UNAVAILABLE.remedy, cause=str(error)[:500])
