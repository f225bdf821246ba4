"""Changes for tests of the rules of one module: what they say of a value before and after."""

from __future__ import annotations

from typing import Any

from tools.review.change import Change, Risk


def template(**resources: Any) -> dict[str, Any]:
    """Make a template of resources."""
    return {"Resources": resources}


def judge(rules: Any, kind: str, path: str, before: Any, after: Any, **other: Any) -> Risk | None:
    """Say the class of a changed property, None when its rule does not speak; `name` is the property's own path."""
    change = Change(
        stack="stack",
        logical_id="Thing",
        type=kind,
        property=other.pop("name", path),
        action="modify",
        before=before,
        after=after,
        **other,
    )
    verdict = rules.PROPERTIES[kind][path](change)
    assert verdict is None or (verdict.why and not verdict.why.endswith("."))
    return verdict.risk if verdict else None


def judge_whole(rules: Any, action: str, kind: str, properties: Any = None, **other: Any) -> Risk | None:
    """Say the class of a resource that is added, removed or replaced."""
    table = {"remove": rules.REMOVED, "add": rules.ADDED, "replace": rules.REPLACED}[action]
    thing = {"Type": kind, "Properties": properties or {}}
    change = Change(
        stack="stack",
        logical_id="Thing",
        type=kind,
        property=None,
        action=action,
        before=None if action == "add" else thing,
        after=None if action == "remove" else thing,
        base=None if action == "add" else thing,
        head=None if action == "remove" else thing,
        **other,
    )
    verdict = table[kind](change)
    assert verdict is None or (verdict.why and not verdict.why.endswith("."))
    return verdict.risk if verdict else None
