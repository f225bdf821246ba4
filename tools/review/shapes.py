"""Makers of rules for the shapes that values have: switches, numbers, levels, lists.

A value that is not literal (a reference, a condition) has no direction that can be told here; then the worse of both
answers is given. A value that is absent counts as its default; what only writes the default out is harmless.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from tools.review.change import Change, Rule, Verdict, harmless, worst

ON = frozenset({"true", "enabled", "enable", "on", "yes", "active", "required"})
OFF = frozenset({"false", "disabled", "disable", "off", "no", "none", "suspended", "inactive", "optional"})
SAME = harmless("what it means stays the same: a default that is written out, another spelling or another order")
"""What is said when only the text changes."""


SAME = harmless("it means the same as before")


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
        before, after = (_truth(value, default) for value in (change.before, change.after))
        if before is None or after is None:
            return worst(on, off)
        return SAME if before == after else on if after else off

    return rule


def number(*, up: Verdict, down: Verdict, default: float | None = None) -> Rule:
    """For numbers, also written as text.

    Parameters
    ----------
    up, down
        What is said when it grows, or shrinks.
    default
        What an absent value means; `math.inf` for "no limit", None when that cannot be told.
    """
    return _compared(lambda value: _figure(value, default), up=up, down=down)


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
        return changed(change) if callable(changed) else changed

    return rule


def literal(value: Any) -> bool:
    """Whether a value is written out: neither a reference nor another intrinsic function anywhere within."""
    if isinstance(value, dict):
        if len(value) == 1 and (next(iter(value)) in ("Ref", "Condition") or next(iter(value)).startswith("Fn::")):
            return False
        return all(map(literal, value.values()))
    return all(map(literal, value)) if isinstance(value, list) else True


def _compared(place: Callable[[Any], float | None], *, up: Verdict, down: Verdict) -> Rule:
    def rule(change: Change) -> Verdict:
        before, after = place(change.before), place(change.after)
        if before is None or after is None:
            return worst(up, down)
        return SAME if before == after else up if after > before else down

    return rule


def _truth(value: Any, default: bool) -> bool | None:
    if value is None:
        return default
    word = str(value).lower()
    return True if word in ON else False if word in OFF else None


def _figure(value: Any, default: float | None) -> float | None:
    if value is None:
        return default
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _items(value: Any) -> set[str] | None:
    if not isinstance(value, list):
        return None
    return {json.dumps(item, sort_keys=True) for item in value}
