"""A queue that is mapped to a function: when messages are delivered, how many at once, and that none is lost."""

from __future__ import annotations

import time

import pytest

from support.emulated_functions import READS_QUEUE, depth, zipped
from support.emulators import Emulator, eventually
from support.queue_stories import CODE, Story

pytestmark = pytest.mark.slow


def test_a_killed_function_loses_nothing(emulator: Emulator) -> None:
    story = Story(emulator, "killed", VisibilityTimeout=10).begin()
    assert emulator.command("faults", "lambda:killed", "kill", "--seconds", "0.5", "--count", "1").returncode == 0
    story.send({"sleep": 20}, {})
    eventually(lambda: story.counts() == [(0, 1)])
    story.waits_for([(0, 1), (0, 2), (1, 2)])
    assert story.seen[1]["began"] - story.seen[0]["began"] > 9  # not before the visibility timeout is over
    assert depth(emulator, story.dead) == (0, 0)
    story.end()


def test_the_visibility_that_the_function_chose_counts(emulator: Emulator) -> None:
    story = Story(emulator, "sooner", VisibilityTimeout=30).begin()
    story.send({"fail": 1, "visible": 1})
    eventually(lambda: len(story.look()) == 2)
    assert 0.9 < story.seen[1]["began"] - story.seen[0]["began"] < 25  # neither at once nor after that of the queue
    story.end()


def test_batches_are_delivered_side_by_side_and_no_more_than_are_allowed(emulator: Emulator) -> None:
    story = Story(emulator, "parallel", VisibilityTimeout=30).begin(
        BatchSize=1, ScalingConfig={"MaximumConcurrency": 2}
    )
    story.send({})
    story.waits_for([(0, 1)])  # the process of the function is warm now
    sent = time.time()
    story.send(*[{"sleep": 6}] * 4)
    eventually(lambda: len(story.look()) == 5)
    begins = sorted(seen["began"] for seen in story.seen[1:])
    assert begins[1] - sent < 6  # a second process beside the first
    assert begins[2] - sent > 6  # and no third
    story.end()


def test_a_window_gathers_a_batch(emulator: Emulator) -> None:
    story = Story(emulator, "gathered").begin(BatchSize=5, MaximumBatchingWindowInSeconds=8)
    story.send({})
    time.sleep(0.5)
    story.send({"n": 1})
    story.waits_for([(0, 1), (1, 1)])
    assert [seen["batch"] for seen in story.seen] == [2, 2]
    sent = time.time()
    story.send(*[{"n": n} for n in range(2, 7)])
    eventually(lambda: len(story.look()) == 7)
    assert story.seen[-1]["began"] - sent < 8  # full before the window was over
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

    eventually(problem)
    assert depth(emulator, story.url) != (0, 0)
    story.end()


def test_an_update_of_the_function_loses_and_repeats_nothing(emulator: Emulator) -> None:
    story = Story(emulator, "updated", VisibilityTimeout=30).begin(BatchSize=2, ScalingConfig={"MaximumConcurrency": 2})
    story.send(*[{"sleep": 0.3} for _ in range(20)])
    eventually(lambda: len(story.look()) > 4)
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
    eventually(lambda: len(story.look()) >= 500)
    time.sleep(0.5)
    assert len(story.look()) == 500
    story.end()
