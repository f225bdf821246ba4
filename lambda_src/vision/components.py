"""Strokes to digits: what hangs together, joined where it is of one digit, without dirt, edges and frames. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gateway.problems import ProblemError
from vision.ink import Ink, thicknesses
from vision.limits import UPLOAD_DIGITS_MAX
from vision.problems import TOO_MANY_DIGITS

SMALLEST = 0.0125
"""A digit is at least this share of the picture's longer side high: 20 pixels of 1,600, what MNIST's have."""

STROKES_MAX = 5 * UPLOAD_DIGITS_MAX
"""More strokes of about the same size than this are no digits, and would take long to compare with one another."""

SPECK, LOWEST = 0.2, 0.4
"""A stroke is dirt below the first share of the usual height; a digit is at least the second."""

TALLEST, BROADEST = 3.0, 4.0
"""No digit is as many times as high as usual, nor as many times as broad: frames and edges are."""

BLOT, SOLID, BLOTCHED = 2.5, 0.6, 4.0
"""What is as many times as thick as usual and fills the second share of its box is a blot, or the third as thick."""

WEAK = 0.35
"""Ink weaker than this share of the usual digit's shows through from the other side, or is an edge of paper."""

PART, PART_GAP = 0.6, 0.35
"""A stroke of up to the first share of the usual height belongs to one above or below it, at most so far away."""

SCRAP, SCRAP_GAP = 0.4, 0.15
"""What is lower still is no digit, and belongs to any that is as near."""

SIDE_GAP = 0.6
"""Parts beside each other are at most this share of the pen's width apart: digits stand further apart."""

OVERLAP = 0.7
"""Strokes whose boxes share so much of the smaller one's width and height are of one digit."""

ONE_PART, ONE_GAP = 0.05, 0.25
"""Where all is one digit, a part has this share of its ink, and is at most this share of its height away."""

FLAT = 2.2
"""What is so many times as broad as high is a dash, unless it is as high as a digit."""


Labels = NDArray[np.int32]
"""The component of each pixel, 0 is paper, shape (height, width)."""


@dataclass(frozen=True)
class Stroke:
    """A digit or a part of one: its components, box (left, upper, right, lower), pixels, thickness, strength."""

    labels: tuple[int, ...]
    box: tuple[int, int, int, int]
    area: int
    thickness: float
    strength: float

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.box[2] - self.box[0]

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.box[3] - self.box[1]

    @property
    def middle(self) -> tuple[float, float]:
        """Column and row of the middle of its box."""
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2

    @property
    def length(self) -> int:
        """The height that the digit of a stroke may have: a bar is as broad as its digit is high, or half as much."""
        return max(self.height, min(self.width, 2 * self.height))

    def joined(self, other: Stroke) -> Stroke:
        """Give both as one."""
        first, second = self.box, other.box
        corners = (
            min(first[0], second[0]),
            min(first[1], second[1]),
            max(first[2], second[2]),
            max(first[3], second[3]),
        )
        larger = max(self, other, key=lambda stroke: stroke.area)
        labels, area = self.labels + other.labels, self.area + other.area
        return Stroke(labels, corners, area, larger.thickness, larger.strength)


def find_strokes(ink: Ink) -> tuple[Labels, list[Stroke]]:
    """Give the component of each pixel, and the strokes that are no specks."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.mask)
    thickness = thicknesses(ink.mask, labels, stats)
    strength = np.bincount(labels.ravel(), weights=ink.strength.ravel()) / stats[:, cv2.CC_STAT_AREA]
    least = max(2.0, SMALLEST * SPECK * max(ink.mask.shape))
    strokes = [
        Stroke((label,), (left, top, left + width, top + height), area, float(thickness[label]), float(strength[label]))
        for label, (left, top, width, height, area) in enumerate(stats.tolist())
        if label and max(width, height) >= least
    ]
    return np.asarray(labels, np.int32), strokes


def find_digits(strokes: Sequence[Stroke], labels: Labels, *, one: bool = False) -> list[Stroke]:
    """Make digits of strokes.

    Parameters
    ----------
    strokes, labels
        As `find_strokes` gives them.
    one
        Whether all of them are of one digit.

    Raises
    ------
    ProblemError
        If there are too many.
    """
    shape = labels.shape
    strokes = [stroke for stroke in strokes if not is_edge(stroke, shape)]
    if one:
        return _as_one(strokes)
    usual = usual_height(strokes, shape)
    large = [stroke for stroke in strokes if stroke.length >= LOWEST * usual]
    thick = usual_of([(stroke.thickness, stroke.area**0.5) for stroke in large], 0.25)
    strokes = [stroke for stroke in strokes if _may_be_ink(stroke, usual, thick)]
    if len(strokes) > STROKES_MAX:
        raise ProblemError(TOO_MANY_DIGITS, f"there are {len(strokes)} strokes; {UPLOAD_DIGITS_MAX} digits are read")
    digits = join(strokes, usual, labels)
    weak = WEAK * usual_of([(digit.strength, digit.area**0.5) for digit in digits], 0.5)
    found = [digit for digit in digits if digit.strength >= weak and is_digit(digit, usual, shape)]
    if len(found) > UPLOAD_DIGITS_MAX:
        raise ProblemError(TOO_MANY_DIGITS, f"there are {len(found)} digits; {UPLOAD_DIGITS_MAX} are read")
    return found


def _as_one(strokes: Sequence[Stroke]) -> list[Stroke]:
    """Join all that is large enough to be a part of the largest, or lies within it."""
    if not strokes:
        return []
    whole = max(strokes, key=lambda stroke: stroke.area)
    reach = ONE_GAP * max(whole.width, whole.height)
    for stroke in sorted(strokes, key=lambda stroke: -stroke.area):
        across, down = _apart(stroke, whole)
        if stroke is not whole and stroke.area >= ONE_PART * whole.area and max(across, down) <= reach:
            whole = whole.joined(stroke)
    return [whole]


def usual_height(strokes: Sequence[Stroke], shape: tuple[int, ...]) -> float:
    """Give the height of the usual digit: half of the ink is in strokes of at most this height."""
    least = SMALLEST * max(shape)
    return usual_of([(stroke.length, stroke.area) for stroke in strokes if stroke.length >= least], 0.5) or least


def usual_of(pairs: Sequence[tuple[float, float]], share: float = 0.5) -> float:
    """Give the value of pairs of value and weight that a share of the weight does not exceed, 0 of none."""
    wanted, seen = share * sum(weight for _, weight in pairs), 0.0
    for value, weight in sorted(pairs):
        seen += weight
        if seen >= wanted:
            return value
    return 0.0


def is_edge(stroke: Stroke, shape: tuple[int, ...]) -> bool:
    """Tell whether a stroke is an edge, a frame or a shadow of the picture's border, and no ink."""
    height, width = shape
    left, upper, right, lower = stroke.box
    sides = sum((left <= 1, upper <= 1, right >= width - 1, lower >= height - 1))
    along = max(stroke.width / width, stroke.height / height)
    thin = 1.8 * stroke.thickness * max(stroke.width, stroke.height) >= stroke.area * 0.8
    line = max(stroke.width, stroke.height) > 7 * max(stroke.thickness, min(stroke.width, stroke.height) / 4)
    if sides and along > 0.5 and line and thin:
        return True
    return sides > 0 and sides < 4 and along < 0.999 and _hugs(stroke, shape)


def _hugs(stroke: Stroke, shape: tuple[int, ...]) -> bool:
    """Tell whether a stroke lies along a border, flat against it."""
    height, width = shape
    left, upper, right, lower = stroke.box
    beside = (left <= 1 or right >= width - 1) and stroke.height > 3 * stroke.width
    above = (upper <= 1 or lower >= height - 1) and stroke.width > 1.5 * stroke.height
    return beside or above


def _may_be_ink(stroke: Stroke, usual: float, thick: float) -> bool:
    if max(stroke.width, stroke.height) < SPECK * usual:
        return False
    if stroke.height > TALLEST * usual or stroke.width > BROADEST * usual:
        return False
    solid = stroke.area > SOLID * stroke.width * stroke.height
    return stroke.thickness <= (BLOT if solid else BLOTCHED) * thick


def _apart(first: Stroke, second: Stroke) -> tuple[int, int]:
    """Give how far two boxes are apart across and down, in pixels; less than 0 where they overlap."""
    across = max(first.box[0], second.box[0]) - min(first.box[2], second.box[2])
    down = max(first.box[1], second.box[1]) - min(first.box[3], second.box[3])
    return across, down


def join(strokes: Sequence[Stroke], usual: float, labels: Labels) -> list[Stroke]:
    """Join strokes that are of one digit: the smallest first, each to the one that it fits to best."""
    digits = sorted(strokes, key=lambda stroke: -stroke.area)
    place = len(digits) - 1
    while place > 0:
        part = digits[place]
        fits = [
            (gap, number)
            for number, other in enumerate(digits)
            if number != place
            for gap in _fit(part, other, usual, labels)
        ]
        if fits:
            _, number = min(fits)
            digits[number] = digits[number].joined(part)
            del digits[place]
        place -= 1
    return digits


def _fit(part: Stroke, other: Stroke, usual: float, labels: Labels) -> list[float]:
    """Give how far a part is from its digit, as a share of what is allowed; nothing if they are not of one digit."""
    across, down = _apart(part, other)
    both = part.joined(other)
    if both.height > 1.3 * max(usual, other.height) or both.width > 1.3 * max(both.height, usual):
        return []
    if -across >= OVERLAP * min(part.width, other.width) and -down >= OVERLAP * min(part.height, other.height):
        return [0.0]
    reach = SIDE_GAP * max(part.thickness, other.thickness)
    if part.length <= SCRAP * usual:
        reach = max(reach, SCRAP_GAP * usual)
    if part.height <= PART * usual and -across >= 0.5 * min(part.width, other.width):
        reach = max(reach, PART_GAP * usual)
    if max(across, down) > reach:
        return []
    gap = _gap(part, other, both.box, labels)
    return [gap / reach] if gap <= reach else []


def _gap(part: Stroke, other: Stroke, box: tuple[int, int, int, int], labels: Labels) -> float:
    """Give the pixels between the ink of two strokes."""
    inside = labels[box[1] : box[3], box[0] : box[2]]
    away = cv2.distanceTransform(1 - np.isin(inside, other.labels).astype(np.uint8), cv2.DIST_L2, 3)
    return float(away[np.isin(inside, part.labels)].min()) - 1


def is_digit(digit: Stroke, usual: float, shape: tuple[int, ...]) -> bool:
    """Tell whether a stroke has the size and the shape of a digit."""
    if digit.length < max(SMALLEST * max(shape), LOWEST * usual):
        return False
    return not (digit.width > FLAT * digit.height and digit.height < PART * usual)
