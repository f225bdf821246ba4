"""How good a model is on a split, and whether such metrics add up."""

from __future__ import annotations

from dataclasses import dataclass

from contract.digit import CLASSES
from contract.json_fields import JsonFields


@dataclass(frozen=True, kw_only=True)
class ClassMetrics:
    """How well one digit is recognised: precision, recall and F1 in 0..1, support in images."""

    label: int
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """How good a model is on a split.

    Attributes
    ----------
    split
        Name of what was scored.
    count
        Images scored.
    accuracy
        Share of right predictions, 0..1.
    log_loss
        Mean negative natural logarithm of the true digit's probability.
    per_class
        The ten digits in order.
    confusion
        10 x 10 counts, row = true digit, column = predicted digit.
    """

    split: str
    count: int
    accuracy: float
    log_loss: float
    per_class: tuple[ClassMetrics, ...]
    confusion: tuple[tuple[int, ...], ...]


def metrics_from_fields(fields: JsonFields) -> Metrics:
    """The metrics in a JSON object; counts, accuracy and confusion matrix must agree."""
    known = len(fields.problems)
    metrics = Metrics(
        split=fields.text("split"),
        count=fields.whole("count", least=1),
        accuracy=fields.number("accuracy", most=1),
        log_loss=fields.number("log_loss"),
        per_class=tuple(_class_metrics(inner) for inner in fields.each("per_class")),
        confusion=fields.whole_rows("confusion", rows=CLASSES, columns=CLASSES),
    )
    if len(fields.problems) == known:
        _check_agreement(metrics, fields)
    return metrics


def _class_metrics(fields: JsonFields) -> ClassMetrics:
    return ClassMetrics(
        label=fields.whole("label", most=CLASSES - 1),
        precision=fields.number("precision", most=1),
        recall=fields.number("recall", most=1),
        f1=fields.number("f1", most=1),
        support=fields.whole("support"),
    )


def _check_agreement(metrics: Metrics, fields: JsonFields) -> None:
    if [entry.label for entry in metrics.per_class] != list(range(CLASSES)):
        fields.refuse("per_class", f"one entry for each label 0 to {CLASSES - 1}, in order")
    total = sum(map(sum, metrics.confusion))
    right = sum(row[label] for label, row in enumerate(metrics.confusion))
    if metrics.count != total:
        fields.refuse("count", f"the {total} images of the confusion matrix")
    if total and abs(metrics.accuracy - right / total) > 1e-9:
        fields.refuse("accuracy", f"{right / total:g}, for the confusion matrix has {right} right of {total} images")
