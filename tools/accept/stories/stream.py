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

ARRIVAL_SECONDS = 600
POISON = b'{"schema": "digits.record/1", "id": "x", "label": 11}'
SOON_SECONDS = 5
"""How long a dead letter that is looked at is hidden from others."""


def play_stream(stage: Stage) -> None:
    """Send ten digits twice with a poison record between, and find all of them where they belong."""
    _remove_own_parts_at_end(stage, keys_below(stage, PARTS_PREFIX))
    records = [make_record(digit, image.tobytes()) for digit, image in enumerate(golden_digits())]
    entries = [{"Data": record.payload, "PartitionKey": record.id} for record in records]
    poisoned = [*entries, {"Data": POISON, "PartitionKey": stage.name}, *entries]
    before = keys_below(stage, PARTS_PREFIX)
    answer = stage.client("kinesis").put_records(StreamName=stage.outputs("stream")["StreamName"], Records=poisoned)
    expect(0, answer["FailedRecordCount"], "records that the stream refused")
    wanted = {record.id for record in records}
    stage.say("waiting for the digits")
    stage.until(
        lambda: wanted <= _arrived(stage, before), "all ten digits are in parts of the bucket", seconds=ARRIVAL_SECONDS
    )
    stage.say("waiting for the dead letter")
    number = answer["Records"][len(entries)]["SequenceNumber"]
    letter = stage.until(lambda: _dead_letter(stage, number), "a dead letter of the poison", seconds=ARRIVAL_SECONDS)
    _expect_poison(stage, letter)


def _arrived(stage: Stage, before: set[str]) -> set[str]:
    """Ids in the parts that are new."""
    new = sorted(key for key in keys_below(stage, PARTS_PREFIX) - before if key.endswith(".json"))
    return {record_id for key in new for record_id in _ids(stage, key)}


def _ids(stage: Stage, key: str) -> list[str]:
    content = stage.client("s3").get_object(Bucket=stage.bucket, Key=key)["Body"].read()
    ids: list[str] = json.loads(content)["ids"]
    return ids


def _dead_letter(stage: Stage, number: str) -> dict[str, Any] | None:
    """The dead letter of a record, taken out of the queue; those of others stay."""
    sqs, url = stage.client("sqs"), stage.outputs("stream")["DeadLettersUrl"]
    answer = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=SOON_SECONDS, WaitTimeSeconds=1
    )
    for message in answer.get("Messages", []):
        letter: dict[str, Any] = json.loads(message["Body"])
        if letter.get("sequence_number") == number:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return letter
    return None


def _expect_poison(stage: Stage, letter: dict[str, Any]) -> None:
    bucket, _, key = str(letter["payload"]).removeprefix("s3://").partition("/")
    stage.at_end(f"s3://{bucket}/{key}", delete_below, stage, key)
    content = stage.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    expect(POISON, content, "the payload of the dead letter")
    if not letter["reason"]:
        raise Differs("a reason in the dead letter", letter)


def _remove_own_parts_at_end(stage: Stage, before: set[str]) -> None:
    """Delete the parts that hold golden digits only; `prepare` leaves pictures of MNIST out of the others."""
    own = {make_record(digit, image.tobytes()).id for digit, image in enumerate(golden_digits())}

    def remove() -> None:
        for key in keys_below(stage, PARTS_PREFIX) - before:
            if key.endswith(".json") and own.issuperset(_ids(stage, key)):
                delete_below(stage, f"{key.removesuffix('.json')}.")

    stage.at_end(f"golden digits below {PARTS_PREFIX}, which 'prepare --from-stream' leaves out", remove)


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
