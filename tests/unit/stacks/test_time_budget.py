"""The time budget adds up, and one that does not is refused."""

from __future__ import annotations

import pytest

from stacks.shared.errors import ConfigurationError
from stacks.shared.time_budget import API_GATEWAY_LIMIT_SECONDS, TIME_BUDGET, TimeBudget


def test_everyone_gives_up_before_who_waits_for_them() -> None:
    assert API_GATEWAY_LIMIT_SECONDS >= TIME_BUDGET.api_seconds > TIME_BUDGET.function_seconds > TIME_BUDGET.sdk_seconds


def test_the_sdk_gets_two_attempts_and_a_pause() -> None:
    assert TIME_BUDGET.sdk_seconds == 2 * (1 + 8) + 2


@pytest.mark.parametrize(
    "change",
    [{"api_seconds": 30}, {"function_seconds": 29}, {"attempts": 3}, {"read_seconds": 12}, {"api_seconds": 25}],
)
def test_a_budget_that_does_not_add_up_is_refused(change: dict[str, int]) -> None:
    with pytest.raises(ConfigurationError, match="time budget does not add up"):
        TimeBudget(**change)
