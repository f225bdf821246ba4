"""Strokes to digits: joined where they are of one digit, without dirt, edges, frames and signs. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from gateway.problems import ProblemError
from vision.limits import UPLOAD_DIGITS_MAX
from vision.problems import TOO_MANY_DIGITS
from vision.strokes import SMALLEST, SPECK, Stroke, usual_height, usual_of

STROKES_MAX = 5 * UPLOAD_DIGITS_MAX
"""More strokes of about the same size than this are no digits, and would take long to compare with one another."""
LOWEST, LARGEST, BLOT = 0.4, 4.0, 4.0
"""A digit has at least the first share of the usual height; a frame is so many times as long, and a blot as many times
as thick as usual."""
WEAK = 0.35
"""Ink weaker than this share of the usual digit's shows through from the other side, or is an edge of paper."""
PART, PART_GAP = 0.6, 0.35
"""A stroke of up to the first share of the usual height belongs to one above or below it, at most so far away."""
SCRAP, SCRAP_GAP = 0.4, 0.15
"""What is lower still is no digit, and belongs to any that is as near."""
SIDE_GAP, LARGER = 0.6, 1.3
"""Parts beside each other are at most the first share of the pen's width apart, as digits stand further apart, and are
together at most so many times as large as a digit."""
CUT_OFF, ONE_PART, ONE_GAP = 0.5, 0.1, 0.25
"""Where all is one digit, what touches the border counts by the first share, and a part has the second share of its
weight and is at most the third of its height away."""
CELLS, SQUARE, ALIKE = 5, 0.7, 0.7
"""A plus, a cross or a dot has ink in its middle, sides that differ by no more than the second share, and is by the
third the same after a quarter turn, seen in so many cells a side."""


def find_digits(strokes: Sequence[Stroke], shape: tuple[int, ...], *, one: bool = False) -> list[Stroke]:
    """Make digits of strokes on a picture of a shape, or a single digit of all.

    Raises
    ------
    ProblemError
        If there are too many.
    """
    strokes = [stroke for stroke in strokes if not is_edge(stroke, shape)]
    if one:
        return _as_one(strokes, shape) if strokes else []
    usual = usual_height(strokes, shape)
    thick = usual_of(strokes, lambda each: each.thickness, 0.25)
    strokes = [
        each
        for each in strokes
        if SPECK * usual <= max(each.width, each.height) <= LARGEST * usual and each.thickness <= BLOT * thick
    ]
    if len(strokes) > STROKES_MAX:
        raise ProblemError(TOO_MANY_DIGITS, f"there are {len(strokes)} strokes; {UPLOAD_DIGITS_MAX} digits are read")
    digits = join(strokes, usual)
    least = max(SMALLEST * max(shape), LOWEST * usual)
    weak = WEAK * usual_of(digits, lambda digit: digit.strength)
    found = [each for each in digits if each.strength >= weak and each.length >= least and not is_sign(each)]
    if len(found) > UPLOAD_DIGITS_MAX:
        raise ProblemError(TOO_MANY_DIGITS, f"there are {len(found)} digits; {UPLOAD_DIGITS_MAX} are read")
    return found


def _as_one(strokes: Sequence[Stroke], shape: tuple[int, ...]) -> list[Stroke]:
    """Join all that may be a part of the stroke of most weight, of less where the border cuts it off."""
    whole, *others = sorted(strokes, key=lambda each: -each.weight * (CUT_OFF if each.touches(shape) else 1))
    side, least = max(whole.width, whole.height), ONE_PART * whole.weight
    for stroke in others:
        near, small = max(stroke.apart(whole)) <= ONE_GAP * side, max(stroke.width, stroke.height) <= LARGER * side
        if near and small and stroke.weight >= least:
            whole = whole.joined(stroke)
    return [whole]


def is_edge(stroke: Stroke, shape: tuple[int, ...]) -> bool:
    """Tell whether a stroke lies flat against a border of the picture: an edge or a shadow, and no ink."""
    (height, width), (left, top, right, bottom) = shape, stroke.box
    beside = (left <= 1 or right >= width - 1) and stroke.height > 3 * stroke.width
    above = (top <= 1) != (bottom >= height - 1) and stroke.width > 1.5 * stroke.height
    return above or (beside and stroke.height < height)


def is_sign(stroke: Stroke) -> bool:
    """Tell whether a stroke is a plus, a cross or a dot: it looks the same after a quarter turn."""
    cells = cv2.resize(stroke.mask * np.float32(1), (CELLS, CELLS), interpolation=cv2.INTER_AREA)
    turned = np.rot90(cells)
    alike = np.minimum(cells, turned).sum() >= ALIKE * np.maximum(cells, turned).sum()
    square = min(stroke.width, stroke.height) >= SQUARE * max(stroke.width, stroke.height)
    return bool(square and alike and cells[CELLS // 2, CELLS // 2] > cells.mean())


def join(strokes: Sequence[Stroke], usual: float) -> list[Stroke]:
    """Join strokes that are of one digit: the smallest first, each to the one that it fits to best."""
    digits = sorted(strokes, key=lambda stroke: -stroke.area)
    for place in range(len(digits) - 1, 0, -1):
        part = digits[place]
        fits = [(_fit(part, other, usual), number) for number, other in enumerate(digits) if number != place]
        fit, number = min(fits)
        if fit <= 1:
            digits[number] = digits[number].joined(part)
            del digits[place]
    return digits


def _fit(part: Stroke, other: Stroke, usual: float) -> float:
    """Give how far a part is from its digit, as a share of what is allowed: more than 1 where they are not of one."""
    across, down = part.apart(other)
    reach = SIDE_GAP * max(part.thickness, other.thickness)
    if part.length <= SCRAP * usual:
        reach = max(reach, SCRAP_GAP * usual)
    if part.height <= PART * usual and -across >= 0.5 * min(part.width, other.width):
        reach = max(reach, PART_GAP * usual)
    left, top, right, bottom = part.around(other)
    high, broad = LARGER * max(usual, other.height), LARGER * max(usual, bottom - top)
    if max(across, down) > reach or bottom - top > high or right - left > broad:
        return math.inf
    return _gap(part, other) / reach


def _gap(part: Stroke, other: Stroke) -> float:
    """Give the pixels between the ink of two strokes."""
    left, top, right, bottom = part.around(other)
    paper = np.ones((bottom - top, right - left), np.uint8)
    x, y = other.left - left, other.top - top
    paper[y : y + other.height, x : x + other.width] -= other.mask
    away = cv2.distanceTransform(paper, cv2.DIST_L2, 3)
    x, y = part.left - left, part.top - top
    return float(away[y : y + part.height, x : x + part.width][part.mask > 0].min()) - 1
