"""What some grants allow (or deny) that others do not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from tools.review.iam.actions import but, spelled, without
from tools.review.iam.conditions import split
from tools.review.iam.statements import Grant, Scope, reaches

_PARTS = 6
"""With more parts left of a pattern, what is not left is said instead."""

_ALTERNATIVES = 256
"""With more alternatives in one condition it is compared as a whole."""


def beyond(some: Sequence[Grant], others: Iterable[Grant]) -> list[Grant]:
    """Those of some grants, or parts of them, that no other covers.

    A grant is covered by others of the same scope and effect with the same or wider principal, resource, actions
    (together, as far as they exist) and a condition that is the same or weaker. When that cannot be shown, it is not.
    """
    by_scope: defaultdict[tuple[Scope, str], list[Grant]] = defaultdict(list)
    known = set()
    for other in others:
        by_scope[other.scope, other.effect].append(other)
        known.add(other)
    left: dict[Grant, Grant] = {}
    for grant in some:
        if grant not in known:
            for part in _uncovered(grant, by_scope[grant.scope, grant.effect], _ALTERNATIVES):
                left.setdefault(part, part)
    return list(left.values())


def _uncovered(grant: Grant, others: Sequence[Grant], alternatives: int) -> Iterator[Grant]:
    reaching = [other.action for other in others if reaches(other, grant)]
    rest = without(grant.action, reaching) if reaching else [grant.action]
    if len(rest) > _PARTS:
        yield from _by_value(
            replace(grant, spelled=f"{grant.spelled} except {but(str(grant.action), map(str, rest))}"),
            others,
            alternatives,
        )
        return
    for action in rest:
        part = grant if action == grant.action else replace(grant, action=action, spelled=spelled(str(action)))
        yield from _by_value(part, others, alternatives)


def _by_value(grant: Grant, others: Sequence[Grant], alternatives: int) -> Iterator[Grant]:
    """A grant under a condition with several values may be covered value by value."""
    parts = split(grant.condition)
    if not 0 < len(parts) <= alternatives:
        yield grant
        return
    left: list[Grant] = []
    for part in parts:
        left += _uncovered(replace(grant, condition=part), others, alternatives // len(parts))
    whole = [one for one in left if one.action == grant.action]
    if len(whole) == len(left) == len(parts) and {one.condition for one in whole} == set(parts):
        yield grant
    else:
        yield from left
