"""Strokes to digits: parts that belong together are joined, dirt, edges and lines are dropped. Pure.

Digits that touch stay one. Cutting them where they are thinnest was tried: it parted a tenth of the pairs that a pen
joined, and cut through one good digit in 500, most of them a 0 or 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt

from gateway.problems import ProblemError
from vision.limits import UPLOAD_DIGITS_MAX
from vision.parts import PART_HEIGHT, join_parts
from vision.problems import TOO_MANY_DIGITS
from vision.strokes import Box, Stroke

SPECK_AREA = 0.02
"""A stroke with less than this share of the usual digit's ink is dirt."""

HEIGHT_MIN = 0.0125
"""A digit is at least this share of the picture's longer side high: 20 pixels of 1,600, what MNIST's have."""

STROKES_MAX = 5 * UPLOAD_DIGITS_MAX
"""More strokes of about the same size than this are no digits, and would take long to compare with one another."""

SMALLEST = 0.33
"""A digit is at least this share of the usual height high: people write some digits half as high as others."""

THICK, BLOT, THICKEST = 3.0, 0.8, 5.0
"""A piece of the desk is the first many times as thick as usual and fills the second share of its box, or is the third
many times as thick."""

BORDER_CONTACT = 0.6
"""What covers this share of a side of the picture is no ink but a desk, a binding or a shadow."""

LINE_LENGTH, LINE_SHAPE = 0.5, 7.0
"""A stroke this share of the picture long and so many times as long as wide is a ruled line or an edge."""

DASH_SHAPE = 2.0
"""A low stroke so many times as wide as high is a dash or a piece of a ruled line."""


def find_digits(strokes: Sequence[Stroke], size: tuple[int, int]) -> list[Stroke]:
    """Make digits of strokes.

    Parameters
    ----------
    strokes
        All that hangs together on a picture.
    size
        Width and height of the picture.
    """
    smallest = HEIGHT_MIN * max(size) / 2  # parts of digits are half as long
    strokes = [stroke for stroke in strokes if max(stroke.width, stroke.height) >= smallest]
    strokes = _without_frames(strokes, size)
    if not strokes:
        return []
    strokes = _without_blots(strokes)
    usual_area = _weighted([(stroke.area, stroke.area) for stroke in strokes])
    strokes = [stroke for stroke in strokes if stroke.area >= SPECK_AREA * usual_area]
    if len(strokes) > STROKES_MAX:
        raise ProblemError(TOO_MANY_DIGITS, f"there are {len(strokes)} strokes; {UPLOAD_DIGITS_MAX} digits are read")
    usual = _weighted([(_length(stroke), stroke.area) for stroke in strokes])
    digits = join_parts(strokes, usual)
    usual = _weighted([(_length(digit), digit.area) for digit in digits])
    smallest = max(HEIGHT_MIN * max(size), SMALLEST * usual)
    found = [digit for digit in digits if _is_digit(digit, usual, smallest)]
    if len(found) > UPLOAD_DIGITS_MAX:
        raise ProblemError(TOO_MANY_DIGITS, f"there are {len(found)} digits; {UPLOAD_DIGITS_MAX} are read")
    return found


def _length(stroke: Stroke) -> int:
    return max(stroke.height, min(stroke.width, 2 * stroke.height))


def _weighted(pairs: list[tuple[int, int]], share: float = 0.5) -> int:
    """Give the value that a share of the weight does not exceed: the median, or another quantile."""
    wanted, seen = share * sum(weight for _, weight in pairs), 0
    for value, weight in sorted(pairs):
        seen += weight
        if seen >= wanted:
            return value
    return 0


def _without_frames(strokes: Sequence[Stroke], size: tuple[int, int]) -> list[Stroke]:
    kept = [stroke for stroke in strokes if not _is_frame(stroke, size)]
    largest = max((stroke.area for stroke in strokes), default=0)
    # A digit may fill its picture; then it is alone.
    return kept if max((stroke.area for stroke in kept), default=0) >= SPECK_AREA * largest else list(strokes)


def _without_blots(strokes: Sequence[Stroke]) -> list[Stroke]:
    # By the root of the area, and a quarter from below, neither many specks nor a few large blots decide what is usual.
    usual = _weighted([(round(stroke.thickness), isqrt(stroke.area)) for stroke in strokes], 0.25)
    kept = []
    for stroke in strokes:
        times = stroke.thickness / max(1, usual)
        solid = stroke.area >= BLOT * stroke.width * stroke.height
        if times <= (THICK if solid else THICKEST):
            kept.append(stroke)
    return kept


def _is_frame(stroke: Stroke, size: tuple[int, int]) -> bool:
    left, upper, right, lower = stroke.box
    width, height = size
    if left == 0 or upper == 0 or right == width or lower == height:
        first, last = stroke.lines.get(0, ()), stroke.lines.get(height - 1, ())
        beside = [
            sum(1 for _, start, _ in stroke.runs if start == 0),
            sum(1 for _, _, end in stroke.runs if end == width),
        ]
        above = [sum(end - start for start, end in spans) for spans in (first, last)]
        if max(above) >= BORDER_CONTACT * width or max(beside) >= BORDER_CONTACT * height:
            return True
    long = max(stroke.width / width, stroke.height / height) >= LINE_LENGTH
    return long and max(stroke.width, stroke.height) >= LINE_SHAPE * max(
        stroke.thickness, min(stroke.width, stroke.height) / 4
    )


def _is_digit(digit: Stroke, usual: float, smallest: float) -> bool:
    if _length(digit) < smallest:
        return False
    return not (digit.width > DASH_SHAPE * digit.height and digit.height < PART_HEIGHT * usual)


def scaled(box: Box, size: tuple[int, int], original: tuple[int, int]) -> tuple[int, int, int, int]:
    """Give left, top, width and height in pixels of the original of a box on the picture worked on."""
    left, right = (round(x * original[0] / size[0]) for x in (box[0], box[2]))
    upper, lower = (round(y * original[1] / size[1]) for y in (box[1], box[3]))
    return left, upper, max(1, right - left), max(1, lower - upper)
