"""Polling: each state is reported once, a busy service is asked again with growing pauses, but not for ever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from training.aws.polling import BUSY_AT_MOST, poll
from training.common.errors import BusyError, PublicationError


class Followed:
    """A run of `poll` through some answers, the last one of which is final."""

    def __init__(self, *answers: str | Exception | None) -> None:
        self._answers: Iterator[str | Exception | None] = iter(answers)
        self.changes: list[str | None] = []
        self.busy: list[str] = []
        self.slept: list[float] = []
        self.end = poll(
            self._describe, until=lambda state: state == "ended", sleep=self.slept.append, pause=2,
            on_change=self.changes.append, on_busy=self.busy.append, resume="go on with: this",
        )  # fmt: skip

    def _describe(self) -> str | None:
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_each_change_is_reported_once() -> None:
    followed = Followed("started", "started", None, "started", "ended")
    assert followed.changes == ["started", None, "started", "ended"]
    assert followed.end == "ended"
    assert followed.slept == [2, 2, 2, 2]


def test_a_state_that_is_nothing_yet_is_a_change_too() -> None:
    assert Followed(None, "ended").changes == [None, "ended"]


def busy(times: int) -> Iterable[Exception]:
    return [BusyError("too many requests")] * times


def test_pauses_grow_while_the_service_is_busy_and_shrink_again() -> None:
    followed = Followed("started", *busy(5), "started", *busy(1), "ended")
    assert followed.slept == [2, 4, 8, 16, 30, 30, 2, 4]
    assert followed.busy == ["too many requests"]
    assert followed.changes == ["started", "ended"]


def test_a_service_that_stays_busy_ends_it_with_the_way_to_resume() -> None:
    assert Followed(*busy(BUSY_AT_MOST), "ended").end == "ended"
    with pytest.raises(BusyError, match="too many requests; go on with: this"):
        Followed(*busy(BUSY_AT_MOST + 1))


def test_other_errors_end_it_at_once() -> None:
    with pytest.raises(PublicationError, match="no permission"):
        Followed(PublicationError("no permission"))
