"""Shapes of rules that several files about work and services share: counts with a zero, references, things dropped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.review.change import Change, Risk, Rule, Template, Verdict, access, data_loss, harmless
from tools.review.shapes import OFF, ON
from tools.review.shapes import listed as _listed
from tools.review.shapes import number as _number
from tools.review.shapes import switch as _switch

UNCHANGED = harmless("it says what was so before")


def switch(*, on: Verdict, off: Verdict, default: bool = False) -> Rule:
    """Like `shapes.switch`, and harmless when a default is written out or left out."""
    plain = _switch(on=on, off=off, default=default)

    def rule(change: Change) -> Verdict | None:
        before, after = (default if value is None else _truth(value) for value in (change.before, change.after))
        return UNCHANGED if before is not None and before == after else plain(change)

    return rule


def number(*, up: Verdict, down: Verdict, default: float | None = None) -> Rule:
    """Like `shapes.number`, and harmless when a default is written out or left out."""
    plain = _number(up=up, down=down, default=default)

    def rule(change: Change) -> Verdict | None:
        before, after = (default if value is None else figure(value) for value in (change.before, change.after))
        return UNCHANGED if before is not None and before == after else plain(change)

    return rule


def listed(*, added: Verdict, removed: Verdict) -> Rule:
    """Like `shapes.listed`; an exchange that opens something is access, and not that the old entry is gone."""
    plain, opens = _listed(added=added, removed=removed), (Risk.ACCESS, Risk.INTERRUPTION)

    def rule(change: Change) -> Verdict | None:
        before, after = (value or [] for value in (change.before, change.after))
        written = isinstance(before, list) and isinstance(after, list)
        more = written and any(item not in before for item in after)
        return added if more and (added.risk, removed.risk) == opens else plain(change)

    return rule


def count(*, zero: Verdict, up: Verdict, down: Verdict, default: float | None = None) -> Rule:
    """For a number of things that work, where none means that nobody works.

    Parameters
    ----------
    zero
        What is said when it becomes 0.
    up, down
        What is said when it grows, or shrinks.
    default
        What an absent value means, as for `number`.
    """
    compared = number(up=up, down=down, default=default)

    def rule(change: Change) -> Verdict | None:
        return zero if is_zero(change.after) else compared(change)

    return rule


def dropped(gone: Verdict, *, added: Verdict, changed: Verdict | None = None) -> Rule:
    """For a thing that is there or not; `changed` (None: its parts are looked at) when it is on both sides."""

    def rule(change: Change) -> Verdict | None:
        if change.before and not change.after:
            return gone
        return added if change.after and not change.before else changed

    return rule


def reference(elsewhere: Verdict, *, removed: Verdict | None = None, added: Verdict | None = None) -> Rule:
    """For a value that names another resource.

    Parameters
    ----------
    elsewhere
        What is said when it names something else than before.
    removed, added
        What is said when it names nothing any more, or named nothing.
    """

    def rule(change: Change) -> Verdict:
        if not change.after:
            return removed or elsewhere
        if not change.before:
            return added or elsewhere
        return followed(change) or elsewhere

    return rule


def followed(change: Change) -> Verdict | None:
    """Say that a reference follows a resource that was renamed in the template, when it does.

    That resource stands in the review itself, removed and added; its name here says nothing more.
    """
    old, new = target_of(change.before), target_of(change.after)
    if old is None or new is None:
        return None
    same_kind = _type_of(change.base_template, old) == _type_of(change.head_template, new)
    if old == new or (
        same_kind and not resource(change.head_template, old) and not resource(change.base_template, new)
    ):
        return harmless("it follows the resource that it names, whose own change is told there")
    return None


def guard_switch(what: str, *, default: bool = False) -> Rule:
    """For a switch that is a guard: on is harmless, off lowers it; `what` says what it guards, a noun with its verb."""
    return switch(on=harmless(f"a guard more: {what}"), off=access(f"a guard is off: {what}"), default=default)


def danger_switch(what: str, *, default: bool = False) -> Rule:
    """For a switch that opens something: on is access, off is harmless."""
    return switch(on=access(what), off=harmless(f"no longer so: {what}"), default=default)


def failures(name: str) -> Rule:
    """For the place where what fails is kept: without it, it is thrown away."""
    return reference(
        access(f"{name} that fail every time, with their content, go to another place than before"),
        removed=data_loss(f"{name} that fail every time are thrown away instead of kept"),
        added=harmless(f"{name} that fail every time are kept for somebody to look at"),
    )


def figure(value: Any) -> float | None:
    """Read a number, also written as text; None for anything else."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def is_zero(value: Any) -> bool:
    """Whether it is 0, written as a number or as text."""
    return not isinstance(value, bool) and str(value).strip() in {"0", "0.0"}


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


def each(rule: Rule, *paths: str) -> dict[str, Rule]:
    """Give one rule to several paths."""
    return dict.fromkeys(paths, rule)


def below(prefix: str, rules: Mapping[str, Rule]) -> dict[str, Rule]:
    """Rules whose paths stand below a prefix, such as `LaunchTemplateData.`."""
    return {prefix + path: rule for path, rule in rules.items()}


def _truth(value: Any) -> bool | None:
    word = str(value).lower()
    return True if word in ON else False if word in OFF else None


def _type_of(template: Template, logical_id: str) -> Any:
    return resource(template, logical_id).get("Type")
