"""Predicts with one model or an ensemble of them, with the container's checks and its way of combining.

Dense rows of a single model that the fast evaluator can take go there; all else goes through XGBoost itself.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import xgboost

from sagemaker_local.container.serving.fast_model import fast_model
from sagemaker_local.container.serving.media_types import RequestFormat
from sagemaker_local.container.serving.model_folder import LoadedModel, read_facts
from sagemaker_local.container.serving.rows import Rows

Predictions: TypeAlias = Any  # float32[rows] or float32[rows, classes]; a lone number for voting ensembles

_VOTING = frozenset({"multi:softmax", "binary:hinge"})


class Predictor:
    """The loaded models behind one function.

    Parameters
    ----------
    models
        At least one; more than one make an ensemble.
    """

    def __init__(self, models: Sequence[LoadedModel]) -> None:
        self._models = tuple(models)
        self.facts = read_facts(models[0].booster)
        self._fast = fast_model(models[0].booster) if len(models) == 1 else None
        self._lock = threading.Lock()

    def predict(self, rows: Rows) -> Predictions:
        """Predict.

        Returns
        -------
        Predictions
            float32; one value a row, or one value a row and class for `multi:softprob`. An ensemble of classifiers that
            vote gives the vote on the first row only, as in the container.

        Raises
        ------
        ValueError
            If a pickled model gets a wrong number of columns.
        xgboost.core.XGBoostError
            If XGBoost refuses, for instance more columns than features.
        """
        if self._models[0].pickled:
            self._check_columns(rows)
        if self._fast is not None and rows.dense is not None and self._fast.accepts(rows.dense):
            return self._fast.predict(rows.dense)
        matrix = rows.to_matrix()
        with self._lock:
            each = [_predict(model.booster, matrix) for model in self._models]
        if len(each) == 1:
            return each[0]
        if self.facts.objective in _VOTING:
            return _vote_on_first_row(each)
        return np.mean(each, axis=0)

    def _check_columns(self, rows: Rows) -> None:
        expected, columns = self.facts.features, rows.columns
        if rows.format is RequestFormat.LIBSVM:
            if columns > expected + 1:
                message = (
                    f"Feature size of libsvm inference data {columns} is larger than "
                    f"feature size of trained model {expected}."
                )
                raise ValueError(message)
        elif columns not in {expected, expected - 1}:
            message = (
                f"Feature size of {rows.format} inference data {columns} is not consistent "
                f"with feature size of trained model {expected}."
            )
            raise ValueError(message)


def _predict(booster: xgboost.Booster, matrix: xgboost.DMatrix) -> npt.NDArray[np.float32]:
    # Only pickles of very old versions carry this; the container uses all rounds otherwise, best_iteration or not.
    limit = int(getattr(booster, "best_ntree_limit", None) or 0)
    return booster.predict(matrix, iteration_range=(0, limit), validate_features=False)


def _vote_on_first_row(each: Sequence[npt.NDArray[np.float32]]) -> np.float64:
    """Return the label most models gave to the first row, the smallest of several.

    The container means to vote on every row but keeps the first vote only, and then cannot write it: a 500.
    """
    labels, votes = np.unique([predictions[0] for predictions in each], return_counts=True)
    return np.float64(labels[np.argmax(votes)])
