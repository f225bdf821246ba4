"""Decides about a request by the statements of a role, as IAM does for a role without boundary, session or deny.

Only what the policies of this application use: a condition of another kind fails the test that meets it.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from tests.support.assemblies import Json, as_list


def is_allowed(statements: Iterable[Json], action: str, resource: str, context: Mapping[str, str]) -> bool:
    """Whether one of the statements allows it."""
    return any(allows(statement, action, resource, context) for statement in statements)


def allows(statement: Json, action: str, resource: str, context: Mapping[str, str]) -> bool:
    """Whether a statement, with texts for resources, allows it."""
    assert statement["Effect"] == "Allow", statement
    keys = {name.lower(): value for name, value in context.items()}
    return (
        any(_like(pattern.lower(), action.lower()) for pattern in as_list(statement["Action"]))
        and any(_like(pattern, resource) for pattern in as_list(statement["Resource"]))
        and all(
            _holds(operator, keys.get(key.lower()), [str(each) for each in as_list(wanted)])
            for operator, conditions in statement.get("Condition", {}).items()
            for key, wanted in conditions.items()
        )
    )


def _holds(operator: str, value: str | None, wanted: list[str]) -> bool:
    if operator == "Null":
        return wanted == [str(value is None).lower()]
    if operator.startswith("ForAllValues:"):
        return value is None or _holds(operator.partition(":")[2], value, wanted)
    return value is not None and _OPERATORS[operator](value, wanted)


_OPERATORS: dict[str, Any] = {
    "Bool": lambda value, wanted: value.lower() in wanted,
    "NumericLessThanEquals": lambda value, wanted: any(float(value) <= float(each) for each in wanted),
    "StringEquals": lambda value, wanted: value in wanted,
    "StringLike": lambda value, wanted: any(_like(each, value) for each in wanted),
}


def _like(pattern: str, text: str) -> bool:
    return _expression(pattern).fullmatch(text) is not None


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)
