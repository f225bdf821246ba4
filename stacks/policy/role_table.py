"""The table of what each role may do and what it may not: `roles.toml` beside this, read and checked.

Not a part of any template. Tests evaluate it on the templates and on what is deployed; whoever changes a role's rights
changes the table with it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parent / "roles.toml"


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource that the table names: the part that has it, its CloudFormation type, how its logical id begins."""

    part: str
    type: str
    begins: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """One line: whether the role may do this to that, in a request that says so of itself.

    Attributes
    ----------
    action
        Such as `s3:GetObject`.
    resource
        Its ARN, with names in braces.
    context
        Condition keys of the request with their values; what is not there is absent.
    allowed
        The answer.
    """

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)
    allowed: bool


@dataclass(frozen=True, kw_only=True)
class RoleRights:
    """What is asked of one role: the part that has it, how its logical id begins, and the questions.

    A role may be there more than once, with questions that are for some environments only.
    """

    part: str
    begins: str
    environments: frozenset[str] | None
    questions: tuple[Question, ...]


@dataclass(frozen=True, kw_only=True)
class RoleTable:
    """The resources by the names that the questions have for them, and the roles."""

    resources: Mapping[str, Resource]
    roles: tuple[RoleRights, ...]

    def of(self, environment: str) -> list[RoleRights]:
        """What is asked in an environment."""
        return [role for role in self.roles if role.environments is None or environment in role.environments]


def read_role_table() -> RoleTable:
    """Read the table."""
    document = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    resources = {
        name: Resource(part=part, type=kind, begins=begins)
        for name, (part, kind, begins) in document["resources"].items()
    }
    return RoleTable(resources=resources, roles=tuple(map(_role, document["role"])))


def _role(role: dict[str, Any]) -> RoleRights:
    questions = [
        Question(action=row[0], resource=row[1], context=row[2] if len(row) > 2 else {}, allowed=allowed)
        for name, allowed in (("may", True), ("may_not", False))
        for row in role[name]
    ]
    only = role.get("environments")
    return RoleRights(
        part=role["part"],
        begins=role["begins"],
        environments=None if only is None else frozenset(only),
        questions=tuple(questions),
    )
