"""Strokes to digits: joined where they are of one digit, without dirt, edges and frames. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from gateway.problems import ProblemError
from vision.ink import Mask
from vision.limits import UPLOAD_DIGITS_MAX
from vision.problems import TOO_MANY_DIGITS
from vision.strokes import SMALLEST, SPECK, Stroke, usual_height, usual_of

STROKES_MAX = 5 * UPLOAD_DIGITS_MAX
"""More strokes of about the same size than this are no digits, and would take long to compare with one another."""

LOWEST, TALLEST, BROADEST = 0.4, 3.0, 4.0
"""A digit has at least the first share of the usual height; frames are so many times as high, or as broad."""

BLOT = 4.0
"""What is as many times as thick as usual is a blot."""

WEAK = 0.35
"""Ink weaker than this share of the usual digit's shows through from the other side, or is an edge of paper."""

PART, PART_GAP = 0.6, 0.35
"""A stroke of up to the first share of the usual height belongs to one above or below it, at most so far away."""

SCRAP, SCRAP_GAP = 0.4, 0.15
"""What is lower still is no digit, and belongs to any that is as near."""

SIDE_GAP = 0.6
"""Parts beside each other are at most this share of the pen's width apart: digits stand further apart."""

ONE_PART, ONE_GAP = 0.05, 0.25
"""Where all is one digit, a part has this share of its ink, and is at most this share of its height away."""

CENTRE, SQUARE, WHOLE, BESIDE = 0.15, 0.7, 0.97, 0.04
"""The bars of a plus or a cross meet at most the first share away from its middle, are alike up to the second, reach
over the third of its sides, and leave the fourth of its ink beside them."""


def find_digits(strokes: Sequence[Stroke], shape: tuple[int, ...], *, one: bool = False) -> list[Stroke]:
    """Make digits of strokes on a picture of a shape, or a single digit of all.

    Raises
    ------
    ProblemError
        If there are too many.
    """
    strokes = [stroke for stroke in strokes if not is_edge(stroke, shape)]
    if one:
        return _as_one(strokes)
    usual = usual_height(strokes, shape)
    large = [stroke for stroke in strokes if stroke.length >= LOWEST * usual]
    thick = usual_of([(stroke.thickness, stroke.area**0.5) for stroke in large], 0.25)
    strokes = [stroke for stroke in strokes if _may_be_ink(stroke, usual, thick)]
    if len(strokes) > STROKES_MAX:
        raise ProblemError(TOO_MANY_DIGITS, f"there are {len(strokes)} strokes; {UPLOAD_DIGITS_MAX} digits are read")
    digits = join(strokes, usual)
    least = max(SMALLEST * max(shape), LOWEST * usual)
    weak = WEAK * usual_of([(digit.strength, digit.area**0.5) for digit in digits])
    found = [each for each in digits if each.strength >= weak and each.length >= least and not is_sign(each)]
    if len(found) > UPLOAD_DIGITS_MAX:
        raise ProblemError(TOO_MANY_DIGITS, f"there are {len(found)} digits; {UPLOAD_DIGITS_MAX} are read")
    return found


def _as_one(strokes: Sequence[Stroke]) -> list[Stroke]:
    """Join all that is large enough to be a part of the largest, or lies within it."""
    if not strokes:
        return []
    whole, *others = sorted(strokes, key=lambda stroke: -stroke.area * stroke.strength)
    reach, least, weak = ONE_GAP * max(whole.width, whole.height), ONE_PART * whole.area, WEAK * whole.strength
    for stroke in others:
        if stroke.area >= least and stroke.strength >= weak and max(stroke.apart(whole)) <= reach:
            whole = whole.joined(stroke)
    return [whole]


def is_edge(stroke: Stroke, shape: tuple[int, ...]) -> bool:
    """Tell whether a stroke lies flat against a border of the picture: an edge or a shadow, and no ink."""
    height, width = shape
    left, upper, right, lower = stroke.box
    beside = (left <= 1 or right >= width - 1) and stroke.height > 3 * stroke.width
    above = (upper <= 1 or lower >= height - 1) and stroke.width > 1.5 * stroke.height
    return (beside or above) and stroke.width < width and stroke.height < height


def is_sign(stroke: Stroke) -> bool:
    """Tell whether a stroke is a plus or a cross: two bars that cross in the middle, and nothing else."""
    side = 2 * max(stroke.mask.shape)
    middle = (stroke.width / 2, stroke.height / 2)
    turn = cv2.getRotationMatrix2D(middle, 45, 1.0)
    turn[:, 2] += (side - stroke.width) / 2, (side - stroke.height) / 2
    turned = np.asarray(cv2.warpAffine(stroke.mask, turn, (side, side), flags=cv2.INTER_NEAREST), np.uint8)
    x, y, width, height = cv2.boundingRect(turned)
    return any(_is_plus(each, stroke.thickness) for each in (stroke.mask, turned[y : y + height, x : x + width]))


def _is_plus(mask: Mask, thickness: float) -> bool:
    height, width = mask.shape
    row, column = int(mask.sum(axis=1).argmax()), int(mask.sum(axis=0).argmax())
    if min(mask.shape) < SQUARE * max(mask.shape) or max(abs(row / height - 0.5), abs(column / width - 0.5)) > CENTRE:
        return False
    reach, beside = round(0.75 * thickness) + 1, mask.copy()
    level, upright = slice(max(0, row - reach), row + reach + 1), slice(max(0, column - reach), column + reach + 1)
    beside[level] = beside[:, upright] = 0
    whole = min(mask[level].max(axis=0).mean(), mask[:, upright].max(axis=1).mean())
    return bool(whole >= WHOLE and beside.sum() <= BESIDE * mask.sum())


def _may_be_ink(stroke: Stroke, usual: float, thick: float) -> bool:
    if max(stroke.width, stroke.height) < SPECK * usual:
        return False
    if stroke.height > TALLEST * usual or stroke.width > BROADEST * usual:
        return False
    return stroke.thickness <= BLOT * thick


def join(strokes: Sequence[Stroke], usual: float) -> list[Stroke]:
    """Join strokes that are of one digit: the smallest first, each to the one that it fits to best."""
    digits = sorted(strokes, key=lambda stroke: -stroke.area)
    for place in range(len(digits) - 1, 0, -1):
        part = digits[place]
        fits = [
            (gap, number) for number, other in enumerate(digits) if number != place for gap in _fit(part, other, usual)
        ]
        if fits:
            _, number = min(fits)
            digits[number] = digits[number].joined(part)
            del digits[place]
    return digits


def _fit(part: Stroke, other: Stroke, usual: float) -> list[float]:
    """Give how far a part is from its digit, as a share of what is allowed; nothing if they are not of one digit."""
    across, down = part.apart(other)
    reach = SIDE_GAP * max(part.thickness, other.thickness)
    if part.length <= SCRAP * usual:
        reach = max(reach, SCRAP_GAP * usual)
    if part.height <= PART * usual and -across >= 0.5 * min(part.width, other.width):
        reach = max(reach, PART_GAP * usual)
    if max(across, down) > reach:
        return []
    height = max(part.box[3], other.box[3]) - min(part.top, other.top)
    width = max(part.box[2], other.box[2]) - min(part.left, other.left)
    if height > 1.3 * max(usual, other.height) or width > 1.3 * max(height, usual):
        return []
    gap = _gap(part, other)
    return [gap / reach] if gap <= reach else []


def _gap(part: Stroke, other: Stroke) -> float:
    """Give the pixels between the ink of two strokes."""
    both = part.joined(other)
    paper = np.ones_like(both.mask)
    x, y = other.left - both.left, other.top - both.top
    paper[y : y + other.height, x : x + other.width] -= other.mask
    away = cv2.distanceTransform(paper, cv2.DIST_L2, 3)
    x, y = part.left - both.left, part.top - both.top
    return float(away[y : y + part.height, x : x + part.width][part.mask > 0].min()) - 1
