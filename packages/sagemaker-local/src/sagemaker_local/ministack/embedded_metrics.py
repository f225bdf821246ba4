"""Metrics that lines of a log carry in the embedded metric format, as CloudWatch Logs finds them. Pure.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sagemaker_local.json_text import read_json

_MARK = '"_aws"'
_VALUES_MAX, _DIMENSIONS_MAX = 100, 30


@dataclass(frozen=True, kw_only=True)
class Datum:
    """A value of a metric, with its dimensions by name, at a time (seconds since 1970)."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    unit: str
    value: float
    at: float


def found_in(message: str) -> list[Datum]:
    """The metrics of a line; none of a line that carries none, or is not as the specification has it."""
    if _MARK not in message:
        return []
    try:
        document = read_json(message)
        metadata = document["_aws"]
        at = float(metadata["Timestamp"]) / 1000
        return [datum for directive in metadata["CloudWatchMetrics"] for datum in _of(directive, document, at)]
    except (KeyError, TypeError, ValueError, AttributeError):
        return []


def _of(directive: Mapping[str, Any], document: Mapping[str, Any], at: float) -> Iterator[Datum]:
    sets = [_dimensions(names, document) for names in directive.get("Dimensions") or [[]]]
    for metric, dimensions in itertools.product(directive["Metrics"], sets):
        if dimensions is None:
            continue
        target = document.get(metric["Name"])
        for value in (target if isinstance(target, list) else [target])[:_VALUES_MAX]:
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield Datum(
                    namespace=directive["Namespace"],
                    name=metric["Name"],
                    dimensions=dimensions,
                    unit=metric.get("Unit", "None"),
                    value=float(value),
                    at=at,
                )


def _dimensions(names: list[str], document: Mapping[str, Any]) -> dict[str, str] | None:
    """The dimensions of one set; None if one of them is not a text of the document, or they are too many."""
    values = {name: document.get(name) for name in names}
    if len(values) > _DIMENSIONS_MAX or not all(isinstance(value, str) for value in values.values()):
        return None
    return {name: str(value) for name, value in values.items()}
