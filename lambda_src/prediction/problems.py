"""What can be wrong with rows of pixels; rows of the table of problems (RFC 9457)."""

from __future__ import annotations

from contract.digit import PIXEL_MAX, PIXELS, SIDE
from gateway.problems import ProblemType

ROWS_MIN = 1
ROWS_MAX = 1000
"""Rows of one request. 1,000 rows are 3.2 MB as CSV, under the 4 MB a serverless endpoint takes."""

WRONG_STRUCTURE = ProblemType(
    slug="wrong-structure",
    status=422,
    title="the JSON does not have the required structure",
    remedy=f'send {{"instances": [[{PIXELS} integers], ...]}} and no other member',
)
WRONG_ROW_COUNT = ProblemType(
    slug="wrong-row-count",
    status=422,
    title="the request has no rows or too many",
    remedy=f"send {ROWS_MIN} to {ROWS_MAX} rows; split a longer list over several requests",
)
WRONG_LENGTH = ProblemType(
    slug="wrong-length",
    status=422,
    title=f"a row does not have {PIXELS} values",
    remedy=f"send {SIDE} x {SIDE} pixels row by row, without the label",
)
WRONG_VALUE = ProblemType(
    slug="wrong-value",
    status=422,
    title=f"a value is not an integer from 0 to {PIXEL_MAX}",
    remedy=f"send raw grey values as JSON integers, 0 for background, {PIXEL_MAX} for ink; undo any scaling to 0..1",
)
