"""The upload bucket: the S3 adapter, which signs forms and sends nothing.

A form (presigned POST) can limit the size, a presigned URL cannot. S3 refuses whatever differs from its conditions.
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from upload_jobs.jobs import Job
from uploads.application import Form

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CORRELATION_METADATA = "x-amz-meta-correlation-id"


class UploadBucket:
    """A bucket; implements `uploads.application.Uploads`."""

    def __init__(self, client: S3Client, bucket: str, *, bytes_max: int, url_seconds: int) -> None:
        self._client = client
        self._bucket = bucket
        self._bytes_max = bytes_max
        self._url_seconds = url_seconds

    @classmethod
    def connect(cls, bucket: str, *, bytes_max: int, url_seconds: int) -> UploadBucket:
        """Make the client; no request is sent."""
        # The regional endpoint: the page's content security policy names it, and the global one redirects, or refuses.
        # Forms use the global one unless the addressing style is set, and in us-east-1 unless that is set as well.
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
        )
        return cls(boto3.client("s3", config=config), bucket, bytes_max=bytes_max, url_seconds=url_seconds)

    def form(self, job: Job) -> Form:
        """Sign a form for one key, one content type, a bounded size, encryption, and a few minutes."""
        fields = {
            "Content-Type": job.content_type,
            "x-amz-server-side-encryption": "AES256",
            CORRELATION_METADATA: job.correlation_id,
        }
        signed = self._client.generate_presigned_post(
            Bucket=self._bucket,
            Key=job.key,
            Fields=dict(fields),
            Conditions=[{name: value} for name, value in fields.items()]
            + [["content-length-range", 1, self._bytes_max]],
            ExpiresIn=self._url_seconds,
        )
        return Form(url=signed["url"], fields=signed["fields"])
