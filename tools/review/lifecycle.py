"""What a change of S3 lifecycle rules does to objects: which are deleted sooner, kept longer, or moved.

Rules are compared by what they do, not by their names or order, because the CDK writes them without ids.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tools.review.change import Change, Verdict, cost, data_loss, harmless, interruption, worst
from tools.review.values import literal

Lifecycle = Mapping[str, Any]

NEVER = math.inf
SLOW = frozenset({"GLACIER", "DEEP_ARCHIVE"})
"""Storage classes whose objects cannot be read until they are restored."""
ONE_ZONE = frozenset({"ONEZONE_IA", "REDUCED_REDUNDANCY"})
"""Storage classes that keep objects less safely than the others."""

DISABLED = harmless("the rule is disabled before and after, so it does nothing")
RENAMED = harmless("the rules do the same; only their ids or their order differ")
UNREADABLE = data_loss("the template does not show what the rules delete, so objects may be deleted earlier")


def lifecycle_rules(change: Change) -> Verdict | None:
    """Compare whole lists; None when each side names its rules by unique ids, so that each can be told by itself."""
    before, after = change.before or [], change.after or []
    if not (_readable(before) and _readable(after)):
        return UNREADABLE
    gone, come = _without(before, after), _without(after, before)
    if not gone and not come:
        return RENAMED
    if _named(before) and _named(after):
        return None
    return worst(*_pairs(gone, come))


def lifecycle_rule(change: Change) -> Verdict:
    """Compare one rule with itself, or with nothing where it is added or removed."""
    if not _readable([rule for rule in (change.before, change.after) if rule]):
        return UNREADABLE
    return _compared(change.before, change.after)


def _readable(rules: Any) -> bool:
    return isinstance(rules, list) and all(isinstance(rule, dict) and _plain(rule) for rule in rules)


def _plain(rule: Lifecycle) -> bool:
    """Whether everything but the scope is written out; a prefix may be a reference, equal or not."""
    return literal({name: value for name, value in rule.items() if name not in ("Prefix", "TagFilters")})


def _named(rules: list[Lifecycle]) -> bool:
    ids = [rule.get("Id") for rule in rules]
    return None not in ids and len(set(ids)) == len(ids)


def _acts(rule: Lifecycle) -> str:
    return json.dumps({name: value for name, value in rule.items() if name != "Id"}, sort_keys=True)


def _without(rules: list[Lifecycle], others: list[Lifecycle]) -> list[Lifecycle]:
    there = {_acts(rule) for rule in others}
    return [rule for rule in rules if _acts(rule) not in there]


def _pairs(gone: list[Lifecycle], come: list[Lifecycle]) -> Iterator[Verdict]:
    """Compare each new rule with the old one that held for the same objects, or for more; the rest with nothing."""
    used: list[Lifecycle] = []
    for rule in come:
        partners = [old for old in gone if _scope(old) == _scope(rule)] or [old for old in gone if _within(rule, old)]
        yield _compared(partners[0] if partners else None, rule)
        used.extend(partners[:1])
    for rule in gone:
        if rule not in used:
            yield _compared(rule, None)


def _compared(before: Lifecycle | None, after: Lifecycle | None) -> Verdict:
    old, new = _enabled(before), _enabled(after)
    if old is None and new is None:
        return DISABLED
    if old is not None and new is not None and _scope(old) != _scope(new):
        if _within(old, new):
            return worst(*_effects(None, new))
        narrowed = [*_effects(old, new), cost(f"a rule no longer holds for all of {_named_scope(old)}")]
        return worst(*narrowed) if _within(new, old) else worst(*_effects(None, new), *_effects(old, None))
    return worst(*_effects(old, new))


def _enabled(rule: Lifecycle | None) -> Lifecycle | None:
    return rule if rule and str(rule.get("Status")).lower() == "enabled" else None


def _scope(rule: Lifecycle) -> tuple[str, str, float, float]:
    tags = json.dumps(sorted(json.dumps(tag, sort_keys=True) for tag in rule.get("TagFilters") or []))
    smallest, largest = _days(rule.get("ObjectSizeGreaterThan"), 0), _days(rule.get("ObjectSizeLessThan"), NEVER)
    return str(rule.get("Prefix") or ""), tags, smallest, largest


def _within(inner: Lifecycle, outer: Lifecycle) -> bool:
    """Whether every object of the inner rule is one of the outer."""
    prefix, tags, smallest, largest = _scope(inner)
    outer_prefix, outer_tags, outer_smallest, outer_largest = _scope(outer)
    return (
        prefix.startswith(outer_prefix)
        and set(json.loads(tags)) >= set(json.loads(outer_tags))
        and smallest >= outer_smallest
        and largest <= outer_largest
    )


def _named_scope(rule: Lifecycle) -> str:
    prefix = rule.get("Prefix")
    some = f"objects under {prefix}" if prefix else "objects"
    return f"{some} with certain tags" if rule.get("TagFilters") else f"all {some}" if some == "objects" else some


def _effects(before: Lifecycle | None, after: Lifecycle | None) -> Iterator[Verdict]:
    which = _named_scope(after or before or {})
    yield harmless("only uploads that were never finished, or markers of deleted objects, are treated differently")
    yield from _timed(before, after, _expiry, which)
    yield from _timed(before, after, _noncurrent, f"older versions of {which}")
    yield from _versions(before, after, which)
    yield from _multipart(before, after)
    yield from _moves(before, after, which)


def _timed(
    before: Lifecycle | None, after: Lifecycle | None, days: Callable[[Lifecycle], float], which: str
) -> Iterator[Verdict]:
    old, new = (days(rule) if rule else NEVER for rule in (before, after))
    if new < old:
        when = f"after {new:g} days" if new else "at a set date"
        yield data_loss(f"{which} are deleted {when} instead of {'never' if old == NEVER else f'after {old:g} days'}")
    elif new > old:
        yield cost(f"{which} are kept {'for ever' if new == NEVER else f'{new:g} days'} instead of {old:g} days")
    elif before and after and before.get("ExpirationDate") != after.get("ExpirationDate"):
        yield data_loss(f"{which} are deleted on another date")


def _days(value: Any, default: float) -> float:
    try:
        return default if value is None else float(value)
    except (TypeError, ValueError):
        return 0


def _expiry(rule: Lifecycle) -> float:
    return 0 if rule.get("ExpirationDate") else _days(rule.get("ExpirationInDays"), NEVER)


def _noncurrent(rule: Lifecycle) -> float:
    nested = (rule.get("NoncurrentVersionExpiration") or {}).get("NoncurrentDays")
    return _days(rule.get("NoncurrentVersionExpirationInDays") if nested is None else nested, NEVER)


def _versions(before: Lifecycle | None, after: Lifecycle | None, which: str) -> Iterator[Verdict]:
    if before and after and NEVER not in (_noncurrent(before), _noncurrent(after)):
        old, new = (
            _days((rule.get("NoncurrentVersionExpiration") or {}).get("NewerNoncurrentVersions"), 0)
            for rule in (before, after)
        )
        if new < old:
            yield data_loss(f"fewer older versions of {which} are kept")
        elif new > old:
            yield cost(f"more older versions of {which} are kept")


def _multipart(before: Lifecycle | None, after: Lifecycle | None) -> Iterator[Verdict]:
    old, new = (
        _days(((rule or {}).get("AbortIncompleteMultipartUpload") or {}).get("DaysAfterInitiation"), NEVER)
        for rule in (before, after)
    )
    if new > old:
        yield cost("parts of uploads that were never finished are kept, and paid for, longer")


def _moves(before: Lifecycle | None, after: Lifecycle | None, which: str) -> Iterator[Verdict]:
    old, new = _transitions(before), _transitions(after)
    for place in sorted(set(old) | set(new)):
        was, becomes = old.get(place, NEVER), new.get(place, NEVER)
        if becomes < was:
            yield _moved(place[1], which, becomes)
        elif becomes > was:
            yield cost(f"{which} stay in the dearer storage class longer instead of moving to {place[1]}")


def _moved(storage: str, which: str, days: float) -> Verdict:
    moved = f"{which} move to {storage} after {days:g} days"
    if storage in ONE_ZONE:
        return data_loss(f"{moved}, which can lose them with one zone")
    if storage in SLOW:
        return interruption(f"{moved}, where readers get an error until an object is restored")
    return cost(f"{moved}, which is cheaper to keep and dearer to read")


def _transitions(rule: Lifecycle | None) -> dict[tuple[str, str], float]:
    """Days until objects move, by kind (current, older) and storage class."""
    found: dict[tuple[str, str], float] = {}
    rule = rule or {}
    for kind, single, several in (
        ("current", "Transition", "Transitions"),
        ("older", "NoncurrentVersionTransition", "NoncurrentVersionTransitions"),
    ):
        for move in [*([rule[single]] if rule.get(single) else []), *(rule.get(several) or [])]:
            days = 0 if move.get("TransitionDate") else _days(move.get("TransitionInDays"), 0)
            found[kind, str(move.get("StorageClass"))] = days
    return found
