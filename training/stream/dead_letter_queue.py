"""The dead letters of an environment on AWS: look at them, fetch what they tell of, remove them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from training.aws.clients import client
from training.aws.errors import explained
from training.common.errors import StreamError
from training.stream.dead_letters import DeadLetter, read_dead_letter
from training.stream.description import StreamDescription
from training.stream.record import Record

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_sqs import SQSClient

HIDDEN_SECONDS = 300
"""How long a message is hidden from others while somebody looks at it; `release` ends that."""
_AT_A_TIME = 10


class DeadLetterQueue:
    """The queue, and where the records are that its messages tell of.

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
        return "the queue of dead letters"

    def take(self, limit: int) -> list[DeadLetter]:
        """So many messages at most, hidden from others from now on."""
        letters: dict[str, DeadLetter] = {}
        while len(letters) < limit:
            with explained(self.name):
                answer = self._queue.receive_message(
                    QueueUrl=self._description.dead_letters_url,
                    MaxNumberOfMessages=min(_AT_A_TIME, limit - len(letters)),
                    VisibilityTimeout=HIDDEN_SECONDS,
                    WaitTimeSeconds=1,
                )
            messages = answer.get("Messages", [])
            letters |= {each["MessageId"]: read_dead_letter(each["Body"], each["ReceiptHandle"]) for each in messages}
            if not messages:
                break
        return list(letters.values())

    def release(self, letter: DeadLetter) -> None:
        """Show a message to others again."""
        with explained(self.name):
            self._queue.change_message_visibility(
                QueueUrl=self._description.dead_letters_url, ReceiptHandle=letter.receipt, VisibilityTimeout=0
            )

    def remove(self, letter: DeadLetter) -> None:
        """Remove a message for good."""
        with explained(self.name):
            self._queue.delete_message(QueueUrl=self._description.dead_letters_url, ReceiptHandle=letter.receipt)

    def records(self, letter: DeadLetter) -> list[Record]:
        """The records that a letter tells of, as they were sent.

        Raises
        ------
        StreamError
            when they are no longer there
        """
        if letter.payload is not None:
            return [self._kept(letter.payload, letter.partition_key or "")]
        found = list(self._in_stream(letter)) if letter.count else []
        if len(found) < max(1, letter.count):
            raise StreamError(
                f"only {len(found)} of {letter.count} records from {letter.first} of {letter.shard} are still in the"
                " stream; the senders must send theirs again"
            )
        return found

    def _kept(self, location: str, partition_key: str) -> Record:
        from training.aws.s3_store import S3Store

        bucket, _, key = location.removeprefix("s3://").partition("/")
        content = S3Store(bucket).content_of(key)
        if content is None:
            raise StreamError(f"the payload {location} is no longer there; the sender must send it again")
        return Record(id=partition_key, payload=content)

    def _in_stream(self, letter: DeadLetter) -> Iterator[Record]:
        stream = self._description.stream
        with explained(f"the stream {stream}"):
            iterator: str | None = self._kinesis.get_shard_iterator(
                StreamName=stream,
                ShardId=letter.shard,
                ShardIteratorType="AT_SEQUENCE_NUMBER",
                StartingSequenceNumber=letter.first,
            )["ShardIterator"]
            while iterator:
                answer = self._kinesis.get_records(ShardIterator=iterator, Limit=1000)
                for record in answer["Records"]:
                    if int(record["SequenceNumber"]) > int(letter.last):
                        return
                    yield Record(id=record["PartitionKey"], payload=record["Data"])
                behind = bool(answer["Records"]) or answer["MillisBehindLatest"] > 0
                iterator = answer.get("NextShardIterator") if behind else None
