"""Other ways to read the same strokes: a broad one as two digits that touch, two pieces as one digit. Pure.

Shape alone does not tell a 4 from two digits that touch; the model does: it is surer of one way than of the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vision.strokes import Stroke

BROAD = 1.0
"""A stroke at least this many times as broad as high may be two digits: few digits are, nearly all pairs."""

CUTS_MAX = 3
"""So many places to cut are tried, where the least ink is in a column."""

NARROWEST, LOWEST = 0.2, 0.7
"""Each of two digits that touch has at least these shares of the width and the height of both."""

PIECES_GAP, PIECES_BROAD, PIECES_HIGH = 0.25, 1.1, 1.4
"""Pieces of one digit are at most the first share of the usual height apart, and together so broad and high."""

GAIN = 0.15
"""Another way is taken where the model is surer by so much: of its least sure digit than of what it replaces."""

ALTERNATIVES_MAX = 150
"""Most ways that are tried on one picture: each costs the model rows."""


@dataclass(frozen=True)
class Alternative:
    """Strokes that may take the place of others, whose places in the list are named."""

    replaces: tuple[int, ...]
    strokes: tuple[Stroke, ...]


def alternatives(strokes: Sequence[Stroke], usual: float) -> list[Alternative]:
    """Give other ways to read strokes of a usual height."""
    ways = [way for place, stroke in enumerate(strokes) for way in _halves(place, stroke)]
    for first, one in enumerate(strokes):
        for second, other in enumerate(strokes[:first]):
            if max(one.apart(other)) <= PIECES_GAP * usual:
                both = one.joined(other)
                if both.width <= PIECES_BROAD * usual and both.height <= PIECES_HIGH * usual:
                    ways.append(Alternative((second, first), (both,)))
    return ways[:ALTERNATIVES_MAX]


def _halves(place: int, stroke: Stroke) -> list[Alternative]:
    if stroke.width < BROAD * stroke.height:
        return []
    reach = max(1, round(NARROWEST * stroke.width))
    costs = stroke.mask.sum(axis=0).astype(float)
    costs[:reach] = costs[-reach:] = np.inf
    ways = []
    for _ in range(CUTS_MAX):
        best = int(costs.argmin())
        if not np.isfinite(costs[best]):
            break
        costs[max(0, best - reach // 2) : best + reach // 2 + 1] = np.inf
        halves = (stroke.part(0, best), stroke.part(best, stroke.width))
        if min(half.height for half in halves) >= LOWEST * stroke.height:
            ways.append(Alternative((place,), halves))
    return ways


def best_of(ways: Sequence[Alternative], sureness: Sequence[float], count: int) -> list[int]:
    """Choose between ways: the places in `sureness` of what is read.

    Sureness is the model's highest probability for each of the first strokes, `count` of them, then for each stroke of
    each way, in their order.
    """
    gains = []
    place = count
    for way in ways:
        places = range(place, place + len(way.strokes))
        place += len(way.strokes)
        gain = float(min(sureness[at] for at in places) - np.mean([sureness[at] for at in way.replaces]))
        gains.append((gain, way.replaces, places))
    chosen = set(range(count))
    for gain, replaces, places in sorted(gains, key=lambda each: -each[0]):
        if gain > GAIN and chosen.issuperset(replaces):
            chosen = chosen - set(replaces) | set(places)
    return sorted(chosen)
