"""Rules for lists of objects that have no id of their own, and for objects that stand in more than one place.

An item of such a list is known by some of its fields (a cache behavior by its path pattern), so that an item before
it, or another order, makes no difference. Builds on `shapes`; says nothing of single properties.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tools.review.change import Change, Rule, Verdict, access, worst
from tools.review.shapes import SAME

Said = Verdict | Rule
"""A verdict, or a rule that is asked with the item as value."""


def said(what: Said, change: Change) -> Verdict | None:
    """The verdict itself, or what the rule says of the change."""
    return what if isinstance(what, Verdict) else what(change)


def fields(rules: Mapping[str, Rule], *, other: Said) -> Rule:
    """For an object: the worst of what is said of its fields.

    Parameters
    ----------
    rules
        A rule for each field, nested ones by names joined with dots; the first on the way that speaks is heard.
    other
        What is said of a field without a rule.
    """

    def rule(change: Change) -> Verdict | None:
        if not isinstance(change.before, dict) or not isinstance(change.after, dict):
            return said(other, change)
        verdicts = list(_spoken(change, "", rules, other))
        return worst(*verdicts) if verdicts else SAME

    return rule


def _spoken(change: Change, path: str, rules: Mapping[str, Rule], other: Said) -> Iterator[Verdict]:
    before, after = change.before, change.after
    if before == after:
        return
    verdict = rules[path](change) if path in rules else None
    if verdict is not None:
        yield verdict
    elif any(isinstance(it, dict) for it in (before, after)) and all(
        isinstance(it, dict | None) for it in (before, after)
    ):
        for name in {**(before or {}), **(after or {})}:
            part = replace(change, before=(before or {}).get(name), after=(after or {}).get(name))
            yield from _spoken(part, f"{path}.{name}" if path else name, rules, other)
    else:
        verdict = said(other, change)
        if verdict is not None:
            yield verdict


UNCLEAR = access("the direction is unknown, because a value is an expression")
"""What is said of a list that is not written out."""


def members(
    *names: str, added: Said, removed: Said, changed: Said, reordered: Verdict = SAME, unclear: Verdict = UNCLEAR
) -> Rule:
    """For a list of objects that are known by the fields `names` (all of their content when there are none).

    Parameters
    ----------
    names
        Fields that together tell one item from another.
    added, removed, changed
        What is said of an item that is only in the head, only in the base, or in both and not equal.
    reordered
        What is said when the items that are on both sides stand in another order.
    unclear
        What is said when either side is no list of objects.
    """

    def rule(change: Change) -> Verdict:
        before, after = _by_key(change.before, names), _by_key(change.after, names)
        if before is None or after is None:
            return unclear
        shared = [key for key in before if key in after]
        asked = [(removed, before[key], None) for key in before if key not in after]
        asked += [(added, None, after[key]) for key in after if key not in before]
        asked += [(changed, before[key], after[key]) for key in shared if before[key] != after[key]]
        verdicts = [said(what, replace(change, before=old, after=new)) for what, old, new in asked]
        verdicts += [reordered] if shared != [key for key in after if key in before] else []
        spoken = [verdict for verdict in verdicts if verdict is not None]
        return worst(*spoken) if spoken else SAME

    return rule


def _by_key(value: Any, names: Sequence[str]) -> dict[str, Any] | None:
    """The items of a list by the fields `names`, in their order; None when it is not a list of objects.

    Items with equal fields are told apart by their place among themselves.
    """
    if value is None:
        return {}
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        return None
    keyed: dict[str, Any] = {}
    for item in value:
        key = json.dumps([item.get(name) for name in names] if names else item, sort_keys=True)
        while key in keyed:
            key += "+"
        keyed[key] = item
    return keyed


def attributes(rules: Mapping[str, Rule], *, other: Said) -> Rule:
    """For a list of `Key` and `Value`, such as a load balancer's attributes: a rule for each key, asked with values."""

    def rule(change: Change) -> Verdict | None:
        before, after = (_pairs(value) for value in (change.before, change.after))
        if before is None or after is None:
            return None
        verdicts = []
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) != after.get(name):
                part = replace(change, before=before.get(name), after=after.get(name))
                verdicts.append(said(rules.get(name, other), part))
        spoken = [verdict for verdict in verdicts if verdict is not None]
        return worst(*spoken) if spoken else SAME

    return rule


def _pairs(value: Any) -> dict[str, Any] | None:
    items = _by_key(value, ["Key"])
    return None if items is None else {str(item.get("Key")): item.get("Value") for item in items.values()}


def objects(change: Change) -> Change:
    """The same change with empty objects where there is none, for `fields`; an expression stays as it is."""
    sides = [{} if value is None else value for value in (change.before, change.after)]
    return replace(change, before=sides[0], after=sides[1])
