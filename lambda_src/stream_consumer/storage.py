"""S3 and SQS behind the function's protocols: its only module that uses the AWS SDK.

Times and attempts are explicit: all of them together end long before the function's time-out, so that a
failure of S3 leads to a partial batch response and not to a killed function.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from contract.schemas import DEAD_LETTER
from stream_consumer.consumer import DeadLetter, StorageError
from stream_consumer.parts import Part
from stream_consumer.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

# An object of that key exists: the key holds the digest, so its content is the same. (409 is not among them: two
# write at this moment, and only one of them may succeed.)
_THERE_ALREADY = {"PreconditionFailed", "412"}
CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2})


class Bucket:
    """A bucket whose objects are written once."""

    def __init__(self, client: S3Client, name: str) -> None:
        self._client = client
        self.name = name

    def put_once(self, key: str, content: bytes, content_type: str) -> None:
        """Store an object unless there is one of that key.

        Raises
        ------
        StorageError
            If S3 does not store it.
        """
        try:
            self._client.put_object(
                Bucket=self.name,
                Key=key,
                Body=content,
                ContentType=content_type,
                ChecksumSHA256=base64.b64encode(hashlib.sha256(content).digest()).decode(),
                IfNoneMatch="*",
            )
        except (ClientError, BotoCoreError) as error:
            if isinstance(error, ClientError) and error.response["Error"]["Code"] in _THERE_ALREADY:
                return
            msg = f"s3://{self.name}/{key}: {error}"
            raise StorageError(msg) from error


class S3Parts:
    """A `PartStore` on S3."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def put(self, part: Part) -> None:
        """Store the Parquet file, then its manifest."""
        self._bucket.put_once(part.key, part.content, "application/x-parquet")
        self._bucket.put_once(part.manifest_key, part.manifest, "application/json")


class SqsDeadLetters:
    """`DeadLetters` in a queue; the payload itself is kept in the bucket, which may be too large for a message."""

    def __init__(self, client: SQSClient, queue_url: str, bucket: Bucket, prefix: str) -> None:
        self._client = client
        self._queue_url = queue_url
        self._bucket = bucket
        self._prefix = prefix

    def put(self, dead_letter: DeadLetter) -> None:
        """Store the payload, then send the message about it."""
        delivery = dead_letter.delivery
        key = f"{self._prefix}{delivery.shard}/{delivery.sequence_number}"
        self._bucket.put_once(key, delivery.payload, "application/octet-stream")
        body = {
            "schema": DEAD_LETTER,
            "reason": dead_letter.reason,
            "stream_arn": delivery.stream_arn,
            "shard": delivery.shard,
            "sequence_number": delivery.sequence_number,
            "partition_key": delivery.partition_key,
            "arrived_at": datetime.fromtimestamp(delivery.arrived_at, UTC).isoformat(timespec="milliseconds"),
            "payload": f"s3://{self._bucket.name}/{key}",
            "payload_bytes": len(delivery.payload),
        }
        try:
            self._client.send_message(QueueUrl=self._queue_url, MessageBody=json.dumps(body))
        except (ClientError, BotoCoreError) as error:
            msg = f"{self._queue_url}: {error}"
            raise StorageError(msg) from error


def connect(settings: Settings) -> tuple[S3Parts, SqsDeadLetters]:
    """Make the clients; no request is sent."""
    bucket = Bucket(boto3.client("s3", config=CONFIG), settings.bucket)
    queue = boto3.client("sqs", config=CONFIG)
    return S3Parts(bucket), SqsDeadLetters(queue, settings.dead_letters_url, bucket, settings.dead_letters_prefix)
