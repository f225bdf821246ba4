"""Strokes to digits: parts are joined, dirt and edges dropped, digits that touch cut apart. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from prediction.limits import UPLOAD_DIGITS_MAX
from prediction.problems import ProblemError
from upload_worker.strokes import Box, Stroke
from uploads.problems import TOO_MANY_DIGITS

SPECK_AREA = 0.02
"""A stroke with less than this share of the usual digit's ink is dirt."""

HEIGHT_MIN = 0.0125
"""A digit is at least this share of the picture's longer side high: 20 pixels of 1,600, what MNIST's have."""

STROKES_MAX = 5 * UPLOAD_DIGITS_MAX
"""More strokes of about the same size than this are no digits, and would take long to compare with one another."""

SMALLEST = 0.33
"""A digit is at least this share of the usual height high: people write some digits half as high as others."""

PART_HEIGHT = 0.6
"""Up to this share of the usual height a stroke may be a part of a digit, such as the bar of a 5."""

PART_GAP = 0.35
"""A part is at most this share of the usual height away from the rest, above or below it: rows are further apart."""

SCRAP_HEIGHT, SCRAP_GAP = 0.4, 0.15
"""What is no higher than the first is no digit by itself, and may be the second away from the rest on any side."""

SIDE_GAP = 0.6
"""Parts beside each other are at most this share of the pen's width apart: digits stand further apart."""

TALLEST = 1.2
"""A joined digit is at most this many times the usual height high."""

BROADEST = 1.6
"""... and this many times wide: the bar of a 5 may be long."""

WIDEST = 1.25
"""Wider than this many times its height it is two digits that touch."""

HALF_HEIGHT = 0.6
"""Each of two digits that touch is at least this share of both high."""

THICKEST, BLOT = 3.0, 0.8
"""What is the first many times as thick as is usual and fills the second share of its box is a piece of the desk."""

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
    usual_area = _weighted_median([(stroke.area, stroke.area) for stroke in strokes])
    strokes = [stroke for stroke in strokes if stroke.area >= SPECK_AREA * usual_area]
    if len(strokes) > STROKES_MAX:
        raise ProblemError(TOO_MANY_DIGITS, f"there are {len(strokes)} strokes; {UPLOAD_DIGITS_MAX} digits are read")
    usual = _weighted_median([(_length(stroke), stroke.area) for stroke in strokes])
    digits = _join(strokes, usual)
    usual = _weighted_median([(_length(digit), digit.area) for digit in digits])
    smallest = max(HEIGHT_MIN * max(size), SMALLEST * usual)
    thickest = THICKEST * median(digit.thickness for digit in digits)
    digits = [
        digit for digit in digits if digit.thickness <= thickest or digit.area < BLOT * digit.width * digit.height
    ]
    found = [part for digit in digits if _is_digit(digit, usual, smallest) for part in _cut(digit)]
    if len(found) > UPLOAD_DIGITS_MAX:
        raise ProblemError(TOO_MANY_DIGITS, f"there are {len(found)} digits; {UPLOAD_DIGITS_MAX} are read")
    return found


def _length(stroke: Stroke) -> int:
    return max(stroke.height, min(stroke.width, 2 * stroke.height))


def _weighted_median(pairs: list[tuple[int, int]]) -> int:
    half, seen = sum(weight for _, weight in pairs) / 2, 0
    for value, weight in sorted(pairs):
        seen += weight
        if seen >= half:
            return value
    return 0


def _without_frames(strokes: Sequence[Stroke], size: tuple[int, int]) -> list[Stroke]:
    kept = [stroke for stroke in strokes if not _is_frame(stroke, size)]
    largest = max((stroke.area for stroke in strokes), default=0)
    # A digit may fill its picture; then it is alone.
    return kept if max((stroke.area for stroke in kept), default=0) >= SPECK_AREA * largest else list(strokes)


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


def _join(strokes: Sequence[Stroke], usual: float) -> list[Stroke]:
    digits = sorted(strokes, key=lambda stroke: -stroke.area)
    place = len(digits) - 1
    while place > 0:  # the smallest first, each to the nearest that it fits to
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
    """Give how far a part is from the rest of its digit; None if they are not of one digit."""
    across = max(0, max(part.box[0], other.box[0]) - min(part.box[2], other.box[2]))
    down = max(0, max(part.box[1], other.box[1]) - min(part.box[3], other.box[3]))
    reach = PART_GAP * usual
    if max(across, down) > reach:
        return None
    width = max(part.box[2], other.box[2]) - min(part.box[0], other.box[0])
    height = max(part.box[3], other.box[3]) - min(part.box[1], other.box[1])
    if height > TALLEST * max(usual, other.height) or width > BROADEST * max(height, usual):
        return None
    gap = _gap(part, other, reach)
    return gap if gap is not None and gap <= _allowed(part, other, usual) else None


def _allowed(part: Stroke, other: Stroke, usual: float) -> float:
    """Give how far a part may be away."""
    shared = min(part.box[2], other.box[2]) - max(part.box[0], other.box[0])
    size = max(part.width, part.height)
    if size <= PART_HEIGHT * usual and shared >= 0.5 * min(part.width, other.width):
        return PART_GAP * usual
    if part.height <= SCRAP_HEIGHT * usual:
        return SCRAP_GAP * usual
    return SIDE_GAP * max(part.thickness, other.thickness)


def _gap(part: Stroke, other: Stroke, reach: float) -> float | None:
    """Give the pixels between two strokes, None if more than a reach."""
    best: float | None = None
    for row, start, end in part.runs:
        for line in range(row - int(reach), row + int(reach) + 1):
            down = max(0, abs(line - row) - 1)
            for first, last in other.lines.get(line, ()):
                gap = max(down, first - end, start - last, 0)
                if gap <= reach and (best is None or gap < best):
                    best = gap
    return best


def _is_digit(digit: Stroke, usual: float, smallest: float) -> bool:
    if _length(digit) < smallest:
        return False
    return not (digit.width > DASH_SHAPE * digit.height and digit.height < PART_HEIGHT * usual)


def _cut(digit: Stroke) -> list[Stroke]:
    if digit.width <= WIDEST * digit.height:
        return [digit]
    column = _thinnest(digit)
    halves = [half for half in (_between(digit, digit.box[0], column), _between(digit, column, digit.box[2])) if half]
    # The long bar of a 5 is not half as high as the digit, a neighbour is.
    if len(halves) < 2 or min(half.height for half in halves) < HALF_HEIGHT * digit.height:
        return [digit]
    return [part for half in halves for part in _cut(half)]


def _thinnest(digit: Stroke) -> int:
    left, _, right, _ = digit.box
    ink = [0] * (right - left + 1)
    for _, start, end in digit.runs:
        ink[start - left] += 1
        ink[end - left] -= 1
    total, columns = 0, []
    for change in ink[:-1]:
        total += change
        columns.append(total)
    margin = max(1, len(columns) // 4)
    middle = len(columns) / 2
    return left + min(
        range(margin, len(columns) - margin + 1), key=lambda x: (columns[min(x, len(columns) - 1)], abs(x - middle))
    )


def _between(digit: Stroke, first: int, last: int) -> Stroke | None:
    runs = tuple(
        (row, max(start, first), min(end, last)) for row, start, end in digit.runs if start < last and end > first
    )
    return Stroke(runs=runs) if runs else None


def scaled(box: Box, size: tuple[int, int], original: tuple[int, int]) -> tuple[int, int, int, int]:
    """Give left, top, width and height in pixels of the original of a box on the picture worked on."""
    left, right = (round(x * original[0] / size[0]) for x in (box[0], box[2]))
    upper, lower = (round(y * original[1] / size[1]) for y in (box[1], box[3]))
    return left, upper, max(1, right - left), max(1, lower - upper)
