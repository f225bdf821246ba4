"""The endpoint's answer: both formats are read, and nothing in it is taken on trust."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.calibration import Calibration
from contract.digit import PIXELS
from digit_model.classify import classify
from digit_model.model_output import parse_scores
from gateway.problems import ProblemError
from tests.support.fakes import CannedEndpoint, FakeEndpoint, sure_of

SEVEN, TWO = sure_of(7), sure_of(2)


def as_json(*rows: object) -> bytes:
    return json.dumps({"predictions": [{"score": row} for row in rows]}).encode()


def as_line(row: list[float]) -> str:
    return ",".join(map(repr, row))


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", as_json(SEVEN, TWO)),
        ("Application/JSON; charset=utf-8", as_json(SEVEN, TWO)),
        ("text/csv; charset=utf-8", f"{as_line(SEVEN)}\n{as_line(TWO)}\n".encode()),
        ("text/csv", f"{as_line(SEVEN)},{as_line(TWO)}".encode()),
    ],
)
def test_reads_every_format_of_the_container(content_type: str, body: bytes) -> None:
    assert parse_scores(content_type, body, 2) == [tuple(SEVEN), tuple(TWO)]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b""),
        ("application/json", b"{}"),
        ("application/json", b'{"predictions": [{"score": 7.0}]}'),  # a model of objective multi:softmax
        ("application/json", as_json(SEVEN[:9])),
        ("application/json", as_json([*SEVEN, 0.0])),
        ("application/json", as_json([True] + [False] * 9)),
        ("application/json", as_json([str(value) for value in SEVEN])),
        ("application/json", b'{"predictions": [{"score": [NaN,0,0,0,0,0,0,0,0,1]}]}'),
        ("application/json", as_json([value / 2 for value in SEVEN])),
        ("application/json", as_json([2.0, -1.0] + [0.0] * 8)),
        ("application/json", as_json(SEVEN, TWO)),
        ("application/json", as_json()),
        ("text/csv", b"7.0\n"),
        ("text/csv", b""),
        ("text/csv", b"nan,0,0,0,0,0,0,0,0,1\n"),
        ("text/csv", as_line(SEVEN).encode()[:-9]),
        ("text/html", b"<html>502</html>"),
        ("", b"\xff\xfe"),
    ],
)
def test_refuses_an_answer_that_is_not_ten_probabilities_a_row(content_type: str, body: bytes) -> None:
    with pytest.raises(ProblemError) as caught:
        parse_scores(content_type, body, 1)
    assert caught.value.problem.slug == "bad-model-output"
    assert caught.value.detail == "the model's output cannot be used"


@given(st.sampled_from(["application/json", "text/csv"]), st.binary(), st.integers(1, 3))
def test_any_answer_ends_in_scores_or_in_a_problem(content_type: str, body: bytes, rows: int) -> None:
    try:
        scores = parse_scores(content_type, body, rows)
    except ProblemError as error:
        slug = error.problem.slug
    else:
        slug = "bad-model-output" if len(scores) == rows else "too few rows"
    assert slug == "bad-model-output"


def test_every_row_gets_its_own_digit() -> None:
    endpoint = FakeEndpoint()
    rows = [bytes([digit] + [0] * (PIXELS - 1)) for digit in range(10)]
    predictions = classify(rows, endpoint, canonical_form=0, calibration=Calibration())
    assert [prediction.digit for prediction in predictions] == list(range(10))
    assert predictions[3].probabilities == tuple(sure_of(3))
    assert len(endpoint.received) == 1


def test_between_equal_probabilities_the_smaller_digit_wins() -> None:
    endpoint = CannedEndpoint("application/json", as_json([0.1] * 10))
    assert classify([bytes(PIXELS)], endpoint, canonical_form=0, calibration=Calibration())[0].digit == 0
