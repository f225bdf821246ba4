"""From the difference of a property down to the parts of its value that differ."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from tools.review.values import is_function

IDENTITIES = (
    "Id",
    "ID",
    "Key",
    "Name",
    "VariantName",
    "AttributeName",
    "IndexName",
    "LogicalName",
    "PolicyName",
    "Sid",
    "ParameterKey",
    "OptionName",
    "DeviceName",
    "DomainName",
    "PathPattern",
    "ContainerPort",
    "Header",
    "HttpMethod",
    "Region",
)
"""Properties by which the items of a list are known, the first that every item has, each with another value."""

BRANCHES_MAX = 64


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of a property that differs.

    Attributes
    ----------
    path
        As a person reads it: `LifecycleConfiguration.Rules[old].Status`.
    rule_path
        As rules are looked up: `LifecycleConfiguration.Rules[].Status`.
    before, after
        Its values; None where there is none.
    """

    path: str
    rule_path: str
    before: Any
    after: Any


def parts(part: Part) -> list[Part]:
    """The parts of a value one level down that differ; empty when it has none that can be told apart."""
    before, after = part.before, part.after
    if any(map(is_function, (before, after))):
        return []
    if _are(dict, before, after):
        return list(_members(part, before or {}, after or {}))
    if _are(list, before, after) and all(isinstance(item, dict) for item in [*(before or []), *(after or [])]):
        return list(_items(part, before or [], after or []))
    return []


def branches(part: Part) -> list[Part]:
    """The part for each way that its `Fn::If`s may turn out; itself alone when there are none, and last of too many."""
    ways = [
        replace(part, before=before, after=after)
        for before, after in _pairs(part.before, part.after)
        if before != after
    ]
    return ways if len(ways) <= BRANCHES_MAX else [*ways[:BRANCHES_MAX], part]


def _are(kind: type, before: Any, after: Any) -> bool:
    return all(value is None or isinstance(value, kind) for value in (before, after)) and bool(before or after)


def _pairs(before: Any, after: Any) -> list[tuple[Any, Any]]:
    old, new = _choice(before), _choice(after)
    if old and new and old[0] == new[0]:
        return [*_pairs(old[1], new[1]), *_pairs(old[2], new[2])]
    if old:
        return [*_pairs(old[1], after), *_pairs(old[2], after)]
    if new:
        return [*_pairs(before, new[1]), *_pairs(before, new[2])]
    return [(_absent(before), _absent(after))]


def _absent(value: Any) -> Any:
    return None if value == {"Ref": "AWS::NoValue"} else value


def _choice(value: Any) -> list[Any] | None:
    choice = value.get("Fn::If") if is_function(value) else None
    return choice if isinstance(choice, list) and len(choice) == 3 else None


def _members(part: Part, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Part]:
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield Part(
                path=f"{part.path}.{name}",
                rule_path=f"{part.rule_path}.{name}",
                before=before.get(name),
                after=after.get(name),
            )


def _items(part: Part, before: list[Any], after: list[Any]) -> Iterator[Part]:
    for name, old, new in _matched(before, after):
        if old != new:
            yield Part(path=f"{part.path}[{name}]", rule_path=f"{part.rule_path}[]", before=old, after=new)


def _matched(before: list[Any], after: list[Any]) -> Iterator[tuple[str, Any, Any]]:
    """The items of two lists beside each other by what they are known by, otherwise those on one side only."""
    identity = next((name for name in IDENTITIES if _identifies(name, before) and _identifies(name, after)), None)
    if identity is not None:
        old, new = ({str(item[identity]): item for item in items} for items in (before, after))
        yield from ((name, old.get(name), new.get(name)) for name in dict.fromkeys([*old, *new]))
        return
    gone, come = _without(before, after), _without(after, before)
    for index in range(max(len(gone), len(come))):
        old_item = gone[index] if index < len(gone) else (0, None)
        new_item = come[index] if index < len(come) else (old_item[0], None)
        yield str(new_item[0] if new_item[1] is not None else old_item[0]), old_item[1], new_item[1]


def _identifies(name: str, items: list[Any]) -> bool:
    values = [item.get(name) for item in items]
    return all(isinstance(value, str | int) for value in values) and len({str(value) for value in values}) == len(items)


def _without(items: list[Any], others: list[Any]) -> list[tuple[int, Any]]:
    """The items, with their positions, that are not among the others; each of the others counts once."""
    left = [json.dumps(item, sort_keys=True) for item in others]
    kept = []
    for index, item in enumerate(items):
        text = json.dumps(item, sort_keys=True)
        if text in left:
            left.remove(text)
        else:
            kept.append((index, item))
    return kept
