"""The rules of the hyperparameters as a JSON Schema: `python -m training.model.hyperparameter_schema` prints it.

So they can be compared with those of another program that stands for the container. The schema describes values, not
their texts: a list stands for what a job writes with commas or as a Python literal.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from typing import Any

from training.model.hyperparameter_rules import ALIASES, RULES, Interval, Literal, OneOf, Real, Rule, SomeOf, Whole

Json = dict[str, Any]


def hyperparameter_schema() -> Json:
    """The schema of a job's hyperparameters, and beside it (`aliases`) the other names of some.

    Returns
    -------
    dict
        JSON Schema 2020-12 with `properties`; words are sorted.
    """
    return {"properties": {name: _schema(rule) for name, rule in RULES.items()}, "aliases": ALIASES}


def _schema(rule: Rule) -> Json:
    match rule:
        case Whole():
            return _interval("integer", rule.within)
        case Real():
            return _interval("number", rule.within)
        case OneOf():
            return {"enum": sorted(rule.words)}
        case SomeOf():
            return _list(_some_of(rule))
        case Literal():
            numbers = _list(_interval("integer", rule.within))
            return _list(numbers) if rule.nested else numbers


def _some_of(rule: SomeOf) -> Json:
    words = {"enum": sorted(rule.words)}
    if not rule.thresholds:
        return words
    return {"anyOf": [words, {"pattern": f"^({'|'.join(sorted(rule.thresholds))})@"}]}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _interval(kind: str, within: Interval) -> Json:
    bounds = {
        "exclusiveMinimum" if within.least_open else "minimum": within.least,
        "exclusiveMaximum" if within.most_open else "maximum": within.most,
    }
    return {"type": kind, **{name: value for name, value in bounds.items() if math.isfinite(value)}}


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__.partition(":")[0]).parse_args()
    sys.stdout.write(json.dumps(hyperparameter_schema(), indent=2) + "\n")
