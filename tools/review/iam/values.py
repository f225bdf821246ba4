"""CloudFormation values as one text each, and wildcard patterns: whether one contains, or meets, another.

`Fn::Join`, `Fn::Sub`, `Ref` and `Fn::GetAtt` of the same thing give the same text, such as `${Bucket.Arn}/*`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from contract.json_text import read_json

CONSTANTS = {"AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}
"""Pseudo parameters that are taken for what they are outside of China and GovCloud."""

REFERENCE = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}")
_IN_SUB = re.compile(r"\$\{(!?)([^}]*)\}")


@dataclass(frozen=True)
class Reader:
    """Reads values of one template.

    Attributes
    ----------
    renamed
        Logical ids that count as others.
    conditions
        The `Conditions` of the template: a branch of `Fn::If` is marked with the definition, not the name.
    """

    renamed: Mapping[str, str] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)

    def text(self, value: Any) -> str:
        """One text for a value; what only the deployment knows stands as `${...}`."""
        if isinstance(value, str):
            return value
        if isinstance(value, dict) and len(value) == 1:
            name, argument = str(next(iter(value))), next(iter(value.values()))
            found = self._known(name, argument)
            if found is not None:
                return found
            if name == "Fn::GetStackOutput" and isinstance(argument, dict):
                return "${" + ".".join(self.text(argument.get(part)) for part in ("StackName", "OutputName")) + "}"
            if name == "Ref" or name.startswith("Fn::"):
                return "${" + name.removeprefix("Fn::") + " " + self._plain(argument) + "}"
        return self._plain(value)

    def reference(self, name: str) -> str:
        """`${Name}` or `${Name.Attribute}`, of the name that counts."""
        if name in CONSTANTS:
            return CONSTANTS[name]
        head, dot, rest = name.partition(".")
        return "${" + self.renamed.get(head, head) + dot + rest + "}"

    def branches(self, value: Any) -> Iterator[tuple[Any, frozenset[tuple[str, str]]]]:
        """The single values of a value: items of lists and either branch of `Fn::If`, with what it depends on."""
        if isinstance(value, list):
            for item in value:
                yield from self.branches(item)
        elif isinstance(value, dict) and isinstance(value.get("Fn::If"), list) and len(value["Fn::If"]) == 3:
            name, *ways = value["Fn::If"]
            for way, outcome in zip(ways, ("true", "false"), strict=True):
                for item, depends in self.branches(way):
                    yield item, depends | {(self.condition(name), outcome)}
        elif value is not None and value != {"Ref": "AWS::NoValue"}:
            yield value, frozenset()

    def condition(self, name: Any) -> str:
        """The text of a named condition."""
        return self._plain(self.conditions.get(name, name) if isinstance(name, str) else name)

    def document(self, value: Any) -> Mapping[str, Any] | None:
        """A policy document, also of JSON text; None when it cannot be read."""
        if isinstance(value, dict) and "Statement" in value:
            return value
        try:
            parsed = read_json(self.text(value))
        except ValueError:
            return None
        return parsed if isinstance(parsed, dict) and "Statement" in parsed else None

    def _plain(self, value: Any) -> str:
        return value if isinstance(value, str) else json.dumps(self._inner(value), sort_keys=True)

    def _inner(self, value: Any) -> Any:
        if isinstance(value, dict):
            if len(value) == 1 and next(iter(value)) in ("Ref", "Fn::GetAtt", "Fn::Join", "Fn::Sub"):
                return self.text(value)
            return {key: self._inner(item) for key, item in value.items()}
        return [self._inner(item) for item in value] if isinstance(value, list) else value

    def _known(self, name: str, argument: Any) -> str | None:
        if name == "Ref" and isinstance(argument, str):
            return self.reference(argument)
        ways = {"Fn::GetAtt": self._attribute, "Fn::Join": self._join, "Fn::Sub": self._sub}
        return ways[name](argument) if name in ways else None

    def _attribute(self, argument: Any) -> str | None:
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        if isinstance(parts, list) and all(isinstance(part, str) for part in parts):
            return self.reference(".".join(parts))
        return None

    def _join(self, argument: Any) -> str | None:
        if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list):
            return str(argument[0]).join(map(self.text, argument[1]))
        return None

    def _sub(self, argument: Any) -> str | None:
        template, values = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
        if not isinstance(template, str) or not isinstance(values, dict):
            return None

        def put(match: re.Match[str]) -> str:
            literal, name = match.groups()
            if literal:
                return "${" + name + "}"
            return self.text(values[name]) if name in values else self.reference(name)

        return _IN_SUB.sub(put, template)


def logical_ids(text: str) -> frozenset[str]:
    """The logical ids to which a text refers."""
    return frozenset(REFERENCE.findall(text))


def owner(text: str) -> str:
    """A reference without its attribute: `${Queue.Arn}` and `${Queue}` name the same queue."""
    match = REFERENCE.fullmatch(text)
    return "${" + match[1] + "}" if match else text


def contains(wide: str, narrow: str) -> bool:
    """Whether all that a pattern stands for, another stands for, too; `*` and `?` as IAM has them."""
    return wide in ("*", narrow) or (("*" in wide or "?" in wide) and bool(_matcher(wide).fullmatch(narrow)))


@lru_cache(maxsize=4096)
def _matcher(pattern: str) -> re.Pattern[str]:
    pattern = re.sub(r"\*+", "*", pattern)
    signs = {"*": ".*", "?": "[^*]"}
    return re.compile("".join(signs.get(sign) or re.escape(sign) for sign in pattern), re.DOTALL)


@lru_cache(maxsize=4096)
def meet(one: str, other: str) -> bool:
    """Whether two patterns stand for anything in common."""
    reached = {0}
    for index in range(len(one) + 1):
        sign = one[index] if index < len(one) else ""
        closed = _spread(other, reached)
        if not sign:
            return len(other) in closed
        reached = set(range(min(closed), len(other) + 1)) if sign == "*" and closed else _step(sign, other, closed)
        if not reached:
            return False
    return False


def _spread(pattern: str, places: set[int]) -> set[int]:
    spread = set(places)
    for place in sorted(places):
        while place < len(pattern) and pattern[place] == "*":
            place += 1
            spread.add(place)
    return spread


def _step(sign: str, pattern: str, places: set[int]) -> set[int]:
    after: set[int] = set()
    for place in places:
        if place < len(pattern):
            if pattern[place] == "*":
                after.add(place)
            elif sign in ("?", pattern[place]) or pattern[place] == "?":
                after.add(place + 1)
    return after
