"""Reads values of templates: whether they are written out, the truth or number that they mean, what they refer to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.review.change import Template

ON = frozenset({"true", "enabled", "enable", "on", "yes", "active", "required"})
OFF = frozenset({"false", "disabled", "disable", "off", "no", "none", "suspended", "inactive", "optional"})


def is_function(value: Any) -> bool:
    """Whether a value itself, not a part of it, is a reference, a condition or another intrinsic function."""
    return isinstance(value, Mapping) and len(value) == 1 and _names_function(next(iter(value)))


def _names_function(name: str) -> bool:
    return name in ("Ref", "Condition") or name.startswith("Fn::")


def literal(value: Any) -> bool:
    """Whether a value is written out: neither a reference nor another intrinsic function anywhere within."""
    if isinstance(value, dict):
        return not is_function(value) and all(map(literal, value.values()))
    return all(map(literal, value)) if isinstance(value, list) else True


def truth(value: Any) -> bool | None:
    """Whether it means on, in any of the spellings of CloudFormation; None where that is unknown."""
    word = str(value).lower()
    return True if word in ON else False if word in OFF else None


def figure(value: Any) -> float | None:
    """Read a number, also written as text; None for anything else."""
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def is_zero(value: Any) -> bool:
    """Whether it is 0, written as a number or as text."""
    return not isinstance(value, bool) and figure(value) == 0


def target_of(value: Any) -> str | None:
    """Logical id that a reference names: of `Ref`, `Fn::GetAtt`, or the one reference inside another function."""
    if isinstance(value, Mapping):
        if isinstance(value.get("Ref"), str):
            named: str = value["Ref"]
            return None if named.startswith("AWS::") else named
        attribute = value.get("Fn::GetAtt")
        if isinstance(attribute, str):
            return attribute.split(".")[0]
        if isinstance(attribute, list) and attribute:
            return str(attribute[0])
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    found = {name for part in parts if (name := target_of(part)) is not None}
    return found.pop() if len(found) == 1 else None


def resource(template: Template, logical_id: str | None) -> Mapping[str, Any]:
    """Return the resource with this logical id, empty where there is none."""
    found = template.get("Resources", {}).get(logical_id) if logical_id else None
    return found if isinstance(found, Mapping) else {}


def properties(thing: Any) -> Mapping[str, Any]:
    """Properties of a resource, empty where there are none."""
    found = thing.get("Properties") if isinstance(thing, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def at(value: Any, *path: str) -> Any:
    """Value at a path of names, None where it is not there."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
