"""Other ways to read the same strokes: a broad one as two digits that touch, two pieces as one digit. Pure.

Shape alone does not tell a 4 from two digits that touch; the model does: it is surer of one way than of the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vision.components import Stroke

BROAD = 1.0
"""A stroke at least this many times as broad as high may be two digits: few digits are, nearly all pairs."""

CUTS_MAX = 3
"""So many places to cut are tried, where the least ink is in a column."""

NARROWEST = 0.2
"""A digit is at least this share of what it is cut from broad."""

PIECES_GAP, PIECES_BROAD = 0.25, 1.1
"""Pieces of one digit are at most the first share of the usual height apart, and together the second broad."""

LOWEST = 0.7
"""Each of two digits that touch is at least this share of both high."""

GAIN = 0.15
"""Another way is taken where the model is surer by so much: of its least sure digit than of what it replaces."""

ALTERNATIVES_MAX = 150
"""Most ways that are tried on one picture: each costs the model rows."""


@dataclass(frozen=True)
class Alternative:
    """Strokes that may take the place of others, whose places in the list are named."""

    replaces: tuple[int, ...]
    strokes: tuple[Stroke, ...]


def alternatives(strokes: Sequence[Stroke], labels: NDArray[np.int32], usual: float) -> list[Alternative]:
    """Give other ways to read strokes of a usual height."""
    ways = [way for place, stroke in enumerate(strokes) for way in _halves(place, stroke, labels)]
    ways += _pairs(strokes, usual)
    return ways[:ALTERNATIVES_MAX]


def _halves(place: int, stroke: Stroke, labels: NDArray[np.int32]) -> list[Alternative]:
    if stroke.width < BROAD * stroke.height:
        return []
    left, upper, right, lower = stroke.box
    columns = np.isin(labels[upper:lower, left:right], stroke.labels).sum(axis=0)
    reach = max(1, round(NARROWEST * stroke.width))
    ways = []
    costs = columns[reach:-reach].astype(float)
    for _ in range(CUTS_MAX):
        if not costs.size or not np.isfinite(costs).any():
            break
        best = int(costs.argmin())
        costs[max(0, best - reach // 2) : best + reach // 2 + 1] = np.inf
        at = left + reach + best
        halves = (_narrowed(stroke, labels, left, at), _narrowed(stroke, labels, at, right))
        if min(half.height for half in halves) >= LOWEST * stroke.height:
            ways.append(Alternative((place,), halves))
    return ways


def _narrowed(stroke: Stroke, labels: NDArray[np.int32], left: int, right: int) -> Stroke:
    own = np.isin(labels[stroke.box[1] : stroke.box[3], left:right], stroke.labels)
    rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
    upper = stroke.box[1]
    box = (left + int(columns[0]), upper + int(rows[0]), left + int(columns[-1]) + 1, upper + int(rows[-1]) + 1)
    return replace(stroke, box=box, area=int(own.sum()))


def _pairs(strokes: Sequence[Stroke], usual: float) -> list[Alternative]:
    ways = []
    for first, one in enumerate(strokes):
        for second, other in enumerate(strokes[:first]):
            across = max(one.box[0], other.box[0]) - min(one.box[2], other.box[2])
            down = max(one.box[1], other.box[1]) - min(one.box[3], other.box[3])
            both = one.joined(other)
            near = max(across, down) <= PIECES_GAP * usual
            if near and both.width <= PIECES_BROAD * usual and both.height <= 1.4 * usual:
                ways.append(Alternative((second, first), (both,)))
    return ways


def best_of(ways: Sequence[Alternative], sureness: Sequence[float], count: int) -> list[int]:
    """Choose between ways.

    Parameters
    ----------
    ways
        As `alternatives` gives them.
    sureness
        The model's highest probability for each of the first strokes, then for each stroke of each way, in their order.
    count
        How many first strokes there are.

    Returns
    -------
    list of int
        Places in `sureness` of what is read.
    """
    gains = []
    place = count
    for way in ways:
        places = range(place, place + len(way.strokes))
        place += len(way.strokes)
        gain = float(min(sureness[at] for at in places) - np.mean([sureness[at] for at in way.replaces]))
        gains.append((gain, way, places))
    chosen = set(range(count))
    for gain, way, places in sorted(gains, key=lambda each: -each[0]):
        if gain > GAIN and chosen.issuperset(way.replaces):
            chosen = chosen - set(way.replaces) | set(places)
    return sorted(chosen)
