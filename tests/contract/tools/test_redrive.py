"""Dead letters in queues of the emulator: looked at, moved and followed in a table, with the clients of the SDK."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.emulator import Emulator
from tests.support.s3_events import event_of_s3
from tools.dead_letters import DeadLetterQueue
from tools.redrive import JobTable, look, redrive

pytestmark = pytest.mark.slow

JOBS = [f"job-{number:02}" for number in range(12)]


@dataclass(frozen=True)
class Given:
    """Two queues and a table."""

    sqs: Any
    url: str
    source_url: str
    jobs: JobTable

    @property
    def queue(self) -> DeadLetterQueue:
        return DeadLetterQueue(self.sqs, url=self.url, source_url=self.source_url)

    def received(self) -> dict[str, Any]:
        """What is in the queue, by its body; it is taken out."""
        found: dict[str, Any] = {}
        while messages := self._take():
            found |= {message["Body"]: message for message in messages}
        return found

    def _take(self) -> list[dict[str, Any]]:
        answer = self.sqs.receive_message(
            QueueUrl=self.source_url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=60
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages


@pytest.fixture
def given(emulator: Emulator, request: pytest.FixtureRequest) -> Given:
    sqs, dynamodb = emulator.client("sqs"), emulator.client("dynamodb")
    name = request.node.name[-40:].strip("_")
    table = f"jobs-{name}"
    dynamodb.create_table(
        TableName=table,
        AttributeDefinitions=[{"AttributeName": "job_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "job_id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for job_id in JOBS:
        outcome = json.dumps({"digits": [{"digit": 7}]})
        item = {"job_id": {"S": job_id}, "status": {"S": "DONE"}, "outcome": {"S": outcome}}
        dynamodb.put_item(TableName=table, Item=item)
    return Given(
        sqs=sqs,
        url=sqs.create_queue(QueueName=f"dead-letters-{name}")["QueueUrl"],
        source_url=sqs.create_queue(QueueName=f"queue-{name}")["QueueUrl"],
        jobs=JobTable(client=dynamodb, name=table),
    )


def fail(given: Given, *bodies: str) -> None:
    attribute = {"from": {"DataType": "String", "StringValue": "a test"}}
    for body in bodies:
        given.sqs.send_message(QueueUrl=given.url, MessageBody=body, MessageAttributes=attribute)


def test_dead_letters_are_moved_whole_and_followed(given: Given) -> None:
    said = list[str]()
    fail(given, *map(event_of_s3, JOBS))
    assert redrive(given.queue, given.jobs, said.append, wait_seconds=5) == 0
    assert said[-2:] == ["ended: 12 DONE", "dead letters left: 0"]
    assert f"  job {JOBS[3]}  DONE: 7" in said
    received = given.received()
    assert set(received) == set(map(event_of_s3, JOBS))
    message = received[event_of_s3(JOBS[0])]
    assert message["MessageAttributes"] == {"from": {"DataType": "String", "StringValue": "a test"}}


def test_looking_leaves_dead_letters_where_they_are_for_everybody(given: Given) -> None:
    said = list[str]()
    fail(given, event_of_s3(JOBS[0]), "junk")
    assert look(given.queue, given.jobs, said.append) == 0
    assert look(given.queue, given.jobs, said.append) == 0
    assert [line for line in said if line.startswith("dead letters")] == ["dead letters: 2", "dead letters: 2"]
    assert sum("DONE: 7" in line and "received" in line for line in said) == 2
    assert given.received() == {}


def test_a_dead_letter_that_was_sent_but_not_deleted_is_in_both_queues(given: Given) -> None:
    fail(given, event_of_s3(JOBS[0]))
    interrupted = Interrupted(given.sqs)
    queue = DeadLetterQueue(interrupted, url=given.url, source_url=given.source_url)
    with pytest.raises(KeyboardInterrupt):
        next(queue.move())
    assert set(given.received()) == {event_of_s3(JOBS[0])}
    assert given.queue.count() == 1
    # It is held for a while; whoever tries again later finds it.
    (handle,) = interrupted.handles
    given.sqs.change_message_visibility(QueueUrl=given.url, ReceiptHandle=handle, VisibilityTimeout=0)
    assert [len(step.dead_letters) for step in given.queue.move()] == [1]
    assert set(given.received()) == {event_of_s3(JOBS[0])}
    assert given.queue.count() == 0


class Interrupted:
    """A client of SQS whose user presses Ctrl-C before anything is deleted."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.handles: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def delete_message_batch(self, *, Entries: list[dict[str, Any]], **_: Any) -> None:  # noqa: N803
        self.handles += [entry["ReceiptHandle"] for entry in Entries]
        raise KeyboardInterrupt
