"""The parsed body of a request, between the parsers and the predictor.

XGBoost's own matrix is only made when it is needed: for one plain row it costs more than the prediction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import xgboost

from sagemaker_local.container.serving.media_types import RequestFormat

_FLOAT32_MAX = float(np.finfo(np.float32).max)


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows to predict, in one of two forms.

    Parameters
    ----------
    format
        What the body was.
    columns
        Number of columns.
    dense
        float32[rows, columns], nothing missing and all finite; or `None`.
    matrix
        XGBoost's matrix; `None` exactly when `dense` is there.
    """

    format: RequestFormat
    columns: int
    dense: npt.NDArray[np.float32] | None = None
    matrix: xgboost.DMatrix | None = None

    def to_matrix(self) -> xgboost.DMatrix:
        """Return XGBoost's matrix of the rows."""
        return self.matrix if self.matrix is not None else xgboost.DMatrix(self.dense, nthread=1)


def make_rows(features: Any, found: RequestFormat, *, labels: Any = None) -> Rows:
    """Keep plain complete numbers as they are, and make XGBoost's matrix of everything else.

    Parameters
    ----------
    features
        ndarray or scipy.sparse.csr_matrix, shape (rows, columns).
    found
        What the body was.
    labels
        Labels sent along. They change no prediction, but XGBoost may refuse them.

    Raises
    ------
    xgboost.core.XGBoostError
        If XGBoost cannot hold the values, for instance infinity.
    """
    if labels is None and isinstance(features, np.ndarray) and _is_plain(features):
        return Rows(format=found, columns=features.shape[1], dense=features.astype(np.float32, copy=False))
    matrix = xgboost.DMatrix(features, label=labels, nthread=1)
    return Rows(format=found, columns=matrix.num_col(), matrix=matrix)


def _is_plain(features: npt.NDArray[Any]) -> bool:
    """Whether every value is a finite number in float32 too; comparisons with NaN are false."""
    return features.ndim == 2 and features.size > 0 and bool((np.abs(features) <= _FLOAT32_MAX).all())
