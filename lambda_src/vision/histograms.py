"""What 256 counts of grey values tell. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from contract.digit import PIXEL_MAX


def otsu(histogram: Sequence[int]) -> int:
    """Give the grey value that separates dark from light best (Otsu 1979): the last one that is dark."""
    total, mass = sum(histogram), sum(value * count for value, count in enumerate(histogram))
    best, level, dark, dark_mass = -1.0, 0, 0, 0
    for value, count in enumerate(histogram):
        dark, dark_mass = dark + count, dark_mass + value * count
        if dark == 0 or dark == total:
            continue
        between = (dark_mass * total - mass * dark) ** 2 / (dark * (total - dark))
        if between > best:
            best, level = between, value
    return level


def quantile(histogram: Sequence[int], share: float) -> int:
    """Give the grey value that a share of the pixels does not exceed."""
    wanted, seen = share * sum(histogram), 0
    for value, count in enumerate(histogram):
        seen += count
        if seen >= wanted:
            return value
    return PIXEL_MAX
