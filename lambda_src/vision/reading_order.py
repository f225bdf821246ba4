"""The order in which people read: rows from top to bottom, each from left to right, slanted or not. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from vision.strokes import Stroke

SLANT_MAX = 14
"""Degrees that rows may rise or fall: 10, and what a crooked hand adds."""

SAME_ROW = 0.6
"""A digit whose middle is this share of the usual height away from its row's middle, or less, is in that row."""

ROW_COST = 1.0
"""What one more row costs, in squared heights: rows are as few as the digits' places allow without bending."""

SLANT_COST = 0.02
"""What a degree of slant costs, in the same unit: without need rows are level."""


def in_reading_order(digits: Sequence[Stroke]) -> list[Stroke]:
    """Sort digits."""
    if len(digits) < 2:
        return list(digits)
    usual = median(max(digit.width, digit.height) for digit in digits)
    slants = sorted(range(-SLANT_MAX, SLANT_MAX + 1), key=abs)
    _, rows = min(
        ((_cost(rows, usual, slant), rows) for slant in slants for rows in [_rows(digits, usual, slant)]),
        key=lambda found: found[0],
    )
    return [digit for row in rows for _, _, digit in sorted(row, key=lambda place: place[1])]


Row = list[tuple[float, float, Stroke]]


def _rows(digits: Sequence[Stroke], usual: float, slant: int) -> list[Row]:
    """Put digits into rows of one slant; each has its place down and along the row."""
    sine, cosine = math.sin(math.radians(slant)), math.cos(math.radians(slant))
    places = []
    for digit in digits:
        x, y = digit.middle
        places.append((y * cosine - x * sine, x * cosine + y * sine, digit))
    places.sort(key=lambda place: place[:2])
    rows: list[Row] = []
    for place in places:
        if rows and place[0] - _middle(rows[-1]) <= SAME_ROW * usual:
            rows[-1].append(place)
        else:
            rows.append([place])
    return rows


def _middle(row: Row) -> float:
    return sum(down for down, _, _ in row) / len(row)


def _cost(rows: list[Row], usual: float, slant: int) -> float:
    bend = sum((down - _middle(row)) ** 2 for row in rows for down, _, _ in row) / usual**2
    return bend + ROW_COST * len(rows) + SLANT_COST * abs(slant)
