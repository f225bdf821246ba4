"""The store of `training.aws.publication` on S3, and the look-up of an environment's bucket.

Every failure of AWS, the network or the credentials becomes one sentence (`training.aws.errors`). boto3 honours
`AWS_ENDPOINT_URL`, so the same code talks to the emulator.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from training.aws.bodies import BYTES_MAX, whole_body
from training.aws.clients import client
from training.aws.errors import explained
from training.aws.parameters import read_parameter
from training.common.bucket_names import BUCKET_RULE, is_bucket_name
from training.common.errors import PublicationError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CHUNK_BYTES = 1 << 20
_PERHAPS_ABSENT = ("404", "NoSuchKey", "NotFound", "403", "AccessDenied")
"""S3 answers 403 instead of 404 to whoever may list a part of the bucket only."""
_THERE_ALREADY = ("PreconditionFailed", "412", "ConditionalRequestConflict", "409")


class S3Store:
    """One bucket.

    Parameters
    ----------
    bucket
        its name
    s3
        the client to use; that of the environment's session unless given

    Raises
    ------
    PublicationError
        when no bucket can have that name
    """

    def __init__(self, bucket: str, *, s3: S3Client | None = None) -> None:
        if not is_bucket_name(bucket):
            raise PublicationError(f"{bucket!r} is not the name of a bucket, allowed are {BUCKET_RULE}; correct it")
        self._bucket = bucket
        with explained(self.name):
            self._client: S3Client = s3 or client("s3")

    @property
    def name(self) -> str:
        """The bucket as people write it."""
        return f"s3://{self._bucket}"

    def sha256_of(self, key: str) -> str | None:
        """The checksum that S3 keeps with the object, or that of its content if it keeps none; None if absent."""
        with explained(self.name):
            try:
                response = self._client.head_object(Bucket=self._bucket, Key=key, ChecksumMode="ENABLED")
            except ClientError as problem:
                if self._is_absent(key, problem):
                    return None
                raise
            checksum = response.get("ChecksumSHA256")
            # a composite checksum of a multipart upload ends in -N and is not that of the content
            if checksum and "-" not in checksum:
                return base64.b64decode(checksum).hex()
            return self._sha256_of_content(key)

    def put_new(self, key: str, content: bytes, *, sha256: str, content_type: str) -> bool:
        """Store an object unless there is one; S3 refuses it when the content does not have that SHA-256."""
        with explained(self.name):
            try:
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=content,
                    ContentType=content_type,
                    ChecksumSHA256=base64.b64encode(bytes.fromhex(sha256)).decode(),
                    IfNoneMatch="*",
                )
            except ClientError as problem:
                if problem.response["Error"]["Code"] in _THERE_ALREADY:
                    return False
                raise
        return True

    def content_of(self, key: str, *, bytes_max: int = BYTES_MAX) -> bytes | None:
        """The whole content of an object, or None when there is no such object.

        Raises
        ------
        PublicationError
            when it is larger than `bytes_max`; then it is not read
        """
        with explained(f"{self.name}/{key}"):
            try:
                return whole_body(
                    self._client.get_object(Bucket=self._bucket, Key=key), f"{self.name}/{key}", bytes_max=bytes_max
                )
            except ClientError as problem:
                if self._is_absent(key, problem):
                    return None
                raise

    def _is_absent(self, key: str, problem: ClientError) -> bool:
        """Whether the problem is that there is no such object; the list knows, or has an error that says more."""
        if problem.response["Error"]["Code"] not in _PERHAPS_ABSENT:
            return False
        response = self._client.list_objects_v2(Bucket=self._bucket, Prefix=key, MaxKeys=1)
        return not any(each["Key"] == key for each in response.get("Contents", []))

    def _sha256_of_content(self, key: str) -> str:
        digest = hashlib.sha256()
        for chunk in self._client.get_object(Bucket=self._bucket, Key=key)["Body"].iter_chunks(_CHUNK_BYTES):
            digest.update(chunk)
        return digest.hexdigest()


def bucket_of(environment: str) -> str:
    """The bucket of an environment, from the SSM parameter that its storage stack writes.

    Raises
    ------
    PublicationError
        when it is not deployed, or AWS cannot be reached
    """
    return read_parameter(
        environment,
        f"/digits/{environment}/bucket-name",
        missing=f"so the environment {environment} has no bucket here;"
        f" deploy the stack digits-{environment}-storage first, or name a bucket with --bucket",
    )
