"""Grants as rows of a table and as sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from tools.review.iam import principals
from tools.review.iam.access import AccessChange, Direction
from tools.review.iam.actions import Except
from tools.review.iam.conditions import Condition
from tools.review.iam.statements import Grant, Kind

_T = TypeVar("_T")
_ACTIONS = 3
_RESOURCES = 2


def rows(stack: str, direction: Direction, grants: Iterable[Grant]) -> list[AccessChange]:
    """Rows of the table: actions of the same principal, resource and condition in one row, then resources."""
    by_resource: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for grant in grants:
        key = (principals.plain(str(grant.principal)), grant.effect, resource(grant), condition(grant.condition))
        by_resource[*key, grant.source.logical_id].add(grant.spelled)
    by_action: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for (who, effect, on, when, source), actions in by_resource.items():
        by_action[who, effect, ", ".join(sorted(actions)), when, source].add(on)
    return [
        AccessChange(stack, direction, who, effect, action, ", ".join(sorted(on)), when, source)
        for (who, effect, action, when, source), on in by_action.items()
    ]


def resource(grant: Grant) -> str:
    """On what a grant is; what a policy guards itself, by its name."""
    if grant.scope.kind is Kind.TRUST:
        return principals.plain(grant.scope.of)
    return principals.plain(str(grant.resource))


def condition(tests: Condition) -> str:
    """A condition in one line."""
    return " and ".join(sorted(map(str, tests)))


def gained(grants: Sequence[Grant]) -> str:
    """`X may now s3:GetObject on Y`, of the first of several principals."""
    return _sentence(grants, _may)


def lost(grants: Sequence[Grant]) -> str:
    """`X may no longer s3:GetObject on Y`."""
    return _sentence(grants, lambda grant: _may(grant).replace(" may now", " may no longer"))


def undenied(grants: Sequence[Grant]) -> str:
    """A denial that falls."""
    return _sentence(grants, lambda grant: f"{_who(grant)} is no longer denied")


def denied(grants: Sequence[Grant]) -> str:
    """A denial that is new."""
    return _sentence(grants, lambda grant: f"{_who(grant)} is now denied")


def _may(grant: Grant) -> str:
    if grant.scope.kind is Kind.TRUST:
        return f"{_who(grant)} may now become {principals.plain(grant.scope.of)} with"
    if grant.spelled.startswith(("arn:", "${")):
        return f"{_who(grant)} may now do all of"
    return f"{_who(grant)} may now"


def _who(grant: Grant) -> str:
    return principals.words(grant.principal)


def _sentence(grants: Sequence[Grant], lead: Callable[[Grant], str]) -> str:
    """The first, most striking row, and how many more there are."""
    by_resource: defaultdict[tuple[str, str, str], list[Grant]] = defaultdict(list)
    for grant in sorted(grants, key=_weight):
        by_resource[lead(grant), _on(grant), _when(grant)].append(grant)
    by_action: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for (said, on, when), some in by_resource.items():
        by_action[said, _few(_unique(map(_action, some)), _ACTIONS), when].append(on)
    ((said, actions, when), places), *others = by_action.items()
    where = _few([place for place in places if place], _RESOURCES)
    more = f", and {len(others)} more" if others else ""
    return f"{said} {actions}{' on ' + where if where else ''}{when}{more}"


def _weight(grant: Grant) -> tuple[bool, bool, bool, str]:
    outside = principals.is_outside(grant.principal)
    return (not outside, "*" not in str(grant.action), grant.resource != "*", str(grant.principal))


def _action(grant: Grant) -> str:
    if isinstance(grant.action, Except):
        return grant.spelled
    return {"*": "everything"}.get(grant.spelled, grant.spelled)


def _on(grant: Grant) -> str:
    if grant.scope.kind is Kind.TRUST or grant.spelled.startswith(("arn:", "${")):
        return ""
    return "everything" if grant.resource == "*" else resource(grant)


def _when(grant: Grant) -> str:
    text = condition(grant.condition)
    return f" if {text}" if text and len(text) < 120 else " under a condition" if text else ""


def _unique(values: Iterable[_T]) -> list[_T]:
    return list(dict.fromkeys(values))


def _few(values: Sequence[str], limit: int) -> str:
    shown = ", ".join(values[:limit])
    return f"{shown} and {len(values) - limit} more" if len(values) > limit else shown
