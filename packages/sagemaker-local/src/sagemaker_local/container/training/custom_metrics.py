"""The metrics that the container computes itself, because XGBoost lacks them or words them otherwise.

Each is what scikit-learn 1.8 makes of the labels and XGBoost's predictions. The container takes a prediction above 0
for class 1, and for several columns the largest; as XGBoost hands it probabilities, binary predictions are all 1 and
`multi:softmax` only distinguishes class 0 from the rest. That is its behaviour, and so it is here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import xgboost

Array = npt.NDArray[Any]
_ENOUGH_FOR_R2 = 2


def available(names: list[str]) -> list[str]:
    """Those of the metrics that are computed here, in the order given."""
    return [name for name in names if name in _REGRESSION or name in _CLASSIFICATION]


def evaluation(names: list[str]) -> Callable[[Array, xgboost.DMatrix], list[tuple[str, float]]]:
    """A function for `custom_metric` of `xgboost.train`.

    Parameters
    ----------
    names
        Metrics of `available`.
    """

    def evaluate(predictions: Array, matrix: xgboost.DMatrix) -> list[tuple[str, float]]:
        labels = matrix.get_label()
        return [(name, _score(name, labels, predictions)) for name in names]

    return evaluate


def _score(name: str, labels: Array, predictions: Array) -> float:
    if name in _REGRESSION:
        return _REGRESSION[name](labels, _one_column(labels, predictions))
    if predictions.size == 0:
        return 0.0
    classes = predictions.argmax(axis=-1) if predictions.ndim > 1 else (predictions > 0.0).astype(int)
    _refuse_continuous(labels, classes)
    return _CLASSIFICATION[name](labels, classes)


def _one_column(labels: Array, predictions: Array) -> Array:
    if predictions.ndim > 1 and predictions.shape[1] != 1:
        raise ValueError(f"y_true and y_pred have different number of output (1!={predictions.shape[1]})")
    return predictions.reshape(labels.shape)


def _refuse_continuous(labels: Array, classes: Array) -> None:
    if np.any(labels != labels.astype(int)):
        kind = "multiclass" if len(np.unique(classes)) > 2 else "binary"
        raise ValueError(f"Classification metrics can't handle a mix of continuous and {kind} targets")


def _mean_squared_error(labels: Array, predictions: Array) -> float:
    return float(np.average((labels - predictions) ** 2))


def _r2(labels: Array, predictions: Array) -> float:
    if len(labels) < _ENOUGH_FOR_R2:
        return float("nan")
    residual = np.sum((labels - predictions) ** 2, dtype=np.float64)
    total = np.sum((labels - np.average(labels)) ** 2, dtype=np.float64)
    if total == 0:
        return 1.0 if residual == 0 else 0.0
    return float(1 - residual / total)


def _counts(labels: Array, classes: Array) -> tuple[Array, Array, Array]:
    """Per class that occurs: hits, how often it was predicted, how often it was true; shape (classes,) each."""
    occurring = np.union1d(labels, classes)
    hits = np.array([np.sum((labels == each) & (classes == each)) for each in occurring])
    predicted = np.array([np.sum(classes == each) for each in occurring])
    true = np.array([np.sum(labels == each) for each in occurring])
    return hits, predicted, true


def _ratio(numerator: Array, denominator: Array) -> Array:
    """A ratio that is 0 where its denominator is."""
    ratio: Array = np.divide(numerator, denominator, out=np.zeros(len(numerator)), where=denominator != 0)
    return ratio


def _precisions(labels: Array, classes: Array) -> Array:
    hits, predicted, _ = _counts(labels, classes)
    return _ratio(hits, predicted)


def _recalls(labels: Array, classes: Array) -> Array:
    hits, _, true = _counts(labels, classes)
    return _ratio(hits, true)


def _f1s(labels: Array, classes: Array) -> Array:
    hits, predicted, true = _counts(labels, classes)
    return _ratio(2 * hits, predicted + true)


def _accuracy(labels: Array, classes: Array) -> float:
    return float(np.mean(labels == classes))


def _balanced_accuracy(labels: Array, classes: Array) -> float:
    return float(np.mean(_recalls(labels, classes)[np.isin(np.union1d(labels, classes), labels)]))


def _macro(each: Callable[[Array, Array], Array]) -> Callable[[Array, Array], float]:
    return lambda labels, classes: float(np.mean(each(labels, classes)))


def _binary(each: Callable[[Array, Array], Array]) -> Callable[[Array, Array], float]:
    """The ratio of class 1 alone."""

    def of_one(labels: Array, classes: Array) -> float:
        occurring = np.union1d(labels, classes)
        if len(occurring) > 2:
            raise ValueError(
                "Target is multiclass but average='binary'. Please choose another average setting, "
                "one of [None, 'micro', 'macro', 'weighted']."
            )
        if 1 not in occurring:
            if len(occurring) == 2:
                raise ValueError(f"pos_label=1 is not a valid label: It should be one of {occurring}")
            return 0.0
        return float(each(labels, classes)[list(occurring).index(1)])

    return of_one


_REGRESSION: dict[str, Callable[[Array, Array], float]] = {
    "mae": lambda labels, predictions: float(np.average(np.abs(predictions - labels))),
    "mse": _mean_squared_error,
    "rmse": lambda labels, predictions: float(np.sqrt(_mean_squared_error(labels, predictions))),
    "r2": _r2,
}
_CLASSIFICATION: dict[str, Callable[[Array, Array], float]] = {
    "accuracy": _accuracy,
    "balanced_accuracy": _balanced_accuracy,
    "f1": _macro(_f1s),
    "f1_binary": _binary(_f1s),
    "f1_macro": _macro(_f1s),
    "precision": _binary(_precisions),
    "precision_macro": _macro(_precisions),
    "precision_micro": _accuracy,
    "recall": _binary(_recalls),
    "recall_macro": _macro(_recalls),
    "recall_micro": _accuracy,
}
