"""Other ways to read the same strokes: a broad one as two digits that touch, two pieces as one digit. Pure.

Shape alone does not tell a 4 from two digits that touch; the model does: it is surer of one way than of the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from vision.strokes import Stroke, stroke_of

BROAD, NARROWEST, LOWEST, CUTS = 1.0, 0.2, 0.7, 3
"""A stroke at least so many times as broad as high may be two digits, which have at least these shares of its sides; so
many places to cut are tried."""
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
    ways = [Alternative((place,), halves) for place, stroke in enumerate(strokes) for halves in _halves(stroke)]
    for (first, one), (second, other) in combinations(enumerate(strokes), 2):
        if max(one.apart(other)) <= PIECES_GAP * usual:
            left, top, right, bottom = one.around(other)
            if right - left <= PIECES_BROAD * usual and bottom - top <= PIECES_HIGH * usual:
                ways.append(Alternative((first, second), (one.joined(other),)))
    return ways[:ALTERNATIVES_MAX]


def _halves(stroke: Stroke) -> Iterator[tuple[Stroke, Stroke]]:
    """Cut a broad stroke in two, at each of the columns where the least ink is."""
    reach = max(1, round(NARROWEST * stroke.width))
    costs = stroke.mask.sum(axis=0)[reach:-reach].astype(float)
    for _ in range(CUTS if stroke.width >= BROAD * stroke.height else 0):
        cut = reach + int(costs.argmin())
        costs[max(0, cut - reach - reach // 2) : cut - reach + reach // 2 + 1] = np.inf
        first = stroke_of(stroke.mask[:, :cut], stroke.left, stroke.top, stroke.strength)
        second = stroke_of(stroke.mask[:, cut:], stroke.left + cut, stroke.top, stroke.strength)
        if min(first.height, second.height) >= LOWEST * stroke.height:
            yield first, second


def best_of(ways: Sequence[Alternative], sureness: Sequence[float], count: int) -> list[int]:
    """Choose between ways: the places in `sureness` of what is read.

    Sureness is the model's highest probability for each of the first strokes, `count` of them, then for each stroke of
    each way, in their order.
    """
    gains, place = [], count
    for way in ways:
        places = range(place, place := place + len(way.strokes))
        gain = min(sureness[at] for at in places) - float(np.mean([sureness[at] for at in way.replaces]))
        gains.append((gain, way.replaces, places))
    chosen = set(range(count))
    for gain, replaces, places in sorted(gains, key=lambda each: -each[0]):
        if gain > GAIN and chosen.issuperset(replaces):
            chosen = chosen - set(replaces) | set(places)
    return sorted(chosen)
