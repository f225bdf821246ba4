"""A data set in the canonical form, with shifted copies of its training images. Pure: arrays in, arrays out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from contract.canonical import canonical
from contract.digit import CANONICAL_FORM, SIDE
from training.common.errors import DataError
from training.data.dataset import Dataset, Split

SHIFTS = ((-1, 0), (0, 1), (1, 0), (0, -1), (-1, -1), (1, 1), (-1, 1), (1, -1))
"""Rows and columns by which a copy may be shifted."""

COPIES_MAX = len(SHIFTS)


def in_form(dataset: Dataset, *, copies: int = 0) -> Dataset:
    """The data set with every split in the canonical form, and the train split with so many copies of each image.

    Raises
    ------
    DataError
        for more copies than there are shifts
    """
    if not 0 <= copies <= COPIES_MAX:
        raise DataError(f"{copies} shifted copies are asked for; allowed are 0 to {COPIES_MAX}")
    train, validation, test = (_in_form(split) for split in dataset.splits().values())
    rule = dataset.split_rule
    if copies:
        train = with_copies(train, copies)
        rule += f"; and to train {copies} shifted {'copy' if copies == 1 else 'copies'} of each image"
    return replace(dataset, train=train, validation=validation, test=test, split_rule=rule)


def with_copies(split: Split, copies: int) -> Split:
    """The split, and behind it its images again and again, each time each one shifted by a pixel.

    Copy number `c` of image number `i` has the shift number `i + c`, so that a single copy has all directions, and no
    two copies of an image are equal.
    """
    images = [split.images, *(_shifted(split.images, first) for first in range(copies))]
    return Split(images=np.concatenate(images), labels=np.tile(split.labels, copies + 1))


def _in_form(split: Split) -> Split:
    return Split(images=canonical(split.images, CANONICAL_FORM), labels=split.labels)


def _shifted(images: npt.NDArray[np.uint8], first: int) -> npt.NDArray[np.uint8]:
    result = np.zeros_like(images)
    for number, (rows, columns) in enumerate(SHIFTS):
        chosen = np.arange((number - first) % len(SHIFTS), len(images), len(SHIFTS))
        field = np.pad(images[chosen].reshape(-1, SIDE, SIDE), ((0, 0), (1, 1), (1, 1)))
        moved = field[:, 1 - rows : 1 - rows + SIDE, 1 - columns : 1 - columns + SIDE]
        result[chosen] = moved.reshape(len(chosen), -1)
    return result
