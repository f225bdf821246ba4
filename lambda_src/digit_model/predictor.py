"""The model as used for reading pictures: arrays in, arrays out, through an endpoint."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from contract.calibration import Calibration
from digit_model.classify import Endpoint, classify


def predictor(
    endpoint: Endpoint, *, canonical_form: int, correlation_id: str = ""
) -> Callable[[NDArray[np.uint8]], NDArray[np.float64]]:
    """Give a function from raw digits, uint8, shape (n, 784), to the model's own probabilities, shape (n, 10).

    They are not calibrated: what is read of a picture does not depend on the temperature.

    Raises
    ------
    gateway.problems.ProblemError
        From that function, as `classify` does.
    """

    def predict(digits: NDArray[np.uint8]) -> NDArray[np.float64]:
        rows = [row.tobytes() for row in digits]
        predictions = classify(
            rows, endpoint, canonical_form=canonical_form, calibration=Calibration(), correlation_id=correlation_id
        )
        return np.array([prediction.probabilities for prediction in predictions])

    return predict
