"""Digits drawn with a pen, in forms that are taught in Europe and that MNIST's American writers hardly used.

A 1 with a long upstroke, a 1 with a flag and a foot, a closed 4 with a pointed top, a 7 with a bar; and a 7 without
one, so that a model does not take every 7 for such a 1. A form is points joined by strokes, in a square whose x goes
from left to right and whose y from the top, 0, to the foot, 1; proportions, slant, bends and pen are random. Pure: no
files, no fonts, no pictures of anybody's writing. Only operations that IEEE 754 rounds exactly, and a seeded generator:
the same count and seed give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from contract.canonical import INK_SIDE
from contract.digit import PIXEL_MAX, PIXELS, SIDE

Numbers = npt.NDArray[np.float64]
Images = npt.NDArray[np.uint8]
Draw = Callable[[float, float], Numbers]
"""Gives a random number between two for each digit, shape (n,)."""

Points = Sequence[tuple[Numbers, Numbers]]
"""x and y of each point of a form, each of shape (n,)."""

TREMOR = 0.02
"""How far a point goes astray in each direction."""

NARROWEST, BROADEST = 0.75, 1.2
LEAST_SLANT, MOST_SLANT = -0.1, 0.5
"""Columns for each row, to the right at the top. The canonical form takes it out again, but for what it cannot see."""

TURN_MAX = 0.1
"""Tangent of the largest rotation: 6 degrees."""

BEND_MAX = 0.12
"""How far the middle of a stroke is pulled aside, of the stroke's length; half of it is what is seen."""

THINNEST, THICKEST = 1.6, 4.2
"""Width of the pen, in pixels."""

STEPS = 33
"""Places of the pen on each stroke: a stroke is at most 29 pixels long."""

ROWS_AT_A_TIME = 64


@dataclass(frozen=True)
class Form:
    """A way to write a digit: how many of `SHARES` drawn digits have it, its points, and which of them are joined."""

    digit: int
    share: int
    points: Callable[[Draw], Points]
    strokes: Sequence[tuple[int, int]]


def _one(draw: Draw) -> Points:
    across = draw(0.2, 0.55)
    start = (-across, (across * draw(0.9, 1.7)).clip(0.22, 0.75))
    return [start, *_stem(draw)]


def _one_on_a_foot(draw: Draw) -> Points:
    across = draw(0.12, 0.38)
    flag = (-across, across * draw(0.5, 1.3))
    return [flag, *_stem(draw), (draw(-0.45, -0.15), draw(0.96, 1.04)), (draw(0.15, 0.45), draw(0.96, 1.04))]


def _stem(draw: Draw) -> Points:
    return [(draw(-0.04, 0.04), draw(0, 0.04)), (draw(-0.06, 0.06), draw(0.96, 1.04))]


def _four(draw: Draw) -> Points:
    bar, top = draw(0.45, 0.78), draw(-0.05, 0.05)
    left = (draw(-0.65, -0.35), bar + draw(-0.05, 0.05))
    right = (draw(0, 0.36), bar + draw(-0.08, 0.05))
    return [
        (top, draw(0, 0.05)),
        left,
        right,
        (top + draw(-0.04, 0.04), draw(0, 0.06)),
        (draw(-0.06, 0.08), draw(0.95, 1.05)),
    ]


def _seven(draw: Draw) -> Points:
    left, right, foot = draw(-0.5, -0.3), draw(0.2, 0.4), draw(-0.3, 0.05)
    return [
        (left + draw(-0.05, 0.02), draw(0, 0.2)),
        (left, draw(-0.03, 0.08)),
        (right, draw(-0.03, 0.05)),
        (foot, draw(0.95, 1.05)),
    ]


def _seven_with_a_bar(draw: Draw) -> Points:
    seven = _seven(draw)
    height, half = draw(0.4, 0.6), draw(0.15, 0.32)
    (right, _), (foot, _) = seven[2:]
    middle = right + (foot - right) * height
    return [*seven, (middle - half, height + draw(-0.05, 0.06)), (middle + half, height + draw(-0.08, 0.04))]


FORMS = (
    Form(1, 5, _one, [(0, 1), (1, 2)]),
    Form(1, 2, _one_on_a_foot, [(0, 1), (1, 2), (3, 4)]),
    Form(4, 5, _four, [(0, 1), (1, 2), (3, 4)]),
    Form(7, 4, _seven_with_a_bar, [(0, 1), (1, 2), (2, 3), (4, 5)]),
    Form(7, 4, _seven, [(0, 1), (1, 2), (2, 3)]),
)
SHARES = sum(form.share for form in FORMS)


def drawn_digits(count: int, *, seed: int) -> tuple[Images, Images]:
    """Draw digits of all forms, each as often as its share says, the rest of a division in the last one.

    Returns
    -------
    tuple
        images, uint8 of shape (count, 784), 0 is background, raw: not in the canonical form; and labels, uint8 of
        shape (count,).
    """
    generator = np.random.default_rng(seed)
    counts = [count * form.share // SHARES for form in FORMS]
    counts[-1] += count - sum(counts)
    images = [_drawn(form, each, generator) for form, each in zip(FORMS, counts, strict=True)]
    return np.concatenate(images), np.repeat(np.array([form.digit for form in FORMS], np.uint8), counts)


def _drawn(form: Form, count: int, generator: np.random.Generator) -> Images:
    """So many digits of a form, each with its own hand and pen."""

    def draw(least: float, most: float) -> Numbers:
        return generator.uniform(least, most, count)

    points = np.stack([np.stack(point, axis=-1) for point in form.points(draw)], axis=1)
    points += generator.uniform(-TREMOR, TREMOR, points.shape)
    path = _path(_leaning(points, draw), form.strokes, generator)
    width = draw(THINNEST, THICKEST)
    least, most = path.min(axis=1), path.max(axis=1)
    scale = (INK_SIDE - width) / (most - least).max(axis=1)
    path = (path - (least + most)[:, None] / 2) * scale[:, None, None] + (SIDE - 1) / 2
    images = np.empty((count, PIXELS), np.uint8)
    for start in range(0, count, ROWS_AT_A_TIME):
        rows = slice(start, start + ROWS_AT_A_TIME)
        images[rows] = _inked(path[rows], width[rows]).reshape(-1, PIXELS)
    return images


def _leaning(points: Numbers, draw: Draw) -> Numbers:
    """Points, shape (n, k, 2), of a hand that writes broadly or narrowly, slanting, and on a line that rises."""
    x, y = points[..., 0], points[..., 1]
    x = x * draw(NARROWEST, BROADEST)[:, None] + draw(LEAST_SLANT, MOST_SLANT)[:, None] * (0.5 - y)
    turn = draw(-TURN_MAX, TURN_MAX)[:, None]
    return np.stack([x - turn * y, y + turn * x], axis=-1)


def _path(points: Numbers, strokes: Sequence[tuple[int, int]], generator: np.random.Generator) -> Numbers:
    """Where the pen is, shape (n, strokes * STEPS, 2): each stroke is a quadratic Bezier curve."""
    first, last = (points[:, list(ends)] for ends in zip(*strokes, strict=True))
    across = (last - first)[..., ::-1] * (-1.0, 1.0)
    middle = (first + last) / 2 + across * generator.uniform(-BEND_MAX, BEND_MAX, (len(points), len(strokes), 1))
    at = np.linspace(0, 1, STEPS)[:, None]
    curve = (
        first[:, :, None] * ((1 - at) * (1 - at))
        + middle[:, :, None] * (2 * at * (1 - at))
        + last[:, :, None] * (at * at)
    )
    return curve.reshape(len(points), len(strokes) * STEPS, 2)


def _inked(path: Numbers, width: Numbers) -> Images:
    """Images, shape (n, 28, 28): ink within the pen's radius of the path, less and less in the pixel around it."""
    places = np.arange(SIDE, dtype=np.float64)
    nearest = np.full((len(path), SIDE, SIDE), np.inf)
    for column, row in np.moveaxis(path, (1, 2), (0, 1)):
        down, right = places[:, None] - row[:, None, None], places - column[:, None, None]
        np.minimum(nearest, down * down + right * right, out=nearest)
    ink = (width[:, None, None] / 2 + 0.5 - np.sqrt(nearest)).clip(0, 1)
    images: Images = np.rint(ink * PIXEL_MAX).astype(np.uint8)
    return images
