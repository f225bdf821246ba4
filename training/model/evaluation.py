"""How good a model is on a split: accuracy, log-loss, the confusion matrix and what follows from it. Pure numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from contract.digit import CLASSES
from contract.metrics import ClassMetrics, Metrics
from training.data.dataset import Split

if TYPE_CHECKING:
    import xgboost

_LEAST_PROBABILITY = 1e-15


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """An image that a model finds hard.

    Parameters
    ----------
    index
        row in its split, from 0
    label
        the true digit
    predicted
        the digit that the model holds most likely
    probability
        what the model gives the true digit, 0..1
    predicted_probability
        what it gives the predicted one, 0..1
    """

    index: int
    label: int
    predicted: int
    probability: float
    predicted_probability: float


def probabilities_of(booster: xgboost.Booster, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """The probabilities of the ten digits: float32, shape (n, 10), for uint8 images of shape (n, 784).

    `inplace_predict` gives the same numbers as the container's `predict(DMatrix)`: both compare float32 pixels, zeros
    included, with the same thresholds.
    """
    return np.asarray(booster.inplace_predict(images, missing=np.nan), dtype=np.float32).reshape(-1, CLASSES)


def evaluate(probabilities: npt.NDArray[np.float32], labels: npt.NDArray[np.uint8], *, split: str) -> Metrics:
    """Score predictions.

    Parameters
    ----------
    probabilities
        float32, shape (n, 10), rows sum to 1
    labels
        uint8, shape (n,), 0..9
    split
        the name of what was scored, `test` for a manifest
    """
    predicted = probabilities.argmax(axis=1)
    confusion = np.bincount(labels.astype(np.int64) * CLASSES + predicted, minlength=CLASSES**2).reshape(
        CLASSES, CLASSES
    )
    return Metrics(
        split=split,
        count=len(labels),
        accuracy=float((predicted == labels).mean()),
        log_loss=log_loss(probabilities, labels),
        per_class=tuple(_class_metrics(confusion, label) for label in range(CLASSES)),
        confusion=tuple(tuple(int(count) for count in row) for row in confusion),
    )


def log_loss(probabilities: npt.NDArray[np.float32], labels: npt.NDArray[np.uint8]) -> float:
    """The mean of -ln(probability of the true digit), probabilities below 1e-15 counted as that."""
    true = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return float(-np.log(np.clip(true, _LEAST_PROBABILITY, 1)).mean())


def hardest(probabilities: npt.NDArray[np.float32], split: Split, *, count: int) -> list[Mistake]:
    """The `count` images to whose true digit the model gives the least probability, worst first."""
    true = probabilities[np.arange(len(split)), split.labels]
    predicted = probabilities.argmax(axis=1)
    return [
        Mistake(
            index=int(index),
            label=int(split.labels[index]),
            predicted=int(predicted[index]),
            probability=float(true[index]),
            predicted_probability=float(probabilities[index, predicted[index]]),
        )
        for index in np.argsort(true, kind="stable")[:count]
    ]


def _class_metrics(confusion: npt.NDArray[np.int64], label: int) -> ClassMetrics:
    """Precision, recall and F1 of one digit; 0 where there is nothing to divide by."""
    right = int(confusion[label, label])
    support, predicted = int(confusion[label].sum()), int(confusion[:, label].sum())
    return ClassMetrics(
        label=label,
        precision=right / predicted if predicted else 0.0,
        recall=right / support if support else 0.0,
        f1=2 * right / (support + predicted) if support + predicted else 0.0,
        support=support,
    )
