"""The two templates that are compared, and what each allows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tools.review.change import Template
from tools.review.iam.statements import Grant, Scope
from tools.review.iam.values import Reader, logical_ids


@dataclass(frozen=True)
class Sides:
    """The two templates, what each allows, and the difference."""

    base: Template
    head: Template
    base_reader: Reader
    head_reader: Reader
    old: Sequence[Grant]
    new: Sequence[Grant]
    gained: Sequence[Grant]
    lost: Sequence[Grant]
    renamed: dict[str, str] = field(default_factory=dict)

    @property
    def before(self) -> frozenset[str]:
        """Logical ids of the base, under the names of the head."""
        return frozenset(self.renamed.get(name, name) for name in self.base.get("Resources", {}))

    @property
    def after(self) -> frozenset[str]:
        """Logical ids of the head."""
        return frozenset(self.head.get("Resources", {}))

    def existed(self, scope: Scope) -> bool:
        """Whether what a policy is about was there before."""
        ids = logical_ids(scope.of)
        return not ids or bool(ids & self.before)

    def remains(self, scope: Scope) -> bool:
        """Whether what a policy is about is there afterwards."""
        ids = logical_ids(scope.of)
        return not ids or bool(ids & self.after)

    def users(self, scope: Scope) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Resources that name an identity, before and after, by the service that their type belongs to."""
        ids = logical_ids(scope.of)
        back = {new: old for old, new in self.renamed.items()}
        return _users(self.base, frozenset(back.get(name, name) for name in ids)), _users(self.head, ids)


def _users(template: Template, ids: frozenset[str]) -> dict[str, list[str]]:
    """Resources that name an identity, by the service that their type belongs to."""
    found: dict[str, list[str]] = {}
    for name, resource in template.get("Resources", {}).items():
        kind = resource.get("Type", "")
        if name not in ids and not kind.startswith("AWS::IAM::") and refers(resource, ids):
            found.setdefault(kind.split("::")[1].lower() if "::" in kind else kind, []).append(name)
    return found


def refers(value: Any, ids: Iterable[str]) -> bool:
    """Whether a value refers to one of the logical ids, in whatever way."""
    text = json.dumps(value)
    return any(re.search(rf'"{name}[".]|\$\{{{name}[.}}]', text) for name in ids)
