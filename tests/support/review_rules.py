"""Asks the rules of the review about single changes, as tables of tests have them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tools.review.change import Change, Risk, Rule, Verdict
from tools.review.rules import ADDED, REMOVED, REPLACED, property_rule, whole_rule

LOSS, STOP, OPEN, COST, DOUBT, FINE = (
    Risk.DATA_LOSS,
    Risk.INTERRUPTION,
    Risk.ACCESS,
    Risk.COST,
    Risk.UNKNOWN,
    Risk.HARMLESS,
)
WHOLE = {"add": ADDED, "remove": REMOVED, "replace": REPLACED}
Row = tuple[str, str, Any, Any, Risk]
"""Type, path, before, after, and the class of that change."""
ARN_A, ARN_B = {"Fn::GetAtt": ["A", "Arn"]}, {"Fn::GetAtt": ["B", "Arn"]}

Resource = dict[str, Any]


def resource(kind: str, **properties: Any) -> Resource:
    return {"Type": kind, "Properties": properties}


def template(**resources: Resource) -> dict[str, Any]:
    return {"Resources": resources}


def change(kind: str, path: str | None, before: Any, after: Any, **around: Any) -> Change:
    """A change of a value; the resources around hold it alone unless they are given."""
    name = path if path and "." not in path and "[" not in path else None
    for side, value in (("base", before), ("head", after)):
        around.setdefault(side, resource(kind, **({name: value} if name and value is not None else {})))
        around.setdefault(f"{side}_template", template(It=around[side]) if around[side] else {})
    return Change(
        stack="stack",
        logical_id="It",
        type=kind,
        property=path,
        action=around.pop("action", "modify"),
        before=before,
        after=after,
        **around,
    )


def property_said(kind: str, path: str, before: Any, after: Any, **around: Any) -> Verdict | None:
    """What the rule of a property says."""
    rule = property_rule(kind, path)
    assert rule, f"no rule of {kind} {path}"
    return told(rule, change(kind, path, before, after, **around))


def whole_said(action: str, kind: str, base: Resource | None, head: Resource | None, **templates: Any) -> Verdict:
    """What is said of a resource that is added, removed or replaced."""
    rule = whole_rule(WHOLE[action], kind)
    assert rule, f"no rule of {kind}, {action}"
    verdict = told(rule, change(kind, None, base, head, base=base, head=head, action=action, **templates))
    assert verdict
    return verdict


def judge(kind: str, path: str, before: Any, after: Any, **around: Any) -> Risk | None:
    """The class of a changed property; None when its rule does not speak."""
    verdict = property_said(kind, path, before, after, **around)
    return verdict.risk if verdict else None


def judge_whole(action: str, kind: str, properties: dict[str, Any] | None = None, **around: Any) -> Risk:
    """The class of a resource that is added, removed or replaced with the same properties."""
    it = resource(kind, **(properties or {})) | around.pop("attributes", {})
    base, head = None if action == "add" else it, None if action == "remove" else it
    return whole_said(action, kind, base, head, **around).risk


def told(rule: Rule, it: Change) -> Verdict | None:
    """What a rule says, which is a sentence without a full stop."""
    verdict = rule(it)
    assert verdict is None or isinstance(verdict, Verdict)
    assert verdict is None or (verdict.why and not verdict.why.endswith(".")), (it.type, it.property, verdict)
    return verdict


def each_row(rows: Iterable[tuple[Any, ...]]) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """One test of a whole table, whose rows are too many to be a test each; it tells every row that fails."""

    def decorated(test: Callable[..., None]) -> Callable[[], None]:
        def every_row() -> None:
            failed = []
            for row in rows:
                try:
                    test(*row)
                except AssertionError as error:
                    failed.append(f"{row}: {error}")
            assert not failed, "\n".join(failed)

        every_row.__name__, every_row.__doc__ = test.__name__, test.__doc__
        return every_row

    return decorated
