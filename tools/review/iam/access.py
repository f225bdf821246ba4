"""What the comparison of two templates says: a verdict for each changed policy, and what is gained and lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from tools.review.change import Verdict


class Direction(StrEnum):
    """Which way a right goes."""

    GAINED = "gained"
    LOST = "lost"


@dataclass(frozen=True)
class AccessChange:
    """One row of the table: who gains or loses which right on what, under which condition.

    Attributes
    ----------
    effect
        `Allow` or `Deny`; to gain a `Deny` is to lose rights.
    action, resource
        Patterns that are readable; several are joined by commas.
    source
        The logical id of the resource in which it stands.
    """

    stack: str
    direction: Direction
    principal: str
    effect: str
    action: str
    resource: str
    condition: str
    source: str


@dataclass(frozen=True)
class Access:
    """What changes of who may do what.

    Attributes
    ----------
    verdicts
        By logical id and property; the property is None for a resource that is added or removed.
    changes
        What is gained and lost, gains first.
    """

    verdicts: dict[tuple[str, str | None], Verdict] = field(default_factory=dict)
    changes: list[AccessChange] = field(default_factory=list)
