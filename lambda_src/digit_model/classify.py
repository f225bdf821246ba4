"""From rows of pixels to predictions through an endpoint: the domain. Pure but for the `Endpoint` passed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from contract.calibration import Calibration
from contract.digit import RAW_FORM
from digit_model.csv_rows import to_csv
from digit_model.model_output import parse_scores


@dataclass(frozen=True, kw_only=True)
class EndpointOutput:
    """Output of an endpoint: its media type and its body."""

    content_type: str
    body: bytes


class Endpoint(Protocol):
    """A deployed model that scores rows of pixels."""

    def invoke(self, csv: bytes, *, correlation_id: str = "") -> EndpointOutput:
        """Score the rows of a CSV body (784 integers a line); the id goes along into the endpoint's own records.

        Raises
        ------
        gateway.problems.ProblemError
            If the endpoint is not there, throttles, fails or does not answer in time.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """The digit a row shows most likely, and the probabilities of the digits 0 to 9 (they sum to 1).

    `unsure` says that it may well be another digit, or none: its probability is below a threshold of the model, or its
    shape is further from the digits of its class than another.
    """

    digit: int
    probabilities: tuple[float, ...]
    unsure: bool = False


def classify(
    rows: Sequence[bytes],
    endpoint: Endpoint,
    *,
    canonical_form: int,
    calibration: Calibration,
    correlation_id: str = "",
) -> list[Prediction]:
    """Predict the digit of every row.

    Parameters
    ----------
    rows
        784 pixels 0..255 each, row-major, 0 is background.
    endpoint
        The model.
    canonical_form
        Version of the form that the model knows, as its manifest names it; the rows are brought into it.
    calibration
        What makes the model's scores honest probabilities, as its manifest has it.
    correlation_id
        Id of the user action that caused the request.

    Returns
    -------
    list of Prediction
        One for each row, in their order. Between equal probabilities the smaller digit wins.

    Raises
    ------
    gateway.problems.ProblemError
        If the endpoint fails or its output is not ten probabilities a row.
    """
    output = endpoint.invoke(to_csv(_in_form(rows, canonical_form)), correlation_id=correlation_id)
    scores = parse_scores(output.content_type, output.body, len(rows))
    digits = [row.index(max(row)) for row in scores]
    far = _distances(rows, digits) if calibration.unlike_above is not None else [0.0] * len(rows)
    honest = [calibration.honest(row) for row in scores]
    return [
        Prediction(digit=digit, probabilities=chances, unsure=calibration.unsure(max(chances), distance))
        for digit, chances, distance in zip(digits, honest, far, strict=True)
    ]


def _distances(rows: Sequence[bytes], digits: Sequence[int]) -> Sequence[float]:
    from likeness.distance import distances  # numpy, which a model that allows any distance does not need

    return list(map(float, distances(rows, digits)))


def _in_form(rows: Sequence[bytes], version: int) -> Sequence[bytes]:
    if version == RAW_FORM:
        return rows
    from contract.canonical import canonical_rows  # numpy, which a model of the raw form does not need

    return canonical_rows(rows, version)
