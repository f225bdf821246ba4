"""Definitions inside a property, such as those of pipelines and state machines: JSON, also as text with references."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contract.json_text import read_json
from tools.review.values import is_function, target_of

_NAMES = ("Name", "InputName", "OutputName", "ChannelName", "Id", "Key")


@dataclass(frozen=True)
class Difference:
    """One difference of two definitions.

    Attributes
    ----------
    path
        Names of keys and items.
    before, after
        The values there; None where there is nothing.
    """

    path: tuple[str, ...]
    before: Any
    after: Any

    @property
    def name(self) -> str:
        """Last name of the path."""
        return self.path[-1] if self.path else ""


def parse_definition(value: Any) -> Any:
    """Read a definition; None when it is neither an object nor text that is JSON once its references have names."""
    if isinstance(value, Mapping) and not is_function(value):
        return value
    text = _text(value)
    try:
        return read_json(text) if text is not None else None
    except ValueError:
        return None


def definition_differences(before: Any, after: Any, path: tuple[str, ...] = ()) -> Iterator[Difference]:
    """List what differs, as deep as both sides have parts; items of lists are found by their names."""
    if before == after:
        return
    old, new = _parts(before), _parts(after)
    if old is None or new is None:
        yield Difference(path, before, after)
        return
    for name in dict.fromkeys([*old, *new]):
        yield from definition_differences(old.get(name), new.get(name), (*path, name))


def _parts(value: Any) -> dict[str, Any] | None:
    if isinstance(value, Mapping):
        return dict(value)
    if not isinstance(value, list):
        return None
    key = next(
        (name for name in _NAMES if value and all(isinstance(item, Mapping) and name in item for item in value)), None
    )
    return {str(item[key]) if key else str(index): item for index, item in enumerate(value)}


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping):
        return None
    if "Fn::Join" in value:
        separator, parts = value["Fn::Join"] if len(value["Fn::Join"]) == 2 else ("", None)
        texts = [_text(part) for part in parts] if isinstance(parts, list) else [None]
        return separator.join(text for text in texts if text is not None) if None not in texts else None
    if "Fn::Sub" in value:
        return value["Fn::Sub"] if isinstance(value["Fn::Sub"], str) else value["Fn::Sub"][0]
    if not is_function(value):
        return None
    return f"<{target_of(value) or json.dumps(value, sort_keys=True).replace(chr(34), chr(39))}>"
