"""Strategies: where in the search space the next training job is tried.

A place is a position in [0, 1) for each range. `Random` draws places evenly, `Grid` takes every combination, and
`Bayesian` is a simple stand-in for the service's Gaussian process: after a few random places it draws many and tries
the one whose nearest tried neighbours did best, less is known of it the better. `Hyperband` is not there.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from sagemaker_local.sagemaker.tuning.ranges import Choice, Range

Place = tuple[float, ...]
_FIRST_PLACES = 3
_CANDIDATES = 100
_NEIGHBOURS = 2
_CURIOSITY = 0.3
_STEP = 0.15
_ATTEMPTS = 50


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A place that was tried, and its objective; smaller is better."""

    place: Place
    loss: float


class Strategy(Protocol):
    """Chooses places."""

    def next_place(self, tried: Sequence[Place], outcomes: Sequence[Outcome]) -> Place | None:
        """The next place; None if there is none left.

        Parameters
        ----------
        tried
            All places so far, under way or ended.
        outcomes
            Those that have an objective.
        """


class RandomSearch:
    """Places drawn evenly, none twice as far as possible.

    Parameters
    ----------
    ranges
        The search space.
    seed
        Decides the places; None draws others each time.
    """

    def __init__(self, ranges: Sequence[Range], seed: int | None) -> None:
        self._ranges, self._random = ranges, random.Random(seed)  # noqa: S311 - a search, no secret

    def next_place(self, tried: Sequence[Place], _: Sequence[Outcome]) -> Place | None:
        """A place whose values have not been tried yet."""
        seen = {values_at(self._ranges, place) for place in tried}
        for _attempt in range(_ATTEMPTS):
            place = tuple(self._random.random() for _range in self._ranges)
            if values_at(self._ranges, place) not in seen:
                break
        return place


class NeighbourSearch:
    """Places near the best ones so far.

    Parameters
    ----------
    ranges
        The search space.
    seed
        Decides the places; None draws others each time.
    """

    def __init__(self, ranges: Sequence[Range], seed: int | None) -> None:
        self._ranges, self._random = ranges, random.Random(seed)  # noqa: S311 - a search, no secret
        self._blind = RandomSearch(ranges, seed)

    def next_place(self, tried: Sequence[Place], outcomes: Sequence[Outcome]) -> Place | None:
        """The most promising of many places."""
        if len(outcomes) < _FIRST_PLACES:
            return self._blind.next_place(tried, outcomes)
        best = min(outcomes, key=lambda outcome: outcome.loss).place
        candidates = [self._candidate(best) for _ in range(_CANDIDATES)]
        seen = {values_at(self._ranges, place) for place in tried}
        new = [place for place in candidates if values_at(self._ranges, place) not in seen]
        if not new:
            return self._blind.next_place(tried, outcomes)
        return min(new, key=lambda place: _promise(place, outcomes))

    def _candidate(self, best: Place) -> Place:
        """A place near the best one, or, every other time, anywhere."""
        if self._random.random() < 0.5:
            return tuple(self._random.random() for _ in self._ranges)
        return tuple(
            self._random.random() if isinstance(each, Choice) else min(max(self._random.gauss(where, _STEP), 0.0), 1.0)
            for each, where in zip(self._ranges, best, strict=True)
        )


def _promise(place: Place, outcomes: Sequence[Outcome]) -> float:
    """What the loss may be at a place: that of its neighbours by nearness, less where none is near."""
    nearest = sorted((math.dist(place, outcome.place), outcome.loss) for outcome in outcomes)[:_NEIGHBOURS]
    weights = [1 / (distance + 1e-6) for distance, _ in nearest]
    expected = sum(weight * loss for weight, (_, loss) in zip(weights, nearest, strict=True)) / sum(weights)
    losses = [outcome.loss for outcome in outcomes]
    return expected - _CURIOSITY * (max(losses) - min(losses)) * min(nearest[0][0], 1.0)


class GridSearch:
    """Every combination of words, once."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        self._rest: Iterator[Place] = itertools.product(*(_positions(len(choice.words)) for choice in choices))

    def next_place(self, _: Sequence[Place], __: Sequence[Outcome]) -> Place | None:
        """The next combination."""
        return next(self._rest, None)


def _positions(count: int) -> list[float]:
    return [(number + 0.5) / count for number in range(count)]


def values_at(ranges: Sequence[Range], place: Place) -> tuple[str, ...]:
    """The values of all ranges at a place."""
    return tuple(each.value(position) for each, position in zip(ranges, place, strict=True))


def combinations(ranges: Sequence[Range]) -> int:
    """How many places a grid of these ranges has."""
    return math.prod(len(each.words) for each in ranges if isinstance(each, Choice))


def strategy_of(name: str, ranges: Sequence[Range], seed: int | None) -> Strategy:
    """The strategy of that name."""
    if name == "Grid":
        return GridSearch([each for each in ranges if isinstance(each, Choice)])
    return (NeighbourSearch if name == "Bayesian" else RandomSearch)(ranges, seed)
