"""What boosters of a cross validation predict for the rows that they have not seen, gathered and written down."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
FILE = "predictions.csv"
_HALF = 0.5

_LOG = logging.getLogger(__name__)


class Predictions:
    """Predictions of rows by boosters that have not seen them.

    Parameters
    ----------
    labels
        float32, shape (rows,).
    repeats
        Predictions a row.
    classification
        Whether to keep a class and its probability, or a number.
    """

    def __init__(self, *, labels: Array, repeats: int, classification: bool) -> None:
        self._labels = labels.copy()
        self._values = np.zeros((len(labels), repeats))
        self._probabilities = np.zeros((len(labels), repeats)) if classification else None

    def record(self, rows: Array, repeat: int, predictions: Array) -> None:
        """Note the predictions of some rows."""
        if self._probabilities is None:
            self._values[rows, repeat] = predictions
        elif predictions.ndim > 1:
            self._values[rows, repeat] = predictions.argmax(axis=-1)
            self._probabilities[rows, repeat] = predictions.max(axis=-1)
        else:
            self._values[rows, repeat] = predictions > _HALF
            self._probabilities[rows, repeat] = predictions

    def save(self, folder: Path) -> None:
        """Write `predictions.csv`: label, mean probability and most frequent class; or label and mean prediction."""
        if not folder.exists():
            _LOG.warning("Output directory %s not found; Creating the output directory.", folder)
            folder.mkdir(parents=True)
        _LOG.info("Storing predictions on validation set(s) in %s", folder / FILE)
        columns = [self._labels]
        if self._probabilities is not None:
            columns += [self._probabilities.mean(axis=-1), np.array([_most_frequent(row) for row in self._values])]
        else:
            columns.append(self._values.mean(axis=-1))
        np.savetxt(folder / FILE, np.vstack(columns).T, delimiter=",", fmt="%f")


def _most_frequent(values: Array) -> float:
    found, counts = np.unique(values, return_counts=True)
    return float(found[counts.argmax()])
