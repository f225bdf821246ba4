"""What is measured of predictions: which digits, and how sure the model was. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from aws_lambda_powertools.metrics import MetricUnit

from digit_model.classify import Prediction
from gateway.metrics import VALUES_MAX, Measure, count


def of_predictions(predictions: Sequence[Prediction]) -> list[Measure]:
    """Measure what was predicted: how many of each digit (`Digit0` to `Digit9`), and how sure the model was.

    Of a request with very many rows every second, third, ... is looked at for `Confidence`.
    """
    digits = Counter(prediction.digit for prediction in predictions)
    step = -(-len(predictions) // VALUES_MAX) or 1
    sure = [round(prediction.probabilities[prediction.digit], 4) for prediction in predictions[::step]]
    counted = [count(f"Digit{digit}", number) for digit, number in sorted(digits.items())]
    return [*counted, Measure(name="Confidence", values=sure, unit=MetricUnit.NoUnit)] if counted else []
