"""What a function answers for a batch of a queue: the messages that come back, the ones that are done, the hopeless."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.emulated_functions import depth
from support.emulators import Emulator, eventually
from support.queue_stories import Story

pytestmark = pytest.mark.slow


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
    story = Story(emulator, "hopeless", VisibilityTimeout=5).begin(BatchSize=1)
    story.send({"raise": 9}, {})
    eventually(lambda: depth(emulator, story.dead) == (1, 0))
    story.waits_for([(0, 1), (0, 2), (1, 1)])
    message = story.sqs.receive_message(QueueUrl=story.dead, MessageSystemAttributeNames=["All"])["Messages"][0]
    assert json.loads(message["Body"])["n"] == 0
    assert message["Attributes"]["DeadLetterQueueSourceArn"].endswith(":hopeless")
    story.end()
