"""What depends on a condition that reads the same on both sides and asks something else.

`Fn::If` then is equal in both templates although its outcome can be the other one. So for a comparison it gets another
name in the base: each outcome of before is compared with each of after.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from tools.review.change import Template
from tools.review.resolution import unknown_conditions

BEFORE = " (before)"
"""Follows the name of such a condition in the base."""


def asked_otherwise(base: Template, head: Template) -> frozenset[str]:
    """Names of conditions that both templates have, that only a deployment knows, and that differ."""
    if not base.get("Conditions") or not head.get("Conditions"):
        return frozenset()
    old, new = unknown_conditions(base), unknown_conditions(head)
    return frozenset(name for name in old.keys() & new.keys() if old[name] != new[name])


def told_apart(base: Template, head: Template) -> Template:
    """The base, with another name in each `Fn::If` whose condition is asked otherwise in the head."""
    names = asked_otherwise(base, head)
    return {**base, "Resources": _renamed(base.get("Resources", {}), names)} if names else base


def _renamed(value: Any, names: Collection[str]) -> Any:
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    if not isinstance(value, Mapping):
        return value
    renamed = {key: _renamed(item, names) for key, item in value.items()}
    choice = renamed.get("Fn::If")
    if isinstance(choice, list) and choice and choice[0] in names:
        return {"Fn::If": [f"{choice[0]}{BEFORE}", *choice[1:]]}
    return renamed
