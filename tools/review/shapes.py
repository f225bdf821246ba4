"""Makers of rules for the shapes that values have: switches, numbers, levels, lists, things that are there or not.

A value that is not literal (a reference, a condition) has no direction that can be told here; then the worse of both
answers is given. A value that is absent counts as its default; what only writes the default out is harmless.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tools.review.change import Change, Rule, Template, Verdict, access, harmless, worst
from tools.review.values import figure, is_function, is_zero, resource, truth

SAME = harmless("what it means stays the same: a default that is written out, another spelling or another order")
"""What is said when only the text changes."""


def always(verdict: Verdict) -> Rule:
    """The same for every change."""
    return lambda _: verdict


def switch(*, on: Verdict, off: Verdict, default: bool = False) -> Rule:
    """For true or false, in any of the spellings of CloudFormation (`true`, `"Enabled"`, `"ENABLED"`, `"Suspended"`).

    Parameters
    ----------
    on, off
        What is said when it is switched on, or off.
    default
        What an absent value means.
    """

    def rule(change: Change) -> Verdict:
        before, after = (default if value is None else truth(value) for value in (change.before, change.after))
        if before is None or after is None:
            return worst(on, off)
        return SAME if before == after else on if after else off

    return rule


def guard_switch(what: str, *, default: bool = False) -> Rule:
    """For a switch that is a guard: on is harmless, off lowers it; `what` says what it guards, a noun with its verb."""
    return switch(on=harmless(f"a guard more: {what}"), off=access(f"a guard is off: {what}"), default=default)


def danger_switch(what: str, *, default: bool = False) -> Rule:
    """For a switch that opens something: on is access, off is harmless."""
    return switch(on=access(what), off=harmless(f"no longer so: {what}"), default=default)


def number(*, up: Verdict, down: Verdict, default: float | None = None) -> Rule:
    """For numbers, also written as text.

    Parameters
    ----------
    up, down
        What is said when it grows, or shrinks.
    default
        What an absent value means; `math.inf` for "no limit", None when that is unknown.
    """
    return _compared(lambda value: default if value is None else figure(value), up=up, down=down)


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


def ordered(levels: Sequence[str], *, up: Verdict, down: Verdict, default: str | None = None) -> Rule:
    """For words that have an order, the lowest first, compared without case; a word that is not listed is unordered."""
    order = {level.lower(): index for index, level in enumerate(levels)}

    def place(value: Any) -> float | None:
        word = default if value is None else value
        return order.get(str(word).lower()) if word is not None else None

    return _compared(place, up=up, down=down)


def listed(*, added: Verdict, removed: Verdict, default: Sequence[Any] = ()) -> Rule:
    """For lists that are sets: what is said when something is added, and when something is removed.

    Parameters
    ----------
    added, removed
        What is said when an item is added, or removed; the worse of both when both happen.
    default
        What an absent list means.
    """

    def rule(change: Change) -> Verdict:
        before, after = (_items(list(default) if it is None else it) for it in (change.before, change.after))
        if before is None or after is None:
            return worst(added, removed)
        verdicts = [verdict for verdict, there in ((added, after - before), (removed, before - after)) if there]
        return worst(*verdicts) if verdicts else SAME

    return rule


def present(*, added: Verdict, removed: Verdict, changed: Verdict | Rule | None = None) -> Rule:
    """For a value that is there or not; `changed` (None: do not speak, look at the parts) when it is on both sides."""

    def rule(change: Change) -> Verdict | None:
        if not change.before and change.after:
            return added
        if change.before and not change.after:
            return removed
        said = changed(change) if callable(changed) else changed
        if _may_be_absent(change.before, change.base_template) or _may_be_absent(change.after, change.head_template):
            return worst(*([said] if said else []), added, removed)
        return said

    return rule


def opaque(verdict: Verdict) -> Rule:
    """The verdict when either side is a reference or condition, whose parts are unknown; otherwise not to speak."""
    return lambda change: verdict if is_function(change.before) or is_function(change.after) else None


def both(*rules: Rule) -> Rule:
    """The worst of what several rules say; None when none speaks."""

    def rule(change: Change) -> Verdict | None:
        verdicts = [verdict for verdict in (each_rule(change) for each_rule in rules) if verdict]
        return worst(*verdicts) if verdicts else None

    return rule


def each(rule: Rule, *names: str) -> dict[str, Rule]:
    """Give one rule to several paths, or to several resource types."""
    return dict.fromkeys(names, rule)


def each_type(service: str, names: str, verdict: Verdict) -> dict[str, Rule]:
    """The same for every change of some types, of which only what follows their service is named."""
    return dict.fromkeys((service + name for name in names.split()), always(verdict))


def under(prefix: str, rules: Mapping[str, Rule]) -> dict[str, Rule]:
    """Rules of a part, below the path of the whole."""
    return {f"{prefix}.{path}": rule for path, rule in rules.items()}


def _compared(place: Callable[[Any], float | None], *, up: Verdict, down: Verdict) -> Rule:
    def rule(change: Change) -> Verdict:
        before, after = place(change.before), place(change.after)
        if before is None or after is None:
            return worst(up, down)
        return SAME if before == after else up if after > before else down

    return rule


def _items(value: Any) -> set[str] | None:
    if not isinstance(value, list):
        return None
    return {json.dumps(item, sort_keys=True) for item in value}


def _may_be_absent(value: Any, template: Template) -> bool:
    """Whether it depends on a parameter, a mapping or a condition whether there is a value."""
    if not is_function(value):
        return False
    name, argument = next(iter(value.items()))
    return name in ("Fn::If", "Fn::FindInMap", "Fn::Transform") or (
        name == "Ref" and not str(argument).startswith("AWS::") and not resource(template, str(argument))
    )
