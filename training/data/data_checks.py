"""What must hold for the digits before money is spent on training: complete, balanced, and no test image learned from.

Single files are checked while they are read (`training.data.channel_reading`); here it is the splits against each other
and against the manifest that was published with them. Pure: arrays in, a report or an error out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from training.common.errors import DataError
from training.data.dataset import Split, validate_split

LEAST_SHARE = 0.03
"""Of the images of a split, each digit must have so many; evenly it would be 0.1, and in MNIST the rarest has 0.089."""


@dataclass(frozen=True, kw_only=True)
class DataReport:
    """What was found in data that is good.

    Parameters
    ----------
    counts
        images per split
    histograms
        images per digit, for each split
    parts
        part files per split
    repeated
        images that occur more than once within the training split
    """

    counts: Mapping[str, int]
    histograms: Mapping[str, list[int]]
    parts: Mapping[str, int]
    repeated: int

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        return asdict(self)


def check_splits(
    splits: Mapping[str, Split], *, parts: Mapping[str, int], counts: Mapping[str, int], hosts: int
) -> DataReport:
    """Hold train, validation and test against each other and against what was published.

    Parameters
    ----------
    splits
        by name: train, validation, test
    parts
        part files that each was read from
    counts
        images that each should have, as the data manifest says
    hosts
        machines that will train; each channel needs a part file for each

    Raises
    ------
    DataError
        for the first thing that is wrong
    """
    for name, split in splits.items():
        validate_split(name, split)
        _check_count(name, len(split), counts.get(name))
        _check_balance(name, split)
    for channel in ("train", "validation"):
        if parts[channel] < hosts:
            raise DataError(
                f"the {channel} channel has {parts[channel]} part files for {hosts} machines, each needs one at least;"
                f" publish again after: python -m training prepare --parts {hosts}"
            )
    _check_leaks(splits)
    return DataReport(
        counts={name: len(split) for name, split in splits.items()},
        histograms={name: split.histogram() for name, split in splits.items()},
        parts=dict(parts),
        repeated=len(splits["train"]) - len(_distinct(splits["train"].images)),
    )


def shared_images(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> int:
    """How many distinct images, uint8 of shape (n, 784), are in both, pixel for pixel."""
    return len(np.intersect1d(_distinct(one), _distinct(other), assume_unique=True))


def _distinct(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.void]:
    """Each different image once, as one value of 784 bytes."""
    rows = np.ascontiguousarray(images)
    values: npt.NDArray[np.void] = np.unique(rows.view(np.dtype((np.void, rows.shape[1]))).ravel())
    return values


def _check_count(name: str, actual: int, expected: int | None) -> None:
    if actual != expected:
        raise DataError(
            f"the {name} split holds {actual} images, its manifest says {expected}; parts are missing or from another"
            " publication: publish the channels again"
        )


def _check_balance(name: str, split: Split) -> None:
    digit = int(np.argmin(split.histogram()))
    share = split.histogram()[digit] / len(split)
    if share < LEAST_SHARE:
        raise DataError(
            f"of the {name} split {share:.1%} are images of the digit {digit}, expected are at least {LEAST_SHARE:.0%};"
            " add more of them"
        )


def _check_leaks(splits: Mapping[str, Split]) -> None:
    """A model that has seen the test images, or the ones that end its training, looks better than it is."""
    for one, other in (("train", "test"), ("validation", "test"), ("train", "validation")):
        shared = shared_images(splits[one].images, splits[other].images)
        if shared:
            raise DataError(
                f"{shared} images of the {other} split are also in {one}, pixel for pixel; allowed are none:"
                f" remove them from {one}"
            )
