"""The canonical form of a digit: what a 28 x 28 image becomes before the model sees it, in training and in service.

Version 0 is the image as it is. Version 1 takes the slant out by the moments of the ink (a shear that makes the
covariance of row and column zero), scales what is left so that its longer side is 20 pixels, and puts its centre of
mass in the middle, in one resampling. numpy alone, and integers alone: fixed-point numbers with 16 bits behind the
point, so an image gives the same bytes in any batch, with any version of numpy and on any machine.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from contract.digit import CANONICAL_FORMS, PIXELS, RAW_FORM, SIDE
from contract.errors import ContractError

Images = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]

INK_SIDE = 20
"""Longer side of the ink, in pixels, as in MNIST (http://yann.lecun.com/exdb/mnist/)."""

INK = 32
"""A pixel above this is ink when the box of a digit is measured; the mass counts every pixel."""

BITS = 16
ONE = 1 << BITS
"""1 as a fixed-point number."""

MIDDLE = (SIDE - 1) * ONE // 2
"""Row and column of the middle of the field."""

SLANT_MAX = ONE
"""A stroke leans by 45 degrees at most; more is no slant but a shape."""

MARGIN = 2
"""Empty pixels around an image while it is sampled."""

WIDTH = SIDE + 2 * MARGIN
ROWS_AT_A_TIME = 512
"""So many images with all that is computed of them stay in the processor's cache."""

_PLACES = np.arange(SIDE, dtype=np.int64)


def canonical(images: Images, version: int) -> Images:
    """Give images in a canonical form.

    Parameters
    ----------
    images
        uint8, shape (n, 784), row-major 28 x 28 pixels, 0 is background.
    version
        0 or 1: `contract.digit.CANONICAL_FORMS`.

    Returns
    -------
    numpy.ndarray
        uint8, shape (n, 784). An image without ink stays as it is.

    Raises
    ------
    ContractError
        If there is no such version, or the array has another shape or type.
    """
    if version not in CANONICAL_FORMS:
        raise ContractError(f"the canonical form {version!r} is not known; allowed is {_allowed()}")
    if images.dtype != np.uint8 or images.ndim != 2 or images.shape[1] != PIXELS:
        raise ContractError(f"images have {images.dtype} {images.shape}; allowed is uint8 (n, {PIXELS})")
    if version == RAW_FORM:
        return images
    result = np.empty_like(images, order="C")
    for start in range(0, len(images), ROWS_AT_A_TIME):
        chunk = images[start : start + ROWS_AT_A_TIME]
        result[start : start + len(chunk)] = _upright(chunk.reshape(-1, SIDE, SIDE)).reshape(-1, PIXELS)
    return result


def canonical_rows(rows: Sequence[bytes], version: int) -> list[bytes]:
    """Give rows of 784 bytes in a canonical form, in their order; see `canonical`.

    Raises
    ------
    ContractError
        If there is no such version.
    """
    images = np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(-1, PIXELS)
    return [image.tobytes() for image in canonical(images, version)]


def _upright(images: Images) -> Images:
    """Version 1 of images, shape (n, 28, 28)."""
    slant, centre = _moments(images)
    lean = (slant[:, None] * ((_PLACES << BITS) - centre[0][:, None])) >> BITS
    top, bottom, left, right = _box(images, lean)
    step = np.maximum(bottom - top, right - left) + ONE
    step //= INK_SIDE
    row = _first(centre[0], top, bottom, step)[:, None] + _PLACES * step[:, None]
    column = _first(centre[1], left, right, step)[:, None] + _PLACES * step[:, None]
    shear = (slant[:, None] * (row - centre[0][:, None])) >> BITS
    return sample(images, row[:, :, None], column[:, None, :] + shear[:, :, None])


def _moments(images: Images) -> tuple[Numbers, tuple[Numbers, Numbers]]:
    """The slant of each image, in columns for each row, and row and column of its centre of mass; fixed-point."""
    values = images.astype(np.int32)
    of_rows, of_columns = values.sum(axis=2, dtype=np.int64), values.sum(axis=1, dtype=np.int64)
    mass = np.maximum(of_rows.sum(axis=1), 1)
    y, x = of_rows @ _PLACES, of_columns @ _PLACES
    xy = (values @ _PLACES.astype(np.int32)).astype(np.int64) @ _PLACES
    variance = mass * (of_rows @ _PLACES**2) - y * y
    slant = (((mass * xy - x * y) << BITS) // np.maximum(variance, 1)).clip(-SLANT_MAX, SLANT_MAX)
    return slant, ((y << BITS) // mass, (x << BITS) // mass)


def _box(images: Images, lean: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """First and last row, first and last column of the ink of each image without its lean; fixed-point."""
    ink = images > np.minimum(INK, images.max(axis=(1, 2), initial=0) // 2)[:, None, None]
    in_row = ink.any(axis=2)
    first, last = ink.argmax(axis=2) << BITS, (SIDE - 1 - ink[:, :, ::-1].argmax(axis=2)) << BITS
    far = SIDE << (BITS + 4)
    left = np.where(in_row, first - lean, far).min(axis=1)
    right = np.where(in_row, last - lean, -far).max(axis=1)
    top, bottom = in_row.argmax(axis=1) << BITS, (SIDE - 1 - in_row[:, ::-1].argmax(axis=1)) << BITS
    blank = ~in_row.any(axis=1)
    return top, bottom, np.where(blank, 0, left), np.where(blank, (SIDE - 1) << BITS, right)


def _first(centre: Numbers, least: Numbers, most: Numbers, step: Numbers) -> Numbers:
    """Where the first output pixel lies in the input: the centre comes to the middle, but all ink stays inside."""
    return (centre - (MIDDLE * step >> BITS)).clip(most - (SIDE - 1) * step, least)


def sample(images: Images, row: Numbers, column: Numbers) -> Images:
    """Give the bilinear values of images at given places; outside of an image is background.

    Parameters
    ----------
    images
        uint8, shape (n, 28, 28).
    row, column
        Fixed-point, shapes that broadcast to (n, 28, 28).
    """
    field = np.zeros((len(images), WIDTH, WIDTH), dtype=np.uint8)
    field[:, MARGIN:-MARGIN, MARGIN:-MARGIN] = images
    y, x = ((place + (MARGIN << BITS)).clip(0, ((WIDTH - 1) << BITS) - 1).astype(np.int32) for place in (row, column))
    at = np.arange(len(images), dtype=np.int32)[:, None, None] * (WIDTH * WIDTH) + (y >> BITS) * WIDTH + (x >> BITS)
    right, lower = (x >> 8) & 255, (y >> 8) & 255
    left = 256 - right
    flat = field.ravel()
    upper_values = flat.take(at) * left + flat.take(at + 1) * right
    at += WIDTH
    lower_values = flat.take(at) * left + flat.take(at + 1) * right
    values = upper_values * (256 - lower) + lower_values * lower
    result: Images = ((values + (1 << 15)) >> 16).astype(np.uint8)
    return result


def _allowed() -> str:
    return " or ".join(map(str, CANONICAL_FORMS))
