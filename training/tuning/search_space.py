"""What may vary in a search: hyperparameters with a range and a scale, the same for Optuna and for SageMaker.

Only those can be searched that the built-in container declares tunable (github.com/aws/sagemaker-xgboost-container,
`algorithm_mode/hyperparameter_validation.py`); SageMaker refuses others. Ranges must lie within the container's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from training.common.errors import HyperparameterError
from training.model.hyperparameter_rules import ALIASES, RULES, Whole
from training.model.hyperparameters import DEFAULTS
from training.model.library_rules import require_size

TUNABLE = (
    "num_round", "eta", "gamma", "max_depth", "min_child_weight", "max_delta_step", "subsample", "colsample_bytree",
    "colsample_bylevel", "colsample_bynode", "lambda", "alpha",
)  # fmt: skip
SCALES = ("linear", "log")
OBJECTIVE = "mlogloss"
"""The metric on validation that a search minimises."""

_OF_THE_LIBRARY = {
    **dict.fromkeys(("gamma", "max_delta_step", "alpha"), "0"),
    **dict.fromkeys(("subsample", "colsample_bylevel", "colsample_bynode"), "1"),
}
"""Defaults of XGBoost where there is none here. https://xgboost.readthedocs.io/en/stable/parameter.html"""

_MOST_RANGES = 30
_DIGITS = 4


@dataclass(frozen=True, kw_only=True)
class Range:
    """A hyperparameter and the values it may take.

    Parameters
    ----------
    name
        one of `TUNABLE`
    least, most
        both included; whole numbers for hyperparameters that take whole numbers
    scale
        `linear`, or `log` when what matters is the ratio of two values
    """

    name: str
    least: float
    most: float
    scale: str = "linear"

    def __post_init__(self) -> None:
        if self.name not in TUNABLE:
            raise HyperparameterError(f"{self.name} cannot be searched, allowed are {', '.join(TUNABLE)}")
        if self.scale not in SCALES:
            raise HyperparameterError(
                f"the scale of {self.name} is {self.scale!r}, allowed are {', '.join(SCALES)};"
                " write NAME=LEAST:MOST:log"
            )
        for bound in (self.least, self.most):
            require_size(self.name, RULES[self.name].parse(self.name, self.text(bound)))
        if not self.least < self.most:
            raise HyperparameterError(f"the range of {self.name} is {self}, its first number must be the lower one")
        if self.scale == "log" and self.least <= 0:
            raise HyperparameterError(f"the range of {self.name} is {self}, on a log scale it must begin above 0")

    @property
    def is_whole(self) -> bool:
        """Whether it takes whole numbers only."""
        return isinstance(RULES[self.name], Whole)

    def text(self, value: float) -> str:
        """A value as the text that `Hyperparameters` reads, with at most four significant digits."""
        if self.is_whole:
            return str(int(value)) if float(value).is_integer() else str(value)
        return repr(float(f"{value:.{_DIGITS}g}"))

    def __str__(self) -> str:
        return f"{self.text(self.least)}:{self.text(self.most)}:{self.scale}"


@dataclass(frozen=True, kw_only=True)
class SearchSpace:
    """All that may vary."""

    ranges: tuple[Range, ...]

    def __post_init__(self) -> None:
        names = [each.name for each in self.ranges]
        if not 1 <= len(names) <= _MOST_RANGES or len(set(names)) != len(names):
            raise HyperparameterError(
                f"the search space has {', '.join(names) or 'nothing'}, expected 1 to {_MOST_RANGES} hyperparameters,"
                " each once"
            )

    @property
    def names(self) -> tuple[str, ...]:
        """The hyperparameters that vary."""
        return tuple(each.name for each in self.ranges)

    @property
    def defaults(self) -> dict[str, str]:
        """The values that `fit` takes without a search, as texts by name; empty when one is outside of its range."""
        values = {each: float({**_OF_THE_LIBRARY, **DEFAULTS}[each.name]) for each in self.ranges}
        if not all(each.least <= value <= each.most for each, value in values.items()):
            return {}
        return {each.name: each.text(value) for each, value in values.items()}

    def to_json(self) -> dict[str, Any]:
        """The space as JSON values: name -> `least:most:scale`."""
        return {each.name: str(each) for each in self.ranges}


DEFAULT_SPACE = SearchSpace(
    ranges=(
        Range(name="eta", least=0.05, most=0.6, scale="log"),
        Range(name="colsample_bytree", least=0.1, most=1.0),
        Range(name="subsample", least=0.5, most=1.0),
        Range(name="min_child_weight", least=0.001, most=10, scale="log"),
        Range(name="lambda", least=0.01, most=10, scale="log"),
    )
)


def space_from(texts: Sequence[str]) -> SearchSpace:
    """The space that a person wrote, or the default when there is nothing.

    Parameters
    ----------
    texts
        each `NAME=LEAST:MOST` or `NAME=LEAST:MOST:SCALE`

    Raises
    ------
    HyperparameterError
        for the first one that is not valid
    """
    return SearchSpace(ranges=tuple(map(range_from, texts))) if texts else DEFAULT_SPACE


def range_from(text: str) -> Range:
    """One range as a person writes it: `eta=0.05:0.5:log`."""
    name, equals, rest = text.partition("=")
    numbers = rest.split(":")
    if not equals or len(numbers) not in (2, 3):
        raise HyperparameterError(
            f"--search {text} is not NAME=LEAST:MOST[:log]; write it like --search eta=0.05:0.5:log"
        )
    name = ALIASES.get(name, name)
    try:
        least, most = float(numbers[0]), float(numbers[1])
    except ValueError:
        least = most = math.nan
    if not (math.isfinite(least) and math.isfinite(most)):
        raise HyperparameterError(
            f"--search {text} has bounds that are not numbers; write it like --search eta=0.05:0.5"
        )
    return Range(name=name, least=least, most=most, scale=numbers[2] if len(numbers) == 3 else "linear")
