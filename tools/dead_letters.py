"""The queue of uploads that were given up: what is in it, and how they get back to be tried again.

A letter is sent before it is deleted. Whoever is interrupted between the two leaves it in both queues, which does no
harm, since the worker handles an upload once; it is never in none. AWS has a task of its own that moves letters
(`StartMessageMoveTask`), which does not say which.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from botocore.exceptions import ClientError

BATCH = 10
"""Most messages that SQS takes or gives at once."""

HELD_SECONDS = 120
"""How long a letter that is looked at or moved is not given to anybody else; after that it is there again."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """An upload that was given up.

    Attributes
    ----------
    job_ids
        The jobs that it tells of: usually one, none if it is no event of S3.
    sent_at
        When it was first sent, in seconds since 1970.
    receives
        How often it was received, attempts of the worker and looks of people.
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
    letters
        Those that are in the queue again.
    refused
        Why SQS did not take others, one text each; they are still dead letters.
    returned
        How many came back, given up once more, while others were still being moved.
    """

    letters: list[Letter] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    returned: int = 0


class DeadLetters:
    """The queue of dead letters, and the queue that they come from.

    Parameters
    ----------
    client
        Of SQS.
    letters_url, queue_url
        The two queues.
    """

    def __init__(self, client: Any, *, letters_url: str, queue_url: str) -> None:
        self._client, self._letters_url, self._queue_url = client, letters_url, queue_url

    def count(self) -> int:
        """About how many there are, with those that somebody looks at."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self._client.get_queue_attributes(QueueUrl=self._letters_url, AttributeNames=names)
        return sum(int(answer["Attributes"][name]) for name in names)

    def look(self) -> list[Letter]:
        """Read all of them; they stay."""
        letters: dict[str, Letter] = {}
        try:
            for batch in self._batches():
                if all(letter.message_id in letters for letter in batch):
                    break  # what was held too long is there again
                letters |= {letter.message_id: letter for letter in batch}
        finally:
            self._release(list(letters.values()))
        return list(letters.values())

    def move(self) -> Iterator[Moved]:
        """Put all of them back into the queue, some at a time; what came of each."""
        sent: set[str] = set()
        held: list[Letter] = []
        try:
            for batch in self._batches():
                returned = [letter for letter in batch if letter.message_id in sent]
                fresh = [letter for letter in batch if letter.message_id not in sent]
                held += returned
                moved = self._send(fresh, sent) if fresh else Moved()
                self._delete(moved.letters)
                yield Moved(letters=moved.letters, refused=moved.refused, returned=len(returned))
                if not moved.letters:
                    break
        finally:
            self._release(held)

    def _batches(self) -> Iterator[list[Letter]]:
        """Receive until there is nothing more; what is received is held."""
        while True:
            answer = self._client.receive_message(
                QueueUrl=self._letters_url,
                MaxNumberOfMessages=BATCH,
                VisibilityTimeout=HELD_SECONDS,
                WaitTimeSeconds=1,  # without waiting SQS asks some of its machines only, and may say there is nothing
                AttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
            letters = [_letter(message) for message in answer.get("Messages", [])]
            if not letters:
                return
            yield letters

    def _send(self, letters: Sequence[Letter], sent: set[str]) -> Moved:
        entries = [
            {"Id": str(number), "MessageBody": letter.body, "MessageAttributes": letter.attributes}
            for number, letter in enumerate(letters)
        ]
        answer = self._client.send_message_batch(QueueUrl=self._queue_url, Entries=entries)
        sent |= {taken["MessageId"] for taken in answer.get("Successful", [])}
        return Moved(
            letters=[letters[int(taken["Id"])] for taken in answer.get("Successful", [])],
            refused=[f"{failed['Code']} {failed.get('Message', '')}".strip() for failed in answer.get("Failed", [])],
        )

    def _delete(self, letters: Sequence[Letter]) -> None:
        if letters:
            entries = [{"Id": str(number), "ReceiptHandle": each.receipt_handle} for number, each in enumerate(letters)]
            # One that is not deleted is moved again by the next redrive, and its upload is handled once all the same.
            self._client.delete_message_batch(QueueUrl=self._letters_url, Entries=entries)

    def _release(self, letters: Sequence[Letter]) -> None:
        """Let others see letters at once; without this they do after `HELD_SECONDS`."""
        for start in range(0, len(letters), BATCH):
            entries = [
                {"Id": str(number), "ReceiptHandle": letter.receipt_handle, "VisibilityTimeout": 0}
                for number, letter in enumerate(letters[start : start + BATCH])
            ]
            try:
                self._client.change_message_visibility_batch(QueueUrl=self._letters_url, Entries=entries)
            except ClientError:
                return  # they are there again by themselves


def _letter(message: dict[str, Any]) -> Letter:
    facts = message.get("Attributes", {})
    return Letter(
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
    """Read the jobs out of an event of S3, whose keys end with them; none if it is something else."""
    try:
        keys = [unquote_plus(record["s3"]["object"]["key"]) for record in json.loads(body)["Records"]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return ()
    return tuple(job_id for key in keys if (job_id := key.rpartition("/")[2]))
