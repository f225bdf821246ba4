"""The table of hyperparameters as a JSON Schema, so that an application can compare the rules of its own with it.

The schema describes values, not their texts: a list stands for what a job writes with commas or as a Python literal.
What is asked of several hyperparameters together is not part of it.
"""

from __future__ import annotations

from typing import Any

from sagemaker_local.container.training.hyperparameter_kinds import Hyperparameter, Interval, ManyValued, Nested
from sagemaker_local.container.training.hyperparameter_table import (
    ALIASES,
    HYPERPARAMETERS,
    THRESHOLD_METRICS,
    EvaluationMetrics,
)

Json = dict[str, Any]


def hyperparameter_schema() -> Json:
    """The schema of a job's hyperparameters, and beside it (`aliases`) the other names of some.

    Returns
    -------
    dict
        JSON Schema 2020-12 with `properties` and `required`; words are sorted, and named once.
    """
    return {
        "properties": {name: _schema(hyperparameter) for name, hyperparameter in HYPERPARAMETERS.items()},
        "required": [name for name, hyperparameter in HYPERPARAMETERS.items() if hyperparameter.required],
        "aliases": ALIASES,
    }


def _schema(hyperparameter: Hyperparameter) -> Json:
    allowed = hyperparameter.allowed
    if isinstance(hyperparameter, Nested):
        return _list(_list(_interval("integer", allowed)))
    if isinstance(hyperparameter, ManyValued):
        return _list(_element(allowed))
    if isinstance(allowed, Interval):
        return _interval("integer" if hyperparameter.read is int else "number", allowed)
    return _words(allowed)


def _element(allowed: Any) -> Json:
    if isinstance(allowed, EvaluationMetrics):
        return {"anyOf": [_words(allowed.names), {"pattern": f"^({'|'.join(sorted(THRESHOLD_METRICS))})@"}]}
    if all(isinstance(each, int) for each in allowed):
        return _interval("integer", Interval(least=min(allowed), most=max(allowed)))
    return _words(allowed)


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _words(allowed: Any) -> Json:
    return {"enum": sorted(set(allowed))}


def _interval(kind: str, allowed: Any) -> Json:
    bounds = {
        "exclusiveMinimum" if allowed.least_open else "minimum": allowed.least,
        "exclusiveMaximum" if allowed.most_open else "maximum": allowed.most,
    }
    return {"type": kind, **{name: value for name, value in bounds.items() if value is not None}}
