"""Kinds of hyperparameters: how the container reads each from its text, and which values it takes.

Source: `sagemaker_algorithm_toolkit/hyperparameter_validation.py` of the container at `cb8df91`. What the container
evaluates as Python (`monotone_constraints`) is only read as a literal here.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Container
from dataclasses import dataclass
from typing import Any

from sagemaker_local.container.training.errors import AlgorithmError, UserError, located

Number = int | float


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A range of numbers; a bound that is None is infinite. NaN is in every interval, as it is there."""

    least: Number | None = None
    most: Number | None = None
    least_open: bool = False
    most_open: bool = False

    def __contains__(self, value: Any) -> bool:
        too_small = self.least is not None and (value <= self.least if self.least_open else value < self.least)
        too_large = self.most is not None and (value >= self.most if self.most_open else value > self.most)
        return not (too_small or too_large)

    def __str__(self) -> str:
        opening = "(-inf" if self.least is None else f"{'(' if self.least_open else '['}{self.least}"
        closing = "+inf)" if self.most is None else f"{self.most}{')' if self.most_open else ']'}"
        return f"{opening}, {closing}"


@dataclass(frozen=True, kw_only=True)
class Hyperparameter:
    """One hyperparameter that is a single value.

    Parameters
    ----------
    name
        Its name.
    allowed
        The values it takes; its `str` is part of the error for any other.
    read
        Turns the text into the value.
    required
        Whether a job without it is refused.
    """

    name: str
    allowed: Container[Any]
    read: Callable[[Any], Any]
    required: bool = False

    def check(self, value: Any) -> None:
        """Raise a `UserError` if the value is not allowed."""
        if value not in self.allowed:
            message = f"Hyperparameter {self.name}: {value} is not in {self.allowed}"
            raise UserError(message, at="value outside its range")

    def validate(self, value: Any) -> None:
        """Raise a `UserError` if the value is not allowed, and an `AlgorithmError` if it cannot be compared."""
        try:
            self.check(value)
        except UserError:
            raise
        except Exception as error:
            message = f"Hyperparameter {self.name}: unexpected failure when validating {value}"
            at = f"value that cannot be compared: {self.read.__name__}"
            raise AlgorithmError(message, at=at, caused_by=error) from error


@dataclass(frozen=True, kw_only=True)
class ManyValued(Hyperparameter):
    """One hyperparameter that is a list; every element must be allowed."""

    def elements(self, value: Any) -> Collection[Any]:
        """What is compared with the allowed values."""
        return list(value)

    def check(self, value: Any) -> None:
        """Raise a `UserError` if an element is not allowed."""
        if any([element not in self.allowed for element in self.elements(value)]):  # noqa: C419 - all are looked at
            message = f"Hyperparameter {self.name}: value {value} not in range {self.allowed}"
            raise UserError(message, at=f"element outside its range: {self.read.__name__}")


@dataclass(frozen=True, kw_only=True)
class Nested(ManyValued):
    """One hyperparameter that is a list of lists."""

    def elements(self, value: Any) -> Collection[Any]:
        """What is compared with the allowed values."""
        return [element for inner in value for element in inner]


def words(text: Any) -> list[str]:
    """Parts of a text between commas."""
    found: list[str] = text.split(",")
    return found


def nested_list(text: Any) -> Any:
    """A list of lists from Python's notation."""
    return ast.literal_eval(text) if isinstance(text, str) else text if isinstance(text, list) else None


def literal_tuple(text: Any) -> Any:
    """A tuple from Python's notation.

    The container evaluates the text. Here only literals are read; a name in it fails as an unknown name would there.

    Raises
    ------
    SyntaxError, NameError, ValueError
        If it is none.
    """
    tree = ast.parse(text.lstrip(" \t"), "<string>", "eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            raise located(NameError(f"name {node.id!r} is not defined"), at="name in a tuple")
    return ast.literal_eval(tree)
