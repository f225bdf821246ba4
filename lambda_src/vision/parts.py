"""Strokes that do not touch but are one digit: the bar of a 5, the halves of a 4, where a pen skipped. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from vision.strokes import Stroke

PART_HEIGHT = 0.6
"""Up to this share of the usual height a stroke may be a part of a digit, such as the bar of a 5."""

PART_GAP = 0.35
"""A part is at most this share of the usual height away from the rest, above or below it: rows are further apart."""

SCRAP_HEIGHT, SCRAP_GAP = 0.4, 0.15
"""What is no higher than the first is no digit by itself, and may be the second away from the rest on any side."""

SIDE_GAP = 0.6
"""Parts beside each other are at most this share of the pen's width apart: digits stand further apart."""

TALLEST = 1.3
"""A joined digit is at most this many times the usual height high."""

BROADEST = 1.6
"""... and this many times wide: the bar of a 5 may be long."""

RUNS_MAX = 8000
"""What has more runs is texture; a digit as high as the picture has half as many. Comparing it would take long."""

LINES = 24
"""About so many lines above and below a run are searched for the other part."""


def join_parts(strokes: Sequence[Stroke], usual: float) -> list[Stroke]:
    """Join strokes that are of one digit: the smallest first, each to the one that it fits to best.

    Parameters
    ----------
    strokes
        Parts and whole digits.
    usual
        Height of a digit, in pixels.
    """
    digits = sorted(strokes, key=lambda stroke: -stroke.area)
    place = len(digits) - 1
    while place > 0:
        part = digits[place]
        fits = [
            (distance, number)
            for number, other in enumerate(digits)
            if number != place
            for distance in [_distance(part, other, usual)]
            if distance is not None
        ]
        if fits:
            _, number = min(fits)
            digits[number] = digits[number].joined(part)
            del digits[place]
        place -= 1
    return digits


def _distance(part: Stroke, other: Stroke, usual: float) -> float | None:
    """Give how far a part is from its digit, as a share of what is allowed; None if they are not of one digit."""
    if max(len(part.runs), len(other.runs)) > RUNS_MAX:
        return None
    reach = _allowed(part, other, usual)
    across = max(part.box[0], other.box[0]) - min(part.box[2], other.box[2])
    down = max(part.box[1], other.box[1]) - min(part.box[3], other.box[3])
    if max(across, down) > reach:
        return None
    width = max(part.box[2], other.box[2]) - min(part.box[0], other.box[0])
    height = max(part.box[3], other.box[3]) - min(part.box[1], other.box[1])
    if height > TALLEST * max(usual, other.height) or width > BROADEST * max(height, usual):
        return None
    gap = _gap(part, other, reach)
    return None if gap is None else gap / reach


def _allowed(part: Stroke, other: Stroke, usual: float) -> float:
    """Give how far a part may be away."""
    shared = min(part.box[2], other.box[2]) - max(part.box[0], other.box[0])
    if part.height <= PART_HEIGHT * usual and shared >= 0.5 * min(part.width, other.width):
        return PART_GAP * usual
    if part.height <= SCRAP_HEIGHT * usual:
        return SCRAP_GAP * usual
    return SIDE_GAP * max(part.thickness, other.thickness)


def _gap(part: Stroke, other: Stroke, reach: float) -> float | None:
    """Give the pixels between two strokes, None if more than a reach; where that is long, lines are skipped."""
    step = 1 + int(reach / LINES)
    best: float | None = None
    for row, start, end in part.runs[::step]:
        for line in range(row - int(reach), row + int(reach) + 1, step):
            for first, last in other.lines.get(line, ()):
                gap = max(abs(line - row) - 1, first - end, start - last, 0)
                if gap <= reach and (best is None or gap < best):
                    best = gap
    return best
