"""Rows from JSON: what passes, what is refused, and what the caller is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.digit import PIXEL_MAX, PIXELS
from digit_model.csv_rows import BODY_BYTES_MAX, to_csv
from gateway.problems import ProblemError
from prediction.problems import ROWS_MAX
from prediction.rows import parse_rows

BLANK = [0] * PIXELS


def body(instances: Any, **more: Any) -> bytes:
    return json.dumps({"instances": instances, **more}).encode()


def refusal(text: bytes | str) -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        parse_rows(text if isinstance(text, bytes) else text.encode())
    return caught.value


@given(st.lists(st.binary(min_size=PIXELS, max_size=PIXELS), min_size=1, max_size=3))
def test_pixels_come_through_json_and_csv_unchanged(rows: list[bytes]) -> None:
    assert parse_rows(body([list(row) for row in rows])) == rows
    lines = to_csv(rows).decode("ascii").split("\n")
    assert [bytes(int(cell) for cell in line.split(",")) for line in lines] == rows


@pytest.mark.parametrize(
    ("text", "slug", "detail"),
    [
        ("", "invalid-json", "Expecting value at line 1, column 1"),
        ('{"instances": [[1,2', "invalid-json", "line 1, column 20"),
        (b'{"instances": "\xff"}', "invalid-json", "byte 15 is not UTF-8"),
        ('{"instances": [[NaN]]}', "invalid-json", "NaN is not JSON"),
        ('{"instances": [[-Infinity]]}', "invalid-json", "-Infinity is not JSON"),
        ('{"instances": [], "instances": []}', "invalid-json", '"instances" occurs more than once'),
        ("[" * 100_000, "invalid-json", "nested too deeply"),
        ('{"instances": [[' + "9" * 5000 + "]]}", "invalid-json", "too many digits"),
        ("\ufeff{}", "invalid-json", "byte order mark"),
        ("[]", "wrong-structure", "the body is a list"),
        ("null", "wrong-structure", "the body is null"),
        ("{}", "wrong-structure", "'instances' is missing"),
        ('{"instances": 7}', "wrong-structure", "'instances' is a number"),
        ('{"instances": [], "parameters": {}}', "wrong-structure", 'unknown member "parameters"'),
        ('{"instances": ["\\ud800"]}', "wrong-structure", "row 0 is a string"),
        ('{"instances": []}', "wrong-row-count", "has 0 rows; 1 to 1000 are allowed"),
    ],
)
def test_refuses_what_is_no_prediction_request(text: bytes | str, slug: str, detail: str) -> None:
    problem = refusal(text)
    assert problem.problem.slug == slug
    assert detail in problem.detail


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "true"),
        (False, "false"),
        (7.0, "7.0"),
        (0.5, "0.5"),
        (-1, "-1"),
        (256, "256"),
        (10**30, "1" + "0" * 30),
        ("7", '"7"'),
        (None, "null"),
        ([7], "[7]"),
        ("\ud800" * 100, '"' + "\\ud800" * 6 + "\\ud..."),
    ],
)
def test_refuses_values_that_are_no_pixels_and_says_where(value: Any, shown: str) -> None:
    problem = refusal(body([BLANK, [*BLANK[:17], value, *BLANK[18:]]]))
    assert problem.problem.slug == "wrong-value"
    assert problem.detail == f"row 1, position 17: {shown} is not an integer from 0 to {PIXEL_MAX}"
    assert problem.members == {"row": 1, "position": 17}


@pytest.mark.parametrize("length", [0, 1, PIXELS - 1, PIXELS + 1, 2000])
def test_refuses_rows_of_another_length(length: int) -> None:
    problem = refusal(body([BLANK, [0] * length]))
    assert problem.problem.slug == "wrong-length"
    assert problem.detail == f"row 1 has {length} values; exactly {PIXELS} are needed"


def test_the_number_of_rows_ends_at_the_limit() -> None:
    assert len(parse_rows(body([BLANK] * ROWS_MAX))) == ROWS_MAX
    assert refusal(body([BLANK] * (ROWS_MAX + 1))).problem.slug == "wrong-row-count"


def test_the_largest_request_fits_in_a_serverless_endpoint() -> None:
    assert len(to_csv([bytes([PIXEL_MAX]) * PIXELS] * ROWS_MAX)) < BODY_BYTES_MAX
