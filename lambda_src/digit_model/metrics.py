"""Metrics of predictions: which digits, how confident the model was, and how many are unsure. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from aws_lambda_powertools.metrics import MetricUnit

from digit_model.classify import Prediction
from gateway.metrics import VALUES_MAX, Measure, count


def prediction_measures(predictions: Sequence[Prediction]) -> list[Measure]:
    """Measure what was predicted: how many of each digit (`Digit0` to `Digit9`), `Confidence` and `Unsure` of each.

    `Unsure` is 1 for a digit that is unsure, else 0: its average is their share. Of a request with very many rows only
    every second, third, ... counts for `Confidence` and `Unsure`.
    """
    digits = Counter(prediction.digit for prediction in predictions)
    step = -(-len(predictions) // VALUES_MAX) or 1
    confidence = [round(prediction.probabilities[prediction.digit], 4) for prediction in predictions[::step]]
    unsure = [int(prediction.unsure) for prediction in predictions[::step]]
    counted = [count(f"Digit{digit}", number) for digit, number in sorted(digits.items())]
    if not counted:
        return []
    return [
        *counted,
        Measure(name="Confidence", values=confidence, unit=MetricUnit.NoUnit),
        Measure(name="Unsure", values=unsure, unit=MetricUnit.NoUnit),
    ]
