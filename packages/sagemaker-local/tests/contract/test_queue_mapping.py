"""A queue that is mapped to a function in the emulator: what fails comes back, what is done goes, nothing is lost."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from support.emulated_functions import (
    READS_QUEUE,
    depth,
    make_function,
    make_queue,
    map_queue,
    redriven_to,
    zipped,
)
from support.emulators import Emulator, eventually

pytestmark = pytest.mark.slow

# Bodies tell the function what to do; what it saw is in a queue of its own.
CODE = """
import json, os, time
import boto3
sqs = boto3.client("sqs", endpoint_url=os.environ["AWS_ENDPOINT_URL"], region_name="us-east-1")
def handler(event, context):
    failures, answer = [], None
    for record in event["Records"]:
        told = json.loads(record["body"])
        count = int(record["attributes"]["ApproximateReceiveCount"])
        seen = {"n": told.get("n"), "count": count, "batch": len(event["Records"])}
        seen |= {"began": time.time(), "code": "CODE"}
        sqs.send_message(QueueUrl=told["seen"], MessageBody=json.dumps(seen))
        time.sleep(told.get("sleep", 0) if count == 1 else 0)
        if "visible" in told and count == 1:
            url = told["seen"].rpartition("/")[0] + "/" + record["eventSourceARN"].rpartition(":")[2]
            sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=record["receiptHandle"],
                                          VisibilityTimeout=told["visible"])
        if told.get("raise") and count <= told["raise"]:
            raise ValueError("told to")
        if told.get("fail") and count <= told["fail"]:
            failures.append({"itemIdentifier": record["messageId"]})
        if "answer" in told and count == 1:
            answer = told["answer"]
    return {"batchItemFailures": failures} if answer is None else answer
"""
RIGHTS = ("sqs:SendMessage", "sqs:ChangeMessageVisibility")


class Story:
    """A queue, its dead-letter queue, the function it is mapped to, and a queue of what that one saw."""

    def __init__(self, emulator: Emulator, name: str, *, rights: tuple[str, ...] = READS_QUEUE, **queue: Any) -> None:
        self.emulator, self.name, self.sqs = emulator, name, emulator.client("sqs")
        self.dead = make_queue(emulator, f"{name}-dead")
        self.seen_url = make_queue(emulator, f"{name}-seen")
        attributes = {"VisibilityTimeout": 3, "RedrivePolicy": redriven_to(f"{name}-dead", after=2), **queue}
        self.url = make_queue(emulator, name, **attributes)
        make_function(emulator, name, CODE.replace("CODE", "first"), *rights, *RIGHTS)
        self.seen: list[dict[str, Any]] = []
        self.mapping = ""

    def begin(self, **rules: Any) -> Story:
        """Map the queue to the function."""
        self.mapping = map_queue(self.emulator, self.name, **rules)
        return self

    def send(self, *told: dict[str, Any]) -> None:
        """Send messages, numbered from 0."""
        entries = [
            {"Id": str(n), "MessageBody": json.dumps({"n": n, "seen": self.seen_url, **each})}
            for n, each in enumerate(told)
        ]
        for start in range(0, len(entries), 10):
            answer = self.sqs.send_message_batch(QueueUrl=self.url, Entries=entries[start : start + 10])
            assert not answer.get("Failed")

    def look(self) -> list[dict[str, Any]]:
        """What the function saw so far."""
        while messages := self.sqs.receive_message(QueueUrl=self.seen_url, MaxNumberOfMessages=10).get("Messages"):
            self.seen += [json.loads(message["Body"]) for message in messages]
        return self.seen

    def counts(self) -> list[tuple[int, int]]:
        """Number and receive count of each message that the function saw, in order of their numbers."""
        return sorted((seen["n"], seen["count"]) for seen in self.look())

    def waits_for(self, counts: list[tuple[int, int]]) -> None:
        """Wait until the function saw exactly that, and the queue is empty."""
        eventually(lambda: self.counts() == counts, seconds=30)
        eventually(lambda: depth(self.emulator, self.url) == (0, 0), seconds=30)
        assert self.counts() == counts

    def end(self) -> None:
        """Take the mapping away."""
        self.emulator.client("lambda").delete_event_source_mapping(UUID=self.mapping)


def test_only_what_the_function_names_comes_back(emulator: Emulator) -> None:
    story = Story(emulator, "partial").begin()
    story.send({}, {"fail": 1}, {})
    story.waits_for([(0, 1), (1, 1), (1, 2), (2, 1)])
    assert depth(emulator, story.dead) == (0, 0)
    story.end()


@pytest.mark.parametrize(
    "answer",
    [
        {"batchItemFailures": [{"itemIdentifier": ""}]},
        {"batchItemFailures": [{"itemIdentifier": None}]},
        {"batchItemFailures": [{"identifier": "x"}]},
        {"batchItemFailures": [{"itemIdentifier": "no such message"}]},
        "not JSON",
    ],
    ids=["empty", "null", "bad-key", "unknown", "text"],
)
def test_an_answer_that_makes_no_sense_fails_the_whole_batch(
    emulator: Emulator, request: pytest.FixtureRequest, answer: Any
) -> None:
    story = Story(emulator, f"senseless-{request.node.callspec.id}")
    story.send({"answer": answer}, {})
    story.begin()
    story.waits_for([(0, 1), (0, 2), (1, 1), (1, 2)])
    story.end()


@pytest.mark.parametrize(
    "answer",
    [{}, {"batchItemFailures": []}, {"batchItemFailures": None}],
    ids=["object", "list", "null"],
)
def test_no_failures_mean_that_all_is_done(emulator: Emulator, request: pytest.FixtureRequest, answer: Any) -> None:
    story = Story(emulator, f"all-done-{request.node.callspec.id}").begin()
    story.send({"answer": answer})
    story.waits_for([(0, 1)])
    story.end()


def test_what_fails_too_often_goes_to_the_dead_letter_queue(emulator: Emulator) -> None:
    story = Story(emulator, "hopeless").begin(BatchSize=1)
    story.send({"raise": 9}, {})
    eventually(lambda: depth(emulator, story.dead) == (1, 0), seconds=30)
    story.waits_for([(0, 1), (0, 2), (1, 1)])
    letter = story.sqs.receive_message(QueueUrl=story.dead, MessageSystemAttributeNames=["All"])["Messages"][0]
    assert json.loads(letter["Body"])["n"] == 0
    assert letter["Attributes"]["DeadLetterQueueSourceArn"].endswith(":hopeless")
    story.end()


def test_a_killed_function_loses_nothing(emulator: Emulator) -> None:
    story = Story(emulator, "killed", VisibilityTimeout=5).begin()
    assert emulator.command("faults", "lambda:killed", "kill", "--seconds", "0.5", "--count", "1").returncode == 0
    story.send({"sleep": 20}, {})
    eventually(lambda: story.counts() == [(0, 1)], seconds=30)
    began = time.monotonic()
    story.waits_for([(0, 1), (0, 2), (1, 2)])
    assert time.monotonic() - began > 3  # not before the visibility timeout is over
    assert depth(emulator, story.dead) == (0, 0)
    story.end()


def test_the_visibility_that_the_function_chose_counts(emulator: Emulator) -> None:
    story = Story(emulator, "sooner", VisibilityTimeout=30).begin()
    story.send({"fail": 1, "visible": 1})
    eventually(lambda: len(story.look()) == 2, seconds=15)
    assert 0.9 < story.seen[1]["began"] - story.seen[0]["began"] < 3
    story.end()


def test_a_message_is_delivered_at_once_and_batches_side_by_side(emulator: Emulator) -> None:
    story = Story(emulator, "parallel", VisibilityTimeout=30).begin(
        BatchSize=1, ScalingConfig={"MaximumConcurrency": 2}
    )
    story.send({})
    story.waits_for([(0, 1)])  # the process of the function is warm now
    sent = time.time()
    story.send(*[{"sleep": 3}] * 4)
    eventually(lambda: len(story.look()) == 5, seconds=30)
    begins = sorted(seen["began"] for seen in story.seen[1:])
    assert begins[0] - sent < 0.5
    assert begins[1] - sent < 3  # a second process beside the first
    assert begins[2] - sent > 3  # and no third
    story.end()


def test_a_window_gathers_a_batch(emulator: Emulator) -> None:
    story = Story(emulator, "gathered").begin(BatchSize=5, MaximumBatchingWindowInSeconds=2)
    story.send({})
    time.sleep(0.5)
    story.send({"n": 1})
    story.waits_for([(0, 1), (1, 1)])
    assert [seen["batch"] for seen in story.seen] == [2, 2]
    sent = time.time()
    story.send(*[{"n": n} for n in range(2, 7)])
    eventually(lambda: len(story.look()) == 7, seconds=30)
    assert story.seen[-1]["began"] - sent < 1.5  # full before the window was over
    story.end()


def test_a_throttled_function_is_called_again_before_its_messages_come_back(emulator: Emulator) -> None:
    story = Story(emulator, "throttled", VisibilityTimeout=20).begin()
    assert emulator.command("faults", "lambda:throttled", "throttle", "--count", "2").returncode == 0
    story.send({})
    story.waits_for([(0, 1)])
    story.end()


@pytest.mark.parametrize("lacking", ["sqs:ReceiveMessage", "sqs:DeleteMessage"])
def test_the_rights_of_the_role_count(emulator: Emulator, lacking: str) -> None:
    rights = tuple(right for right in READS_QUEUE if right != lacking)
    story = Story(emulator, f"lacks-{lacking[4:].lower()}", rights=rights).begin()
    story.send({})
    functions = emulator.client("lambda")

    def problem() -> bool:
        said = functions.get_event_source_mapping(UUID=story.mapping)["LastProcessingResult"]
        return said.startswith("PROBLEM") and lacking in said

    eventually(problem, seconds=30)
    assert depth(emulator, story.url) != (0, 0)
    story.end()


def test_an_update_of_the_function_loses_and_repeats_nothing(emulator: Emulator) -> None:
    story = Story(emulator, "updated", VisibilityTimeout=30).begin(BatchSize=2)
    story.send(*[{"sleep": 0.3} for _ in range(20)])
    eventually(lambda: len(story.look()) > 4, seconds=30)
    emulator.client("lambda").update_function_code(
        FunctionName="updated", ZipFile=zipped(CODE.replace("CODE", "second"))
    )
    story.waits_for([(n, 1) for n in range(20)])
    assert {seen["code"] for seen in story.seen} == {"first", "second"}
    story.end()


def test_messages_that_arrive_from_everywhere_at_once_are_all_delivered(emulator: Emulator) -> None:
    """Events of S3 come from threads, while the queue is emptied."""
    story = Story(emulator, "crowded", VisibilityTimeout=60).begin()
    for _ in range(10):
        story.send(*[{} for _ in range(50)])
    eventually(lambda: len(story.look()) >= 500, seconds=60)
    time.sleep(0.5)
    assert len(story.look()) == 500
    story.end()
