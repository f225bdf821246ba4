"""What a template looks up by region, or by another value that only a deployment knows.

`Fn::FindInMap` with such a key reads the same when the table behind it changes. So for a comparison it is read for one
key for which the two templates differ.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from tools.review.change import Template


def told_apart(base: Template, head: Template) -> tuple[Template, Template]:
    """Both templates with what they look up put in, where it is not the same on both sides."""
    old, new = base.get("Mappings") or {}, head.get("Mappings") or {}
    if not old and not new:
        return base, head
    return _put_in(base, old, old, new), _put_in(head, new, old, new)


def _put_in(template: Template, own: Any, old: Any, new: Any) -> Template:
    def found(value: Any) -> Any:
        if isinstance(value, list):
            return [found(item) for item in value]
        if not isinstance(value, Mapping):
            return value
        keys = value.get("Fn::FindInMap") if len(value) == 1 else None
        if isinstance(keys, list) and len(keys) == 3 and isinstance(keys[0], str) and isinstance(keys[2], str):
            rows = [_rows(table, keys[0], keys[2]) for table in (old, new, own)]
            key = None if rows[0] == rows[1] else _telling(rows[0], rows[1])
            return value if key is None else rows[2].get(key, value)
        return {name: found(inner) for name, inner in value.items()}

    return {**template, "Resources": found(template.get("Resources", {}))}


def _rows(table: Any, name: str, second: str) -> dict[str, Any]:
    rows = table.get(name) if isinstance(table, Mapping) else None
    if not isinstance(rows, Mapping):
        return {}
    return {key: row[second] for key, row in rows.items() if isinstance(row, Mapping) and second in row}


def _telling(old: Mapping[str, Any], new: Mapping[str, Any]) -> str | None:
    """A key whose values differ; where only one side has the table, one with its most common value."""
    for key in old:
        if key in new and old[key] != new[key]:
            return key
    if old and new:
        return None
    texts = {key: json.dumps(value, sort_keys=True) for key, value in (old or new).items()}
    common = Counter(texts.values()).most_common(1)
    return next((key for key, text in texts.items() if text == common[0][0]), None) if common else None
