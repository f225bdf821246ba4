"""Resources that only got another logical id: in both templates the same, but for the names of each other."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tools.review.change import Template


def renamed_ids(base: Template, head: Template) -> dict[str, str]:
    """Old and new logical ids of resources that differ in nothing else.

    Found step by step: once a role is known to be the same, what names it is compared with the new name in place.
    """
    old, new = base.get("Resources", {}), head.get("Resources", {})
    gone = {name: resource for name, resource in old.items() if name not in new}
    come = {name: resource for name, resource in new.items() if name not in old}
    found: dict[str, str] = {}
    while gone and come:
        step = dict(_equal(rename(gone, found), come))
        if not step:
            break
        found.update(step)
        for name in step:
            del gone[name]
        for name in step.values():
            del come[name]
    return found


def rename(value: Any, ids: Mapping[str, str]) -> Any:
    """The value with every reference to an old id turned into one to its new id."""
    if not ids:
        return value
    if isinstance(value, list):
        return [rename(item, ids) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((name, argument),) = value.items()
        if name == "Ref" and isinstance(argument, str):
            return {"Ref": ids.get(argument, argument)}
        if name == "Fn::GetAtt" and isinstance(argument, list) and argument and isinstance(argument[0], str):
            return {"Fn::GetAtt": [ids.get(argument[0], argument[0]), *argument[1:]]}
        if name == "Fn::Sub" and isinstance(argument, str):
            return {"Fn::Sub": _in_text(argument, ids)}
    return {key: _names(item, ids) if key == "DependsOn" else rename(item, ids) for key, item in value.items()}


def _names(value: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_names(item, ids) for item in value]
    return ids.get(value, value) if isinstance(value, str) else value


def _in_text(text: str, ids: Mapping[str, str]) -> str:
    return re.sub(r"\$\{([A-Za-z0-9]+)", lambda match: f"${{{ids.get(match[1], match[1])}", text)


def _equal(gone: Mapping[str, Any], come: Mapping[str, Any]) -> list[tuple[str, str]]:
    waiting: dict[str, list[str]] = {}
    for name, resource in come.items():
        waiting.setdefault(_text(resource), []).append(name)
    pairs = []
    for name, resource in gone.items():
        alike = waiting.get(_text(resource))
        if alike:
            pairs.append((name, alike.pop(0)))
    return pairs


def _text(resource: Mapping[str, Any]) -> str:
    return json.dumps([resource.get("Type"), resource.get("Properties", {})], sort_keys=True)
