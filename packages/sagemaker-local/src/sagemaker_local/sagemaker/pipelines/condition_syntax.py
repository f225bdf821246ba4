"""Checks how the conditions of a Condition step are written."""

from __future__ import annotations

from sagemaker_local.sagemaker.pipelines.conditions import COMPARISONS, MEMBERSHIPS, TYPES


def problem(conditions: list[object]) -> str | None:
    """What is wrong with a list of conditions, as a sentence; `None` if nothing is."""
    if not conditions:
        return "Conditions must have at least one condition."
    return next((found for condition in conditions if (found := _problem(condition))), None)


def _problem(condition: object) -> str | None:
    if not isinstance(condition, dict) or condition.get("Type") not in TYPES:
        return f"a condition must be an object with a Type of {', '.join(TYPES)}; got {condition!r}."
    kind, keys = condition["Type"], set(condition) - {"Type"}
    if kind == "Not":
        inner = condition.get("Condition", condition.get("Expression"))
        return _problem(inner) if len(keys) == 1 and inner else _needs(kind, "Condition")
    if kind == "Or":
        inner = condition.get("Conditions")
        return problem(inner) if isinstance(inner, list) else _needs(kind, "Conditions, an array")
    if kind in MEMBERSHIPS:
        is_whole = keys in ({"QueryValue", "Values"}, {"Value", "In"})
        is_list = isinstance(condition.get("Values", condition.get("In")), list)
        return None if is_whole and is_list else _needs(kind, "QueryValue and Values, an array")
    is_whole = kind in COMPARISONS and keys == {"LeftValue", "RightValue"}
    return None if is_whole else _needs(kind, "LeftValue and RightValue")


def _needs(kind: str, members: str) -> str:
    return f"a condition of type {kind} must have {members}."
