"""Copies of digits as other hands and pens would have written them: turned, stretched, bent, thinner or thicker.

Pure: arrays in, arrays out. Integers alone, as in `contract.canonical`, whose sampling this uses, and a seeded
generator: the same images and seed give the same copies.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from contract.canonical import BITS, MIDDLE, ONE, sample
from contract.digit import PIXEL_MAX, SIDE

Images = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]

TURN_MAX = ONE * 14 // 100
"""Tangent of the largest rotation: 8 degrees."""

STRETCH_MAX = ONE * 8 // 100
SHEAR_MAX = ONE * 8 // 100
MOVE_MAX = ONE * 7 // 10
"""Of a pixel."""

BEND_MAX = ONE * 3 // 2
"""Largest displacement of a control point, in pixels; between control points it is interpolated."""

CONTROL_POINTS = 5
"""In each direction, about seven pixels apart: strokes bend, and do not tremble."""

THINNEST, THICKEST = -154, 128
"""Of 256: how far a pixel goes to the least or the greatest of itself and its four neighbours."""

FAINTEST_PEAK = 128
"""A copy whose strokes fade is brightened, as pictures are when they are read, but not without limit."""

ROWS_AT_A_TIME = 500


def distorted(images: Images, *, seed: int) -> Images:
    """Give one distorted copy of each image, uint8 of shape (n, 784), in their order."""
    generator = np.random.default_rng(seed)
    result = np.empty_like(images)
    for start in range(0, len(images), ROWS_AT_A_TIME):
        chunk = images[start : start + ROWS_AT_A_TIME].reshape(-1, SIDE, SIDE)
        copy = _with_pen(_moved(chunk, generator), generator)
        result[start : start + len(chunk)] = copy.reshape(len(chunk), -1)
    return result


def _moved(images: Images, generator: np.random.Generator) -> Images:
    """The images with every pixel taken from another place nearby."""
    count = len(images)

    def drawn(most: int) -> Numbers:
        return generator.integers(-most, most, (count, 1, 1), dtype=np.int64)

    turn, shear = drawn(TURN_MAX), drawn(SHEAR_MAX)
    places = (np.arange(SIDE, dtype=np.int64) << BITS) - MIDDLE
    rows, columns = places[:, None], places
    row = (ONE + drawn(STRETCH_MAX)) * rows - (turn + shear) * columns
    column = (ONE + drawn(STRETCH_MAX)) * columns + turn * rows
    row, column = ((place >> BITS) + MIDDLE + drawn(MOVE_MAX) + _bend(count, generator) for place in (row, column))
    return sample(images, row, column)


def _bend(count: int, generator: np.random.Generator) -> Numbers:
    """A smooth field of displacements for each image, shape (count, 28, 28), fixed-point."""
    points = generator.integers(-BEND_MAX, BEND_MAX, (count, CONTROL_POINTS, CONTROL_POINTS), dtype=np.int64)
    at = np.arange(SIDE, dtype=np.int64)[:, None] * (CONTROL_POINTS - 1) * 256 // (SIDE - 1)
    weights = (256 - abs(at - np.arange(CONTROL_POINTS) * 256)).clip(0)
    bend: Numbers = (weights @ points @ weights.T) >> 16
    return bend


def _with_pen(images: Images, generator: np.random.Generator) -> Images:
    """The images with thinner or thicker strokes, as bright as strokes are."""
    values = images.astype(np.int32)
    field = np.pad(values, ((0, 0), (1, 1), (1, 1)))
    near = (values, field[:, :-2, 1:-1], field[:, 2:, 1:-1], field[:, 1:-1, :-2], field[:, 1:-1, 2:])
    share = generator.integers(THINNEST, THICKEST, (len(images), 1, 1), dtype=np.int32)
    other = np.where(share < 0, np.minimum.reduce(near), np.maximum.reduce(near))
    values = (values * (256 - abs(share)) + other * abs(share)) >> 8
    peak = values.max(axis=(1, 2), keepdims=True).clip(FAINTEST_PEAK)
    inked: Images = (values * PIXEL_MAX // peak).astype(np.uint8)
    return inked
