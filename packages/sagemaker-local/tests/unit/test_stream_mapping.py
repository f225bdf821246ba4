"""How the emulator delivers the records of a shard: as Lambda's documents say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sagemaker_local.ministack.kinesis_mapping import (
    RETRIES_EXHAUSTED,
    TOO_OLD,
    FunctionError,
    GivenUp,
    Record,
    Rules,
    ShardDelivery,
)

MAPPING = {
    "BatchSize": "4",
    "MaximumBatchingWindowInSeconds": 5,
    "MaximumRetryAttempts": 2,
    "MaximumRecordAgeInSeconds": -1,
    "BisectBatchOnFunctionError": "true",
    "FunctionResponseTypes": ["ReportBatchItemFailures"],
}
ALL = Rules(batch_records=4, retries=2, bisects=True, reports_failures=True)


class Shard:
    """Records 1..n, a function, and what became of it."""

    def __init__(self, count: int, function: Callable[[list[int]], Any]) -> None:
        self.calls: list[list[int]] = []
        self.given_up: list[GivenUp] = []
        self._records = [Record(sequence_number=str(n), arrived_at=n, event={}) for n in range(1, count + 1)]
        self._function = function
        self._state = ShardDelivery()

    def run(self, rules: Rules, *, now: float = 0, steps: int = 60) -> Shard:
        """Deliver as often as that."""
        for _ in range(steps):
            self._state.step(self._fetch, rules, now, call=self._call, give_up=self.given_up.append)
        return self

    def lost(self) -> list[tuple[list[int], str, int]]:
        """What was given up: numbers, condition, calls."""
        return [(numbers(each.records), each.condition, each.calls) for each in self.given_up]

    def _fetch(self, after: str, limit: int) -> list[Record]:
        return [each for each in self._records if int(each.sequence_number) > int(after or 0)][:limit]

    def _call(self, records: tuple[Record, ...]) -> Any:
        self.calls.append(numbers(records))
        return self._function(self.calls[-1])


class Unwritable(list[GivenUp]):
    """A destination that takes nothing."""

    def append(self, _: GivenUp) -> None:
        raise PermissionError


def numbers(records: tuple[Record, ...]) -> list[int]:
    return [int(record.sequence_number) for record in records]


def fails_on(poison: int) -> Callable[[list[int]], Any]:
    def function(batch: list[int]) -> Any:
        if poison in batch:
            raise FunctionError
        return {"batchItemFailures": []}

    return function


def reports(*wrong: int) -> Callable[[list[int]], Any]:
    def function(batch: list[int]) -> Any:
        return {"batchItemFailures": [{"itemIdentifier": str(number)} for number in wrong if number in batch]}

    return function


def test_the_settings_of_a_mapping_are_read() -> None:
    assert Rules.of(MAPPING) == Rules(
        batch_records=4, window_seconds=5, retries=2, record_age_seconds=None, bisects=True, reports_failures=True
    )
    assert Rules.of({}) == Rules(batch_records=100)


def test_records_come_in_batches_and_once() -> None:
    assert Shard(10, reports()).run(ALL).calls == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]


def test_a_window_waits_for_a_full_batch() -> None:
    rules = Rules(batch_records=4, window_seconds=10)
    shard = Shard(6, reports()).run(rules, now=14)
    assert shard.calls == [[1, 2, 3, 4]]
    assert shard.run(rules, now=15).calls[1:] == [[5, 6]]


def test_a_record_that_kills_the_function_is_found_by_halving_and_given_up_alone() -> None:
    shard = Shard(8, fails_on(3)).run(ALL)
    assert shard.calls == [[1, 2, 3, 4], [1, 2], [3, 4], [3], [3], [3], [4], [5, 6, 7, 8]]
    assert shard.lost() == [([3], RETRIES_EXHAUSTED, 3)]


def test_without_halves_its_neighbours_are_given_up_with_it() -> None:
    shard = Shard(5, fails_on(3)).run(Rules(batch_records=4, retries=1))
    assert shard.calls == [[1, 2, 3, 4], [1, 2, 3, 4], [5]]
    assert shard.lost() == [([1, 2, 3, 4], RETRIES_EXHAUSTED, 2)]


def test_without_a_limit_it_holds_the_shard_up() -> None:
    shard = Shard(5, fails_on(1)).run(Rules(batch_records=1), steps=20)
    assert (shard.calls, shard.given_up) == ([[1]] * 20, [])


def test_what_follows_the_lowest_reported_number_is_delivered_again() -> None:
    shard = Shard(4, reports(4, 3)).run(Rules(batch_records=4, retries=1, reports_failures=True))
    assert shard.calls == [[1, 2, 3, 4], [3, 4]]
    assert shard.lost() == [([3, 4], RETRIES_EXHAUSTED, 2)]


def test_without_the_response_type_a_report_means_nothing() -> None:
    assert Shard(4, reports(1)).run(Rules(batch_records=4)).calls == [[1, 2, 3, 4]]


@pytest.mark.parametrize(
    "answer",
    [
        {"batchItemFailures": [{"itemIdentifier": "99"}]},
        {"batchItemFailures": [{"itemIdentifier": None}]},
        {"batchItemFailures": [{}]},
        {"batchItemFailures": 7},
        "no JSON",
    ],
    ids=["not in the batch", "null", "no identifier", "no list", "no JSON"],
)
def test_an_answer_that_cannot_be_understood_is_a_failure_of_all(answer: Any) -> None:
    shard = Shard(2, lambda _batch: answer).run(Rules(batch_records=2, retries=0, reports_failures=True))
    assert shard.lost() == [([1, 2], RETRIES_EXHAUSTED, 1)]


@pytest.mark.parametrize(
    "answer", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}, '{"a": 1}'], ids=repr
)
def test_an_empty_answer_is_success(answer: Any) -> None:
    assert Shard(2, lambda _batch: answer).run(ALL).calls == [[1, 2]]


def test_old_records_are_given_up_without_a_call() -> None:
    shard = Shard(6, reports()).run(Rules(batch_records=4, record_age_seconds=60), now=62.5)
    assert shard.calls == [[3, 4], [5, 6]]
    assert shard.lost() == [([1, 2], TOO_OLD, 0)]


def test_records_that_are_young_enough_are_delivered_even_if_nobody_can_be_told_of_the_old() -> None:
    shard, rules = Shard(4, reports()), Rules(batch_records=4, record_age_seconds=60)
    shard.given_up = Unwritable()
    with pytest.raises(PermissionError):
        shard.run(rules, now=62.5)
    assert shard.run(rules, now=62.5).calls == [[3, 4]]
