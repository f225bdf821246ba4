"""How often a schedule of EventBridge, AWS Backup and the like starts: `rate(1 day)` and `cron(0 5 * * ? *)`.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

import re
from typing import Any

from tools.review.change import Change, Rule, Verdict

_RATE = re.compile(r"rate\((\d+) (minute|hour|day|week)s?\)")
_CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_A_DAY = {"minute": 1440.0, "hour": 24.0, "day": 1.0, "week": 1 / 7}
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def starts_a_day(expression: Any) -> float | None:
    """How often it starts on average; None where that cannot be told."""
    text = str(expression).strip()
    if rate := _RATE.fullmatch(text):
        return _A_DAY[rate[2]] / max(int(rate[1]), 1)
    cron = _CRON.fullmatch(text)
    if cron is None:
        return None
    minute, hour, day, month, weekday, year = cron.groups()
    if year != "*":
        return None
    shares = [
        _values(minute, 60),
        _values(hour, 24),
        *([] if day == "?" else [_share(day, 31)]),
        _share(_numbered(month, _MONTHS), 12),
        *([] if weekday == "?" else [_share(_numbered(weekday, _WEEKDAYS), 7)]),
    ]
    product = 1.0
    for share in shares:
        if share is None:
            return None
        product *= share
    return product


def schedule(*, same: Verdict, more: Verdict, fewer: Verdict) -> Rule:
    """For a schedule: what is said when it starts as often as before, more often, or less often or nobody knows."""

    def rule(change: Change) -> Verdict:
        before, after = starts_a_day(change.before), starts_a_day(change.after)
        if before is None or after is None or after < before:
            return fewer
        return same if after == before else more

    return rule


def _share(field: str, size: int) -> float | None:
    found = _values(field, size)
    return None if found is None else found / size


def _values(field: str, size: int) -> float | None:
    """How many of the values of a field are meant; None for forms such as `L`, `15W` and `2#1`."""
    total = 0.0
    for part in field.split(","):
        match = re.fullmatch(r"(?:(\*)|(\d+)(?:-(\d+))?)(?:/(\d+))?", part)
        if match is None:
            return None
        everything, first, last, step = match.groups()
        if everything:
            span = size
        elif last is not None:
            span = (int(last) - int(first)) % size + 1  # also past the end: FRI-MON
        else:
            span = size - int(first) if step else 1
        total += -(-span // max(int(step or 1), 1))
    return total


def _numbered(field: str, names: tuple[str, ...]) -> str:
    return re.sub("|".join(names), lambda name: str(names.index(name[0]) + 1), field.upper())
