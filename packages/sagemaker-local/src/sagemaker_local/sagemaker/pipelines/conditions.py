"""The conditions of a Condition step, on values whose expressions are resolved. Pure functions.

The published schema calls the members of `In` `Value` and `In`; the SageMaker SDK sends `QueryValue` and `Values`. Both
are read.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from sagemaker_local.sagemaker.pipelines.expressions import ExpressionError
from sagemaker_local.sagemaker.shapes import Json

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}
_EQUALITIES = ("Equals", "NotEquals")
COMPARISONS = (*_EQUALITIES, *_ORDERS)
MEMBERSHIPS = ("In", "NotIn")
TYPES = (*COMPARISONS, *MEMBERSHIPS, "Not", "Or")


def holds(condition: Json) -> bool:
    """Whether a condition is true.

    Raises
    ------
    ExpressionError
        When a text and a number are to be put in order.
    """
    kind = condition["Type"]
    if kind == "Not":
        return not holds(condition.get("Condition") or condition["Expression"])
    if kind == "Or":
        return any(holds(each) for each in condition["Conditions"])
    if kind in MEMBERSHIPS:
        wanted, known = members(condition)
        return any(_same(wanted, value) for value in known) is (kind == "In")
    left, right = condition["LeftValue"], condition["RightValue"]
    if kind in _EQUALITIES:
        return _same(left, right) is (kind == "Equals")
    if _family(left) != _family(right) or _family(left) is bool:
        msg = f"{kind} needs two numbers or two texts; got {left!r} and {right!r}"
        raise ExpressionError(msg)
    return _ORDERS[kind](left, right)


def members(condition: Json) -> tuple[Any, list[Any]]:
    """What is looked for, and among what, of a condition `In` or `NotIn`."""
    wanted = condition["QueryValue"] if "QueryValue" in condition else condition["Value"]
    return wanted, condition["Values"] if "Values" in condition else condition["In"]


def _same(left: object, right: object) -> bool:
    return _family(left) == _family(right) and bool(left == right)


def _family(value: object) -> type:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return type(value)
    return float
