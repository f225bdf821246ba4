"""A model that is as sure of everything, for tests of what is found on pictures and not of what is read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vision.reading import read_picture
from vision.sheet import Sheet


def sevens(digits: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Say that each is a 7, with a probability of 0.91."""
    return np.tile(np.where(np.arange(10) == 7, 0.91, 0.01), (len(digits), 1))


def read_digits(body: bytes, media_type: str, *, one: bool = False) -> Sheet:
    """Find the digits of a picture."""
    return read_picture(body, media_type, sevens, one=one)
