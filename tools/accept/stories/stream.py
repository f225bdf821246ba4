"""Digits through the stream: they arrive, and a poison record among them becomes a dead letter."""

from __future__ import annotations

import json
from typing import Any

from contract.bucket_layout import PARTS_PREFIX
from contract.stream_record import make_record
from tools.accept.golden import golden_digits
from tools.accept.objects import delete_below, keys_below
from tools.accept.stage import Stage
from tools.accept.story import Differs, Story, expect
from training.common.interrupts import interrupt_held_back

ARRIVAL_SECONDS = 600
POISON = b'{"schema": "digits.record/1", "id": "x", "label": 11}'
SOON_SECONDS = 5
"""How long a dead letter that is looked at is hidden from others."""


class Sent:
    """Ten digits, a poison record, and the digits once more: what was put into the stream, and what comes of it.

    Parameters
    ----------
    stage
        Where it plays.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage, self._before = stage, keys_below(stage, PARTS_PREFIX)
        records = [make_record(digit, image.tobytes()) for digit, image in enumerate(golden_digits())]
        self._ids = {record.id for record in records}
        entries = [{"Data": record.payload, "PartitionKey": record.id} for record in records]
        poisoned = [*entries, {"Data": POISON, "PartitionKey": stage.name}, *entries]
        answer = stage.client("kinesis").put_records(StreamName=stage.outputs("stream")["StreamName"], Records=poisoned)
        self.failed: int = answer["FailedRecordCount"]
        self._number = answer["Records"][len(entries)].get("SequenceNumber")
        self._letter: dict[str, Any] | None = None

    def wait_for_digits(self) -> None:
        """Wait until all of them are in parts that are new."""
        self._stage.until(
            lambda: self._ids <= {record_id for key in self._new_parts() for record_id in _ids(self._stage, key)},
            "all ten digits are in parts of the bucket",
            seconds=ARRIVAL_SECONDS,
        )

    def dead_letter(self) -> dict[str, Any]:
        """The dead letter of the poison, waited for, and taken out of the queue."""
        if self._letter is None:
            self._letter = self._stage.until(self._taken, "a dead letter of the poison", seconds=ARRIVAL_SECONDS)
        return self._letter

    def remove_digits(self) -> None:
        """Delete the parts that hold golden digits only; `prepare` leaves pictures of MNIST out of the others."""
        self.wait_for_digits()
        for key in self._new_parts():
            if self._ids.issuperset(_ids(self._stage, key)):
                delete_below(self._stage, f"{key.removesuffix('.json')}.")

    def remove_dead_letter(self) -> None:
        """Delete its payload after it."""
        delete_below(self._stage, payload_of(self.dead_letter())[1])

    def _new_parts(self) -> list[str]:
        return sorted(key for key in keys_below(self._stage, PARTS_PREFIX) - self._before if key.endswith(".json"))

    def _taken(self) -> dict[str, Any] | None:
        """The dead letter, if it is there; those of others stay."""
        sqs, url = self._stage.client("sqs"), self._stage.outputs("stream")["DeadLettersUrl"]
        answer = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=SOON_SECONDS, WaitTimeSeconds=1
        )
        for message in answer.get("Messages", []):
            letter: dict[str, Any] = json.loads(message["Body"])
            if letter.get("sequence_number") == self._number:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                return letter
        return None


def play_stream(stage: Stage) -> None:
    """Send ten digits twice with a poison record between, and find all of them where they belong."""
    # What is in the stream arrives, whether or not the story is played to its end.
    with interrupt_held_back():
        sent = Sent(stage)
        stage.at_end(
            f"golden digits below {PARTS_PREFIX}, which 'prepare --from-stream' leaves out", sent.remove_digits
        )
        stage.at_end("the dead letter of a poison record", sent.remove_dead_letter)
    expect(0, sent.failed, "records that the stream refused")
    stage.say("waiting for the digits")
    sent.wait_for_digits()
    stage.say("waiting for the dead letter")
    letter = sent.dead_letter()
    bucket, key = payload_of(letter)
    expect(POISON, stage.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read(), "its payload")
    if not letter["reason"]:
        raise Differs("a reason in the dead letter", letter)


def payload_of(letter: dict[str, Any]) -> tuple[str, str]:
    """Bucket and key of what a dead letter is about."""
    bucket, _, key = str(letter["payload"]).removeprefix("s3://").partition("/")
    return bucket, key


def _ids(stage: Stage, key: str) -> list[str]:
    content = stage.client("s3").get_object(Bucket=stage.bucket, Key=key)["Body"].read()
    ids: list[str] = json.loads(content)["ids"]
    return ids


STORIES = (
    Story(
        slug="stream",
        sentence="digits that are sent to the stream arrive, and a poison record among them becomes a dead letter",
        needs=("storage", "stream"),
        seconds=1300,
        usd=0.01,
        changes="21 records in the stream, which forgets them after its retention; their parts and the dead letter",
        play=play_stream,
    ),
)
