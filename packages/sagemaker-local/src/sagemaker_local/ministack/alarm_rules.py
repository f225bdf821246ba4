"""When an alarm of CloudWatch changes its state: values of its last periods against its threshold. Pure.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OK, ALARM, INSUFFICIENT = "OK", "ALARM", "INSUFFICIENT_DATA"
_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What makes an alarm: so many of so many periods that breach a threshold."""

    comparison: str
    threshold: float
    periods: int
    needed: int
    missing: str = "missing"

    @classmethod
    def of(cls, alarm: Mapping[str, Any]) -> Rule:
        """The rule of an alarm as the CloudWatch API describes it."""
        periods = int(alarm.get("EvaluationPeriods") or 1)
        return cls(
            comparison=str(alarm["ComparisonOperator"]),
            threshold=float(alarm.get("Threshold") or 0),
            periods=periods,
            needed=int(alarm.get("DatapointsToAlarm") or periods),
            missing=str(alarm.get("TreatMissingData") or "missing"),
        )

    def breaches(self, value: float) -> bool:
        """Whether a value is on the wrong side of the threshold."""
        return _OPERATORS[self.comparison](value, self.threshold)


def judge(values: Sequence[float | None], rule: Rule, state: str) -> str:
    """The state of an alarm.

    Parameters
    ----------
    values
        One for each of the last periods; None is a period without data.
    rule
        The alarm's.
    state
        Its state until now, which stays where missing data are ignored.
    """
    real = [value for value in values if value is not None]
    gaps, breaching = len(values) - len(real), sum(rule.breaches(value) for value in real)
    if rule.missing == "breaching":
        return ALARM if breaching + gaps >= rule.needed else OK
    if rule.missing == "notBreaching" or not gaps:
        return ALARM if breaching >= rule.needed else OK
    if rule.missing == "ignore":
        if breaching >= rule.needed:
            return ALARM
        return OK if real and not breaching else state
    if not real:
        return INSUFFICIENT
    return ALARM if breaching >= min(rule.needed, len(real)) else OK
