"""A data set in the canonical form, with drawn digits and distorted copies to train on. Pure: arrays in, arrays out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from contract.canonical import canonical
from contract.digit import CANONICAL_FORM
from training.common.errors import DataError
from training.data.copies import COPIES_MAX
from training.data.dataset import Dataset, Split, require_images
from training.data.distortion import distorted
from training.data.drawn_digits import drawn_digits

DRAWN_SEED = 1


def in_form(dataset: Dataset, *, copies: int = 0, drawn: int = 0) -> Dataset:
    """The data set with every split in the canonical form; to train so many drawn digits, and copies of each image.

    Raises
    ------
    DataError
        for more copies than `COPIES_MAX`
    """
    if not 0 <= copies <= COPIES_MAX:
        raise DataError(f"{copies} distorted copies are asked for; allowed are 0 to {COPIES_MAX}")
    train, validation, test = (_in_form(split) for split in dataset.splits().values())
    rule = dataset.split_rule
    if drawn:
        require_images("a drawn digit")
        train = with_drawn(train, drawn)
        rule += f"; and to train {drawn:,} drawn digits"
    if copies:
        require_images("a distorted copy")
        train = with_copies(train, copies)
        rule += f"; and to train {copies} distorted {'copy' if copies == 1 else 'copies'} of each image"
    return replace(dataset, train=train, validation=validation, test=test, split_rule=rule)


def with_drawn(split: Split, count: int) -> Split:
    """The split, and behind it so many drawn digits in the canonical form."""
    images, labels = drawn_digits(count, seed=DRAWN_SEED)
    drawn = canonical(images, CANONICAL_FORM)
    return Split(images=np.concatenate([split.images, drawn]), labels=np.concatenate([split.labels, labels]))


def with_copies(split: Split, copies: int) -> Split:
    """The split, and behind it its images again and again, distorted each time in another way."""
    images = [split.images, *(distorted(split.images, seed=number) for number in range(1, copies + 1))]
    return Split(images=np.concatenate(images), labels=np.tile(split.labels, copies + 1))


def _in_form(split: Split) -> Split:
    return Split(images=canonical(split.images, CANONICAL_FORM), labels=split.labels)
