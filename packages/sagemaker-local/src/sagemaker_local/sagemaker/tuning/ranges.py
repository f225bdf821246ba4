"""The ranges of a search: each maps a number between 0 and 1 to a value, evenly in the scale that was asked for.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-define-ranges.html
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from sagemaker_local.sagemaker.shapes import Json

# From this ratio of the bounds on, `Auto` searches in logarithms. The service does not document its rule.
_WIDE = 100


class Range(Protocol):
    """What one hyperparameter may be."""

    @property
    def name(self) -> str:
        """The hyperparameter."""

    def value(self, position: float) -> str:
        """The value at a position in [0, 1), as text."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of some words."""

    name: str
    words: tuple[str, ...]

    def value(self, position: float) -> str:
        """The word at that position."""
        return self.words[min(int(position * len(self.words)), len(self.words) - 1)]


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """Numbers between two bounds, both included.

    Parameters
    ----------
    name
        The hyperparameter.
    least, most
        The bounds.
    scale
        `Linear`, `Logarithmic` or `ReverseLogarithmic`.
    is_whole
        Whether numbers are whole.
    """

    name: str
    least: float
    most: float
    scale: str
    is_whole: bool

    def value(self, position: float) -> str:
        """The number at that position."""
        if self.is_whole:
            bounds = self.least - 0.5, self.most + 0.5
            if self.scale == "Logarithmic":
                bounds = self.least, self.most + 1
            number = _between(*bounds, position, self.scale)
            whole = math.floor(number) if self.scale == "Logarithmic" else math.floor(number + 0.5)
            return str(int(min(max(whole, self.least), self.most)))
        return repr(min(max(_between(self.least, self.most, position, self.scale), self.least), self.most))


def _between(least: float, most: float, position: float, scale: str) -> float:
    if scale == "Logarithmic":
        return math.exp(math.log(least) + position * (math.log(most) - math.log(least)))
    if scale == "ReverseLogarithmic":
        return 1 - _between(1 - most, 1 - least, 1 - position, "Logarithmic")
    return least + position * (most - least)


def ranges_of(document: Json) -> tuple[Range, ...]:
    """The ranges of a checked `ParameterRanges`."""
    whole = [_numbers(each, is_whole=True) for each in document.get("IntegerParameterRanges", [])]
    real = [_numbers(each, is_whole=False) for each in document.get("ContinuousParameterRanges", [])]
    words = [
        Choice(name=each["Name"], words=tuple(each["Values"]))
        for each in document.get("CategoricalParameterRanges", [])
    ]
    return (*whole, *real, *words)


def _numbers(document: Json, *, is_whole: bool) -> Numbers:
    least, most = float(document["MinValue"]), float(document["MaxValue"])
    scale = document.get("ScalingType", "Auto")
    if scale == "Auto":
        scale = "Logarithmic" if least > 0 and most / least >= _WIDE else "Linear"
    return Numbers(name=document["Name"], least=least, most=most, scale=scale, is_whole=is_whole)
