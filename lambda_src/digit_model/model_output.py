"""Parses the output of the built-in XGBoost container, and validates all of it. Pure.

Its JSON is `{"predictions": [{"score": [p0, ..., p9]}, ...]}`. Its CSV is one line of ten numbers for each row, or all
rows on one line. Source: encoders of https://github.com/aws/sagemaker-xgboost-container (3.2-0).
"""

from __future__ import annotations

import math

from contract.digit import CLASSES
from contract.json_text import read_json
from digit_model.problems import BAD_MODEL_OUTPUT
from gateway.problems import ProblemError

SUM_TOLERANCE = 1e-3
"""How far the ten probabilities of a row may be from 1 in sum: float32 arithmetic, printed."""


def parse_scores(content_type: str, body: bytes, rows: int) -> list[tuple[float, ...]]:
    """Read the probabilities of each row.

    Parameters
    ----------
    content_type
        Media type as the endpoint reports it; its parameters are ignored.
    body
        JSON or CSV.
    rows
        How many rows were sent.

    Returns
    -------
    list of tuple of float
        For each row ten probabilities in 0..1 that sum to 1.

    Raises
    ------
    ProblemError
        `bad-model-output` if anything about the output is not as described.
    """
    try:
        text = body.decode("utf-8")
        is_json = content_type.partition(";")[0].strip().lower() == "application/json"
        scores = _from_json(text) if is_json else _from_csv(text)
    except (ValueError, TypeError, KeyError) as error:
        message = f"cannot be read as {content_type!r}: {error!r}"
        raise _bad_output(message) from error
    if len(scores) != rows:
        message = f"has {len(scores)} rows instead of {rows}"
        raise _bad_output(message)
    for index, row in enumerate(scores):
        _check(index, row)
    return scores


def _from_json(text: str) -> list[tuple[float, ...]]:
    return [tuple(map(_number, item["score"])) for item in read_json(text)["predictions"]]


def _from_csv(text: str) -> list[tuple[float, ...]]:
    lines = [tuple(map(float, line.split(","))) for line in text.split("\n") if line.strip()]
    if len(lines) == 1:
        return [lines[0][start : start + CLASSES] for start in range(0, len(lines[0]), CLASSES)]
    return lines


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("not a number", value)
    return float(value)


def _check(index: int, row: tuple[float, ...]) -> None:
    if len(row) != CLASSES:
        message = f"has {len(row)} numbers in row {index} instead of {CLASSES}"
        raise _bad_output(message)
    if not all(math.isfinite(value) and -SUM_TOLERANCE <= value <= 1 + SUM_TOLERANCE for value in row):
        message = f"has a number in row {index} that is no probability: {row}"
        raise _bad_output(message)
    if abs(math.fsum(row) - 1) > SUM_TOLERANCE:
        message = f"has probabilities in row {index} that sum to {math.fsum(row)}"
        raise _bad_output(message)


def _bad_output(what: str) -> ProblemError:
    return ProblemError(BAD_MODEL_OUTPUT, "the model's output cannot be used", cause=f"the endpoint's answer {what}")
