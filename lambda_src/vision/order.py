"""The order in which people read: rows from top to bottom, each from left to right, slanted or not. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SLANT_MAX = 14
"""Degrees that rows may rise or fall: 10, and what a crooked hand adds."""

SAME_ROW = 0.6
"""A digit whose middle is this share of the usual height away from its row's middle, or less, is in that row."""

ROW_COST = 1.0
"""What one more row costs, in squared heights: rows are as few as the digits' places allow without bending."""

SLANT_COST = 0.02
"""What a degree of slant costs, in the same unit: without need rows are level."""


def reading_order(middles: NDArray[np.float64], usual: float) -> list[int]:
    """Sort digits.

    Parameters
    ----------
    middles
        Column and row of the middle of each, shape (n, 2).
    usual
        Their usual height.

    Returns
    -------
    list of int
        Places in `middles`, as they are read.
    """
    slants = sorted(range(-SLANT_MAX, SLANT_MAX + 1), key=abs)
    found = [_rows(middles, usual, slant) for slant in slants]
    return min(found, key=lambda rows: rows[0])[1]


def _rows(middles: NDArray[np.float64], usual: float, slant: int) -> tuple[float, list[int]]:
    """Put digits into rows of one slant; the cost of these rows, and the digits row by row."""
    angle = np.radians(slant)
    down = middles @ (-np.sin(angle), np.cos(angle))
    along = middles @ (np.cos(angle), np.sin(angle))
    rows: list[list[int]] = []
    for place in np.argsort(down, kind="stable").tolist():
        if rows and down[place] - down[rows[-1]].mean() <= SAME_ROW * usual:
            rows[-1].append(place)
        else:
            rows.append([place])
    bend = sum(float(((down[row] - down[row].mean()) ** 2).sum()) for row in rows) / usual**2
    cost = bend + ROW_COST * len(rows) + SLANT_COST * abs(slant)
    return cost, [place for row in rows for place in sorted(row, key=lambda place: float(along[place]))]
