"""Resources that only changed their logical id: removed on one side, and the same thing added on the other."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from tools.review.change import Template
from tools.review.iam.sources import HOLDERS, IDENTITY

_ROUNDS = 4
_NAMES = re.compile(r"[A-Za-z0-9]+")

Resources = Mapping[str, Mapping[str, Any]]


def renames(base: Template, head: Template) -> dict[str, str]:
    """Logical ids of the base, and under which the same resource stands in the head.

    The same are resources of one type with equal properties, references to other renamed ones included. Roles, users
    and groups whose policies or paths differ are matched by their trust and description.
    """
    old: Resources = base.get("Resources", {})
    new: Resources = head.get("Resources", {})
    gone = {name: value for name, value in old.items() if new.get(name, {}).get("Type") != value.get("Type")}
    come = {name: value for name, value in new.items() if old.get(name, {}).get("Type") != value.get("Type")}
    found: dict[str, str] = {}
    for mark in (_whole, _rights, _identity):
        for _ in range(_ROUNDS):
            olds = _by_mark({name: value for name, value in gone.items() if name not in found}, mark, old, found)
            taken = set(found.values())
            news = _by_mark({name: value for name, value in come.items() if name not in taken}, mark, new, {})
            more = {names[0]: news[key][0] for key, names in olds.items() if len(names) == len(news.get(key, ())) == 1}
            if not more:
                break
            found |= more
    return found


Mark = Callable[[str, Mapping[str, Any], Resources], str | None]
"""What two resources have in common when they are the same; None for one that is unknown."""


def _by_mark(some: Resources, mark: Mark, every: Resources, found: Mapping[str, str]) -> dict[str, list[str]]:
    grouped: defaultdict[str, list[str]] = defaultdict(list)
    for name, resource in some.items():
        text = mark(name, resource, every)
        if text is not None:
            grouped[_NAMES.sub(lambda match: found.get(match[0], match[0]), text)].append(name)
    return grouped


def _whole(_: str, resource: Mapping[str, Any], __: Resources) -> str | None:
    properties = dict(resource.get("Properties", {}))
    if resource.get("Type") in IDENTITY:
        properties.pop("PolicyName", None)
    return json.dumps([resource.get("Type"), properties], sort_keys=True) if properties else None


def _rights(name: str, resource: Mapping[str, Any], every: Resources) -> str | None:
    if resource.get("Type") not in HOLDERS:
        return None
    attached = [
        json.dumps(other["Properties"].get("PolicyDocument"), sort_keys=True)
        for other in every.values()
        if other.get("Type") in IDENTITY and f'"Ref": "{name}"' in json.dumps(other.get("Properties"))
    ]
    return json.dumps([resource["Type"], resource.get("Properties"), sorted(attached)], sort_keys=True)


def _identity(_: str, resource: Mapping[str, Any], __: Resources) -> str | None:
    if resource.get("Type") not in HOLDERS:
        return None
    properties = resource.get("Properties", {})
    kept = {name: properties.get(name) for name in ("AssumeRolePolicyDocument", "Description")}
    return json.dumps([resource["Type"], kept], sort_keys=True)
