"""The dead-letter queue of an environment's stream on AWS: read it, fetch the records, remove messages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from contract.stream_record import Record
from training.aws.clients import client
from training.aws.errors import explained
from training.common.errors import PublicationError, StreamError
from training.stream.dead_letters import DeadLetter, read_dead_letter
from training.stream.description import StreamDescription

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_sqs import SQSClient

HIDDEN_SECONDS = 300
"""Visibility timeout of a message that was received; `release` ends it."""
RECORD_BYTES_MAX = 10 << 20
"""Bytes of the largest record of any stream: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html"""
BATCH_RECORDS_MAX = 10_000
"""Records of the largest batch: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html"""
_AT_A_TIME = 10


class DeadLetterQueue:
    """The queue, and the records that its messages refer to.

    Parameters
    ----------
    description
        of the environment's stream
    """

    def __init__(self, description: StreamDescription) -> None:
        self._description = description
        with explained(self.name):
            self._queue: SQSClient = client("sqs")
            self._kinesis: KinesisClient = client("kinesis")

    @property
    def name(self) -> str:
        """What to call it."""
        return "the dead-letter queue"

    def take(self, limit: int) -> list[DeadLetter]:
        """Receive at most so many messages; other consumers do not see them until they are released."""
        dead_letters: dict[str, DeadLetter] = {}
        try:
            while len(dead_letters) < limit:
                received = self._receive(min(_AT_A_TIME, limit - len(dead_letters)))
                dead_letters |= received
                if not received:
                    break
        except BaseException:
            for dead_letter in dead_letters.values():
                with suppress(PublicationError):
                    self.release(dead_letter)
            raise
        return list(dead_letters.values())

    def _receive(self, count: int) -> dict[str, DeadLetter]:
        with explained(self.name):
            response = self._queue.receive_message(
                QueueUrl=self._description.dead_letters_url,
                MaxNumberOfMessages=count,
                VisibilityTimeout=HIDDEN_SECONDS,
                WaitTimeSeconds=1,
            )
        return {
            each["MessageId"]: read_dead_letter(each["Body"], each["ReceiptHandle"])
            for each in response.get("Messages", [])
        }

    def release(self, dead_letter: DeadLetter) -> None:
        """Make a message visible to other consumers again."""
        with explained(self.name):
            self._queue.change_message_visibility(
                QueueUrl=self._description.dead_letters_url, ReceiptHandle=dead_letter.receipt, VisibilityTimeout=0
            )

    def remove(self, dead_letter: DeadLetter) -> None:
        """Remove a message for good."""
        with explained(self.name):
            self._queue.delete_message(QueueUrl=self._description.dead_letters_url, ReceiptHandle=dead_letter.receipt)

    def records(self, dead_letter: DeadLetter) -> list[Record]:
        """The records of a dead letter, as they were sent.

        Raises
        ------
        StreamError
            when they are no longer there, or the message names others than it counts
        """
        if dead_letter.payload is not None:
            return [self._kept(dead_letter.payload, dead_letter.partition_key or "")]
        most = min(dead_letter.count, BATCH_RECORDS_MAX)
        found = list(islice(self._in_stream(dead_letter), most + 1)) if most else []
        if len(found) > most:
            raise StreamError(
                f"more than {most} records are from {dead_letter.first} to {dead_letter.last} of {dead_letter.shard},"
                " which is not what the message counts; none of them was sent again"
            )
        if len(found) < max(1, dead_letter.count):
            raise StreamError(
                f"only {len(found)} of {dead_letter.count} records from {dead_letter.first} of {dead_letter.shard}"
                " are still in the stream; the senders must send them again"
            )
        return found

    def _kept(self, location: str, partition_key: str) -> Record:
        from training.aws.s3_store import S3Store

        bucket, _, key = location.removeprefix("s3://").partition("/")
        content = S3Store(bucket).content_of(key, bytes_max=RECORD_BYTES_MAX)
        if content is None:
            raise StreamError(f"the payload {location} is no longer there; the sender must send it again")
        return Record(id=partition_key, payload=content)

    def _in_stream(self, dead_letter: DeadLetter) -> Iterator[Record]:
        stream = self._description.stream
        with explained(f"the stream {stream}"):
            iterator: str | None = self._kinesis.get_shard_iterator(
                StreamName=stream,
                ShardId=dead_letter.shard,
                ShardIteratorType="AT_SEQUENCE_NUMBER",
                StartingSequenceNumber=dead_letter.first,
            )["ShardIterator"]
            while iterator:
                response = self._kinesis.get_records(ShardIterator=iterator, Limit=1000)
                for record in response["Records"]:
                    if int(record["SequenceNumber"]) > int(dead_letter.last):
                        return
                    yield Record(id=record["PartitionKey"], payload=record["Data"])
                behind = bool(response["Records"]) or response["MillisBehindLatest"] > 0
                iterator = response.get("NextShardIterator") if behind else None
