"""Taking the ruling of lined and squared paper out of the ink: thin straight lines across the sheet that recur. Pure.

A line takes the place of what was under it, so what it hides is guessed: ink where a stroke goes on at both sides.
Stronger ink than the line's own stays. Lines that are bent, or end well before the sheet does, are not found.
"""

from __future__ import annotations

import itertools
import math

from PIL import Image, ImageChops

from contract.digit import PIXEL_MAX
from vision.histograms import quantile

SLANT_MAX = 11.0
"""Degrees that lines may rise or fall."""

COARSE, FINE = 0.25, 0.04
"""Steps of the search for the slant, in degrees: a fine one moves the ends of a line by less than a pixel."""

ALONG, ACROSS = 8, 4
"""Pixels that make one cell of the map on which the slant is sought first."""

SEGMENTS = 8
"""A line is looked at in so many parts: no digit is as wide as most of them together."""

FULL, FULL_AT_ENDS = 0.93, 0.7
"""Share of a part that a line covers, and of the first and last one: printed lines may stop at a margin,
while bars of digits in a row leave gaps."""

COVERED = 0.75
"""Share of the parts that a line covers; writing and light hide the others."""

THICKEST = 18
"""A line with its soft edges is no thicker, in pixels."""

SOFT = 4
"""So much of what is found of a line is soft edge, in pixels."""

LINES_MIN = 3
"""Fewer lines in both directions together are no ruling: a bar may cross a picture that shows but one digit."""

STRONGER = 1.3
"""Ink that takes away so many times what the line takes is no line."""

Line = tuple[int, int, int]
"""First row, row behind the last, how much light the line takes."""


def without_ruling(image: Image.Image, inside: Image.Image, level: int) -> tuple[Image.Image, list[Line]]:
    """Take lines out.

    Parameters
    ----------
    image
        Ink, mode `L`: 0 is paper.
    inside
        Where there is paper, mode `L`, 255.
    level
        Above this value lines may be seen; noise seldom is.

    Returns
    -------
    Image, list of Line
        The ink without lines, and the lines; the image itself and none where there is no ruling.
    """
    mask = image.point([PIXEL_MAX if value > level else 0 for value in range(PIXEL_MAX + 1)])
    turn = Image.Transpose.TRANSPOSE
    level_lines = _lines(image, mask, inside)
    upright_lines = _lines(*(picture.transpose(turn) for picture in (image, mask, inside)))
    if level_lines[2] + upright_lines[2] < LINES_MIN:
        return image, []
    image = _painted_over(image, *level_lines[:2])
    image = _painted_over(image.transpose(turn), *upright_lines[:2]).transpose(turn)
    return image, level_lines[1] + upright_lines[1]


def _lines(image: Image.Image, mask: Image.Image, inside: Image.Image) -> tuple[float, list[Line], int]:
    """Give the slope of lines that are about level, where they are without it, and how many reach both ends."""
    slope = _slope(mask)
    # A pixel more on each side: lines tremble, and have soft edges.
    moved = (mask.crop((0, by, mask.width, mask.height + by)) for by in (-1, 1))
    thickened = ImageChops.lighter(mask, ImageChops.lighter(*moved))
    image, thickened, inside = (_sheared(picture, slope) for picture in (image, thickened, inside))
    cells = (SEGMENTS, image.height)
    seen, there = (picture.resize(cells, Image.Resampling.BOX).tobytes() for picture in (thickened, inside))
    parts = [(seen[at : at + SEGMENTS], there[at : at + SEGMENTS]) for at in range(0, len(seen), SEGMENTS)]
    whole, any_ends = (_bands([_is_line(*part, ends=ends) for part in parts]) for ends in (FULL_AT_ENDS, 0.0))
    lines = [(start, end, _strength(image, inside, range(start, end))) for start, end in any_ends]
    return slope, lines, len(whole)


def _bands(rows: list[bool]) -> list[tuple[int, int]]:
    bands, start = [], 0
    for row, line in enumerate([*rows, False]):
        if not line:
            if 0 < row - start <= THICKEST:
                bands.append((start, row))
            start = row + 1
    return bands


def _strength(image: Image.Image, inside: Image.Image, rows: range) -> int:
    """Give what the line takes in its darkest row, at three quarters of its places: where it is sharp."""
    boxes = [(0, row, image.width, row + 1) for row in rows]
    return max(quantile(image.crop(box).histogram(inside.crop(box)), 0.75) for box in boxes)


def _is_line(seen: bytes, there: bytes, *, ends: float) -> bool:
    shares = [value / paper for value, paper in zip(seen, there, strict=True) if paper > PIXEL_MAX / 2]
    if len(shares) < (2 if ends else 4) or min(shares[0], shares[-1]) < ends:
        # In a corner of the picture little of a line is seen; then it must be all of it.
        return len(shares) > 1 and min(shares) >= FULL
    return sum(share >= FULL for share in shares[1:-1]) >= COVERED * len(shares[1:-1])


def _slope(mask: Image.Image) -> float:
    """Give the slope at which lines are sharpest, seen along it."""
    cells = mask.reduce((ALONG, ACROSS))
    steps = round(SLANT_MAX / COARSE)
    coarse = max(
        (step * COARSE for step in sorted(range(-steps, steps + 1), key=abs)),
        key=lambda slant: _sharpness(cells, math.tan(math.radians(slant)) * ALONG / ACROSS),
    )
    cells = mask.reduce((ALONG, 1))
    steps = round(COARSE / FINE)
    fine = max(
        (coarse + step * FINE for step in sorted(range(-steps, steps + 1), key=abs)),
        key=lambda slant: _sharpness(cells, math.tan(math.radians(slant)) * ALONG),
    )
    return math.tan(math.radians(fine))


def _sharpness(cells: Image.Image, slope: float) -> int:
    sheared = _sheared(cells, slope)
    rows = sheared.resize((1, sheared.height), Image.Resampling.BOX).tobytes()
    return sum((first - second) ** 2 for first, second in itertools.pairwise(rows))


def _sheared_height(image: Image.Image, slope: float) -> int:
    return image.height + math.ceil(abs(slope) * image.width)


def _sheared(image: Image.Image, slope: float) -> Image.Image:
    """Move columns up or down until what has this slope is level; nothing is lost, paper is added."""
    size = (image.width, _sheared_height(image, slope))
    return image.transform(size, Image.Transform.AFFINE, (1, 0, 0, slope, 1, -max(0.0, slope) * image.width))


def _painted_over(image: Image.Image, slope: float, lines: list[Line]) -> Image.Image:
    if not lines:
        return image
    sheared = _sheared(image, slope)
    for start, end, strength in lines:
        _paint_over(sheared, max(1, start), min(end, sheared.height - 1), round(STRONGER * strength))
    back = (1, 0, 0, -slope, 1, max(0.0, slope) * image.width)
    return sheared.transform(image.size, Image.Transform.AFFINE, back)


def _paint_over(image: Image.Image, start: int, end: int, level: int) -> None:
    """Take out one level line: strokes go on across it where they come from both sides."""
    if end <= start:
        return
    strip = image.crop((0, start, image.width, end))
    stronger = strip.point([value if value > level else 0 for value in range(PIXEL_MAX + 1)])
    above, below = (image.crop((0, row, image.width, row + 1)) for row in (start - 1, end))
    across = ImageChops.darker(above, below).resize(strip.size, Image.Resampling.NEAREST)
    image.paste(ImageChops.lighter(stronger, across), (0, start))
