"""Stub until merged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tools.review.change import Template, Verdict


@dataclass
class Access:
    verdicts: dict[tuple[str, str | None], Verdict] = field(default_factory=dict)
    changes: list[Any] = field(default_factory=list)


def compare_access(base: Template, head: Template, stack: str) -> Access:
    return Access()


def is_policy(type: str, property: str | None) -> bool:
    return False


@dataclass(frozen=True)
class AccessChange:
    stack: str
    direction: str
    principal: str
    effect: str
    action: str
    resource: str
    condition: str
    source: str
