"""Fakes of our own Protocols: they behave by rules, no call is stubbed.

Held to the same contract tests as the real thing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from digit_model.classify import EndpointOutput
from gateway.problems import ProblemError, ProblemType


def sure_of(digit: int) -> list[float]:
    """Give ten probabilities, nearly all on one digit."""
    return [0.91 if label == digit else 0.01 for label in range(10)]


def first_pixel_mod_ten(row: list[int]) -> int:
    """Predict a digit by a rule that a test can foresee: the first pixel, modulo ten."""
    return row[0] % 10


@dataclass
class FakeEndpoint:
    """An endpoint with a model made of a rule instead of trees; implements `digit_model.classify.Endpoint`.

    Reads the CSV it is given, so a row that arrives mangled does not get the right digit.
    """

    rule: Callable[[list[int]], int] = first_pixel_mod_ten
    received: list[bytes] = field(default_factory=list)

    def invoke(self, csv: bytes, *, correlation_id: str = "") -> EndpointOutput:
        """Predict as the built-in container does with Accept application/json."""
        self.received.append(csv)
        rows = [[int(cell) for cell in line.split(",")] for line in csv.decode("ascii").splitlines()]
        predictions = [{"score": sure_of(self.rule(row))} for row in rows]
        return EndpointOutput(content_type="application/json", body=json.dumps({"predictions": predictions}).encode())


@dataclass(frozen=True)
class CannedEndpoint:
    """An endpoint with the same output for every input."""

    content_type: str
    body: bytes

    def invoke(self, csv: bytes, *, correlation_id: str = "") -> EndpointOutput:
        """Give the output."""
        return EndpointOutput(content_type=self.content_type, body=self.body)


@dataclass(frozen=True)
class FailingEndpoint:
    """An endpoint that has one problem."""

    problem: ProblemType
    cause: str = "a cause only for the log"

    def invoke(self, csv: bytes, *, correlation_id: str = "") -> EndpointOutput:
        """Fail."""
        raise ProblemError(self.problem, self.problem.remedy, cause=self.cause)
