"""The order in which people read: rows from top to bottom, each from left to right, slanted or not. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SLANT_MAX = 14
"""Degrees that rows may rise or fall: 10, and what a crooked hand adds."""
SAME_ROW = 0.6
"""A digit whose middle is this share of the usual height away from its row's middle, or less, is in that row."""
ROW_COST, SLANT_COST = 1.0, 0.02
"""What a row and a degree of slant cost, in squared heights: rows are few and level unless that bends them."""


def reading_order(middles: NDArray[np.float64], usual: float) -> list[int]:
    """Sort digits of a usual height by the middles of their boxes, shape (n, 2); give their places as they are read."""
    return min(_rows(middles, usual, slant) for slant in range(-SLANT_MAX, SLANT_MAX + 1))[1]


def _rows(middles: NDArray[np.float64], usual: float, slant: int) -> tuple[float, list[int]]:
    """Put digits into rows of one slant; the cost of these rows, and the digits row by row."""
    angle = np.radians(slant)
    turn = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    along, down = (middles @ turn).T
    rows: list[list[int]] = []
    for place in down.argsort(kind="stable").tolist():
        if rows and down[place] - down[rows[-1]].mean() <= SAME_ROW * usual:
            rows[-1].append(place)
        else:
            rows.append([place])
    bend = sum(down[row].var() * len(row) for row in rows) / usual**2
    order = [place for row in rows for place in sorted(row, key=along.__getitem__)]
    return bend + ROW_COST * len(rows) + SLANT_COST * abs(slant), order
