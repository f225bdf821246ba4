"""When a mapping delivers messages of a queue, and which of them are done by what the function answered."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sagemaker_local.ministack.queue_mapping import Rules, Window, done

BATCH = ["a", "b", "c"]
REPORTS = Rules(reports_failures=True)


def failures(*identifiers: Any) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": each} for each in identifiers]}


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        (None, set()),
        ({}, set()),
        ({"batchItemFailures": None}, set()),
        (failures(), set()),
        (failures("b"), {"b"}),
        (failures("b", "b", "c"), {"b", "c"}),
        (json.dumps(failures("a")), {"a"}),
        (failures("d"), set(BATCH)),
        (failures(""), set(BATCH)),
        (failures(None), set(BATCH)),
        ({"batchItemFailures": [{"item": "a"}]}, set(BATCH)),
        ({"batchItemFailures": ["a"]}, set(BATCH)),
        (["a"], set(BATCH)),
        ("", set()),
        ("no JSON", set(BATCH)),
    ],
)
def test_what_the_answer_names_is_left_and_senseless_answers_leave_all(answer: Any, left: set[str]) -> None:
    assert done(BATCH, REPORTS, answer) == set(BATCH) - left


def test_without_partial_responses_every_answer_means_all() -> None:
    assert done(BATCH, Rules(), failures("a")) == set(BATCH)


def test_rules_are_those_of_the_mapping() -> None:
    mapping = {"BatchSize": "5", "MaximumBatchingWindowInSeconds": 3}
    mapping |= {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
    assert Rules.of(mapping) == Rules(batch_messages=5, window_seconds=3, reports_failures=True)
    assert Rules.of({}) == Rules(batch_messages=10, window_seconds=0, reports_failures=False)


def test_without_a_window_what_waits_is_delivered_at_once() -> None:
    window = Window()
    assert not window.is_over(0, Rules(), 0.0)
    assert window.is_over(1, Rules(), 0.0)


def test_a_window_begins_with_the_first_message_and_ends_early_when_the_batch_is_full() -> None:
    window, rules = Window(), Rules(batch_messages=3, window_seconds=10)
    assert not window.is_over(1, rules, 100.0)
    assert not window.is_over(2, rules, 109.9)
    assert window.is_over(2, rules, 110.0)
    assert not window.is_over(1, rules, 111.0)  # the next window
    assert window.is_over(3, rules, 112.0)
    assert not window.is_over(1, rules, 113.0)
    assert not window.is_over(0, rules, 114.0)  # somebody else has taken it
    assert not window.is_over(1, rules, 124.0)
