"""The dead-letter queue of failed uploads: what is in it, and moving its messages back to the queue for a retry.

A dead letter is sent before it is deleted. An interruption between the two leaves it in both queues, which does no
harm, since the worker handles an upload once; it is never in none. SQS can move dead letters itself
(`StartMessageMoveTask`), but does not say which.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from botocore.exceptions import ClientError

from contract.json_text import read_json

_JOB_ID = re.compile(r"[!-~]{1,128}")

BATCH = 10
"""Most messages that SQS takes or gives at once."""

BATCH_BYTES = 200_000
"""Of the bodies in one request; attributes count, too, and older endpoints take 262,144 bytes altogether."""

_REFUSED_TOGETHER = {"AWS.SimpleQueueService.BatchRequestTooLong", "BatchRequestTooLong", "InvalidMessageContents"}

HELD_SECONDS = 120
"""Visibility timeout of a dead letter that is read or moved; after that it is visible again."""


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """A failed upload.

    Attributes
    ----------
    job_ids
        The jobs that it refers to: usually one, none if it is not an event of S3.
    sent_at
        When it was first sent, in seconds since 1970.
    receives
        How often it was received, by the worker and by this module.
    """

    message_id: str
    receipt_handle: str
    body: str
    attributes: dict[str, Any]
    job_ids: tuple[str, ...]
    sent_at: float
    receives: int


@dataclass(frozen=True, kw_only=True)
class Moved:
    """What became of a move.

    Attributes
    ----------
    dead_letters
        Those that are in the queue again.
    refused
        Why SQS did not take others, one text each; they are still dead letters.
    returned
        How many came back, failed again, while others were still being moved.
    """

    dead_letters: list[DeadLetter] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    returned: int = 0


class DeadLetterQueue:
    """The dead-letter queue, and the queue whose messages it gets.

    Parameters
    ----------
    client
        Of SQS.
    url
        Of the dead-letter queue.
    source_url
        Of the queue whose messages it gets.
    """

    def __init__(self, client: Any, *, url: str, source_url: str) -> None:
        self._client, self._url, self._source_url = client, url, source_url

    def count(self) -> int:
        """About how many there are, with those that are being read."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        response = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)
        return sum(int(response["Attributes"][name]) for name in names)

    def look(self) -> list[DeadLetter]:
        """Read all of them; they stay."""
        dead_letters: dict[str, DeadLetter] = {}
        try:
            for batch in self._batches():
                if all(dead_letter.message_id in dead_letters for dead_letter in batch):
                    break  # those received first are visible again
                dead_letters |= {dead_letter.message_id: dead_letter for dead_letter in batch}
        finally:
            self._release(list(dead_letters.values()))
        return list(dead_letters.values())

    def move(self) -> Iterator[Moved]:
        """Put all of them back into the queue, some at a time; what came of each."""
        sent: set[str] = set()
        held: list[DeadLetter] = []
        try:
            for batch in self._batches():
                returned = [dead_letter for dead_letter in batch if dead_letter.message_id in sent]
                fresh = [dead_letter for dead_letter in batch if dead_letter.message_id not in sent]
                held += returned
                moved = self._send(fresh, sent) if fresh else Moved()
                self._delete(moved.dead_letters)
                yield Moved(dead_letters=moved.dead_letters, refused=moved.refused, returned=len(returned))
                if not fresh:
                    break
        finally:
            self._release(held)

    def _batches(self) -> Iterator[list[DeadLetter]]:
        """Receive until there is nothing more; what is received is held."""
        while True:
            response = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=BATCH,
                VisibilityTimeout=HELD_SECONDS,
                WaitTimeSeconds=1,  # without waiting SQS asks some of its machines only, and may say there is nothing
                AttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
            dead_letters = [_dead_letter(message) for message in response.get("Messages", [])]
            if not dead_letters:
                return
            yield dead_letters

    def _send(self, dead_letters: Sequence[DeadLetter], sent: set[str]) -> Moved:
        moved = Moved()
        for group in _groups(dead_letters):
            part = self._send_group(group, sent)
            moved.dead_letters.extend(part.dead_letters)
            moved.refused.extend(part.refused)
        return moved

    def _send_group(self, dead_letters: Sequence[DeadLetter], sent: set[str]) -> Moved:
        entries = [
            {"Id": str(number), "MessageBody": dead_letter.body, "MessageAttributes": dead_letter.attributes}
            for number, dead_letter in enumerate(dead_letters)
        ]
        try:
            response = self._client.send_message_batch(QueueUrl=self._source_url, Entries=entries)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _REFUSED_TOGETHER:
                raise
            return Moved(refused=[f"{error.response['Error']['Code']}: {len(entries)} at once"])
        sent |= {taken["MessageId"] for taken in response.get("Successful", [])}
        return Moved(
            dead_letters=[dead_letters[int(taken["Id"])] for taken in response.get("Successful", [])],
            refused=[f"{failed['Code']} {failed.get('Message', '')}".strip() for failed in response.get("Failed", [])],
        )

    def _delete(self, dead_letters: Sequence[DeadLetter]) -> None:
        if dead_letters:
            entries = [
                {"Id": str(number), "ReceiptHandle": each.receipt_handle} for number, each in enumerate(dead_letters)
            ]
            # One that is not deleted is moved again by the next redrive, and its upload is handled once all the same.
            self._client.delete_message_batch(QueueUrl=self._url, Entries=entries)

    def _release(self, dead_letters: Sequence[DeadLetter]) -> None:
        """Make dead letters visible at once instead of after `HELD_SECONDS`."""
        for start in range(0, len(dead_letters), BATCH):
            entries = [
                {"Id": str(number), "ReceiptHandle": dead_letter.receipt_handle, "VisibilityTimeout": 0}
                for number, dead_letter in enumerate(dead_letters[start : start + BATCH])
            ]
            try:
                self._client.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)
            except ClientError:
                return  # they become visible by themselves


def _groups(dead_letters: Sequence[DeadLetter]) -> Iterator[list[DeadLetter]]:
    """Those that go in one request: SQS limits the bytes of all of them together."""
    group: list[DeadLetter] = []
    size = 0
    for dead_letter in dead_letters:
        own = len(dead_letter.body.encode("utf-8", "replace"))
        if group and size + own > BATCH_BYTES:
            yield group
            group, size = [], 0
        group.append(dead_letter)
        size += own
    if group:
        yield group


def _dead_letter(message: dict[str, Any]) -> DeadLetter:
    facts = message.get("Attributes", {})
    return DeadLetter(
        message_id=message["MessageId"],
        receipt_handle=message["ReceiptHandle"],
        body=message["Body"],
        attributes=_writable(message.get("MessageAttributes", {})),
        job_ids=jobs_in(message["Body"]),
        sent_at=int(facts.get("SentTimestamp", 0)) / 1000,
        receives=int(facts.get("ApproximateReceiveCount", 0)),
    )


def _writable(attributes: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What was received, as it may be sent."""
    names = ("DataType", "StringValue", "BinaryValue")
    return {key: {name: value[name] for name in names if name in value} for key, value in attributes.items()}


def jobs_in(body: str) -> tuple[str, ...]:
    """Read the jobs out of an event of S3, whose keys end with them; none if it is something else.

    What cannot be the id of a job is left out: DynamoDB refuses a whole request for one key of more than 2048 bytes.
    """
    try:
        keys = [unquote_plus(record["s3"]["object"]["key"]) for record in read_json(body)["Records"]]
    except (ValueError, TypeError, KeyError, AttributeError):
        return ()
    return tuple(job_id for key in keys if _JOB_ID.fullmatch(job_id := key.rpartition("/")[2]))
