"""Draws the folds of a cross validation as scikit-learn's `StratifiedKFold` and `KFold` do when they shuffle.

Error texts are scikit-learn's: the container passes them on.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sagemaker_local.container.training.errors import located

Array = npt.NDArray[Any]


def stratified(labels: Array, folds: int, random: np.random.Generator) -> Array:
    """The fold of each row, int, shape (rows,); each class is spread evenly."""
    _refuse_more_folds_than_rows(len(labels), folds)
    if np.any(labels != labels.astype(int)):
        raise _refusal("Supported target types are: ('binary', 'multiclass'). Got 'continuous' instead.")
    _, encoded, counts = np.unique(labels, return_inverse=True, return_counts=True)
    if np.all(folds > counts):
        raise _refusal(f"n_splits={folds} cannot be greater than the number of members in each class.")
    ordered = np.sort(encoded)
    shares = np.array([np.bincount(ordered[fold::folds], minlength=len(counts)) for fold in range(folds)])
    drawn = np.empty(len(labels), dtype=int)
    for each in range(len(counts)):
        of_class = np.arange(folds).repeat(shares[:, each])
        random.shuffle(of_class)
        drawn[encoded == each] = of_class
    return drawn


def plain(labels: Array, folds: int, random: np.random.Generator) -> Array:
    """The fold of each row, int, shape (rows,); folds are of even size."""
    _refuse_more_folds_than_rows(len(labels), folds)
    drawn = np.arange(len(labels)) % folds
    random.shuffle(drawn)
    return drawn


def _refuse_more_folds_than_rows(rows: int, folds: int) -> None:
    if folds > rows:
        raise _refusal(
            f"Cannot have number of splits n_splits={folds} greater than the number of samples: n_samples={rows}."
        )


def _refusal(text: str) -> Exception:
    return located(ValueError(text), at="training: folds")
