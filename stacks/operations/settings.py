"""Thresholds and recipients of the alarms.

A count is of one evaluation period (`minutes`); a latency has to be exceeded for three in a row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from stacks.shared.errors import ConfigurationError

MINUTES = (1, 5, 10, 15, 30, 60)
"""Evaluation periods that are allowed."""

_ADDRESS = r"[^@\s,]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"


@dataclass(frozen=True, kw_only=True)
class OperationsSettings:
    """Alarms of one environment.

    Attributes
    ----------
    emails
        Recipients by e-mail. Each address receives a confirmation e-mail first. There are none by default: the topic
        is there for other subscribers.
    minutes
        Length of an evaluation period, one of 1, 5, 10, 15, 30, 60.
    api_errors
        5xx responses of one API.
    api_milliseconds
        Latency of one API, 95th percentile.
    function_errors
        Runs of a function that ended with an error or at its time-out. The functions handle errors, so one is a bug.
    function_throttles
        Runs of a function that Lambda refused.
    time_out_percent
        How much of its time-out a function may take, 50 to 99.
    endpoint_errors
        5xx responses of the endpoint.
    endpoint_milliseconds
        Latency of the model, 95th percentile.
    queue_age_seconds
        Age of the oldest unfinished upload. Less than clients wait for a result (`answer_seconds`).
    uploads_failed
        Uploads that end without a digit. Single ones are users' mistakes; so many at once are a fault of the service.
    announcements_failed
        Results that could not be published.
    table_throttles
        Requests that a table refused.
    sign_in_throttles
        Attempts to sign in that the user pool refused.
    """

    emails: tuple[str, ...] = ()
    minutes: int = 5
    api_errors: int = 5
    api_milliseconds: int = 5_000
    function_errors: int = 1
    function_throttles: int = 10
    time_out_percent: int = 90
    endpoint_errors: int = 5
    endpoint_milliseconds: int = 2_000
    queue_age_seconds: int = 600
    uploads_failed: int = 20
    announcements_failed: int = 5
    table_throttles: int = 10
    sign_in_throttles: int = 10

    def __post_init__(self) -> None:
        for email in self.emails:
            if not re.fullmatch(_ADDRESS, email):
                _refuse("emails", email, "an address such as digits@example.com")
        if len(set(self.emails)) < len(self.emails):
            _refuse("emails", self.emails, "each address once")
        if self.minutes not in MINUTES:
            _refuse("minutes", self.minutes, f"one of {', '.join(map(str, MINUTES))}")
        counts = ("api", "function", "endpoint")
        for name in [*(f"{each}_errors" for each in counts), "function_throttles", "table_throttles"]:
            _in_range(self, name, 1, 1_000_000)
        for name in ("sign_in_throttles", "uploads_failed", "announcements_failed"):
            _in_range(self, name, 1, 1_000_000)
        _in_range(self, "api_milliseconds", 100, 29_000)
        _in_range(self, "endpoint_milliseconds", 10, 60_000)
        _in_range(self, "time_out_percent", 50, 99)
        _in_range(self, "queue_age_seconds", 60, 86_400)


def _in_range(settings: OperationsSettings, name: str, low: int, high: int) -> None:
    value = getattr(settings, name)
    if not low <= value <= high:
        _refuse(name, value, f"{low} to {high}")


def _refuse(name: str, value: object, allowed: str) -> None:
    msg = f"operations {name} is {value!r}; allowed is {allowed}: correct it in stacks/settings.py"
    raise ConfigurationError(msg)
