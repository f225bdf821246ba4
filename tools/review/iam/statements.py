"""Statements taken apart: one grant for each principal, action and resource, in one form whatever way it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product
from typing import Any

from tools.review.iam import conditions, principals
from tools.review.iam.actions import Except, Pattern, within
from tools.review.iam.conditions import Condition
from tools.review.iam.values import Reader, owner


class Kind(StrEnum):
    """What kind of policy a statement stands in."""

    IDENTITY = "identity"
    TRUST = "trust"
    RESOURCE = "resource"
    GUARD = "guard"
    RELATION = "relation"


@dataclass(frozen=True)
class Scope:
    """What a policy belongs to: an identity that may do something, or a thing that it guards."""

    kind: Kind
    of: str
    single: bool = False


@dataclass(frozen=True)
class Source:
    """Where a statement stands: the logical id of a resource and the path of its property."""

    logical_id: str
    path: str


@dataclass(frozen=True)
class Grant:
    """One permission, or one denial.

    Attributes
    ----------
    action
        In lower case; `spelled` has it as it was written.
    source, spelled
        They take no part in comparisons.
    """

    scope: Scope
    principal: Pattern
    effect: str
    action: Pattern
    resource: Pattern
    condition: Condition
    source: Source = field(compare=False)
    spelled: str = field(compare=False)

    @property
    def denies(self) -> bool:
        """Whether it takes rights away."""
        return self.effect == "Deny"


def reaches(wide: Grant, narrow: Grant) -> bool:
    """Whether one covers another in all but the action."""
    return (
        wide.scope == narrow.scope
        and wide.effect == narrow.effect
        and within(wide.principal, narrow.principal)
        and within(wide.resource, narrow.resource)
        and conditions.weaker(wide.condition, narrow.condition)
    )


def from_document(
    reader: Reader, document: Mapping[str, Any], scope: Scope, source: Source, holder: str | None = None
) -> Iterator[Grant]:
    """The grants of a policy document.

    Parameters
    ----------
    holder
        To whom an identity policy is attached; None when the statements name their principals.
    """
    for statement, depends in reader.branches(document.get("Statement")):
        if isinstance(statement, Mapping):
            yield from from_statement(reader, statement, scope, source, holder, depends)


def from_statement(
    reader: Reader,
    statement: Mapping[str, Any],
    scope: Scope,
    source: Source,
    holder: str | None = None,
    depends: frozenset[tuple[str, str]] = frozenset(),
) -> Iterator[Grant]:
    """The grants of one statement."""
    effect = "Deny" if reader.text(statement.get("Effect", "Allow")).lower() == "deny" else "Allow"
    block = statement.get("Condition")
    who = [(holder, frozenset())] if holder else _principals(reader, statement)
    what = [*_patterns(reader, statement, "Action")] or [("*", frozenset())]
    where = [*_patterns(reader, statement, "Resource")] or [(scope.of, frozenset())]
    for (principal, one), (action, two), (resource, three) in product(who, what, where):
        yield Grant(
            scope=scope,
            principal=principal,
            effect=effect,
            action=_lower(action),
            resource=_itself(scope, resource),
            condition=conditions.read(reader, block, depends | one | two | three),
            source=source,
            spelled=str(action),
        )


def _itself(scope: Scope, resource: Pattern) -> Pattern:
    if scope.single and isinstance(resource, str) and (resource == "*" or owner(resource) == scope.of):
        return scope.of
    return resource


def _lower(pattern: Pattern) -> Pattern:
    if isinstance(pattern, Except):
        return Except(frozenset(name.lower() for name in pattern.names))
    return "*" if pattern == "*:*" else pattern.lower()


def _principals(reader: Reader, statement: Mapping[str, Any]) -> list[tuple[Pattern, frozenset[tuple[str, str]]]]:
    if "NotPrincipal" in statement:
        return [
            (Except(frozenset(name for name, _ in principals.read(reader, statement["NotPrincipal"]))), frozenset())
        ]
    return list(principals.read(reader, statement.get("Principal", "*")))


def _patterns(
    reader: Reader, statement: Mapping[str, Any], name: str
) -> Iterator[tuple[Pattern, frozenset[tuple[str, str]]]]:
    if f"Not{name}" in statement:
        found = list(reader.branches(statement[f"Not{name}"]))
        # What is left out under a condition of the template is comparable with the very same only.
        depends = frozenset(one for _, each in found for one in each)
        yield Except(frozenset(reader.text(value) for value, _ in found)), depends
        return
    for value, depends in reader.branches(statement.get(name)):
        yield reader.text(value), depends
