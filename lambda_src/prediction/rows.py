"""Rows of pixels from a JSON body: the strict half of the API's input. Pure.

Only JSON integers pass: 7.0 is refused with 0.7, because values with a point are nearly always pixels scaled to 0..1,
for which the model's predictions would be silently wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

from contract.digit import PIXEL_MAX, PIXELS
from gateway.json_body import kind_of, parse_json, shown
from gateway.problems import ProblemError
from prediction.problems import ROWS_MAX, ROWS_MIN, WRONG_LENGTH, WRONG_ROW_COUNT, WRONG_STRUCTURE, WRONG_VALUE

MEMBER = "instances"


def parse_rows(body: bytes) -> list[bytes]:
    """Read `{"instances": [[784 integers 0..255], ...]}`.

    Parameters
    ----------
    body
        JSON text in UTF-8.

    Returns
    -------
    list of bytes
        `ROWS_MIN` to `ROWS_MAX` rows of 784 pixels each, row-major, 0 is background.

    Raises
    ------
    ProblemError
        If it is not JSON, has another structure, another number of rows or values, or a value that is not allowed.
    """
    document = parse_json(body)
    if not isinstance(document, dict):
        raise ProblemError(WRONG_STRUCTURE, f"the body is {kind_of(document)}; an object with {MEMBER!r} is needed")
    unknown = sorted(document.keys() - {MEMBER})
    if unknown:
        raise ProblemError(WRONG_STRUCTURE, f"unknown member {shown(unknown[0])}; the only member is {MEMBER!r}")
    if MEMBER not in document:
        raise ProblemError(WRONG_STRUCTURE, f"the member {MEMBER!r} is missing")
    rows = document[MEMBER]
    if not isinstance(rows, list):
        raise ProblemError(WRONG_STRUCTURE, f"{MEMBER!r} is {kind_of(rows)}; a list of rows is needed")
    if not ROWS_MIN <= len(rows) <= ROWS_MAX:
        raise ProblemError(WRONG_ROW_COUNT, f"{MEMBER!r} has {len(rows)} rows; {ROWS_MIN} to {ROWS_MAX} are allowed")
    return [_parse_row(index, row) for index, row in enumerate(rows)]


def _parse_row(index: int, row: object) -> bytes:
    if not isinstance(row, list):
        raise ProblemError(
            WRONG_STRUCTURE, f"row {index} is {kind_of(row)}; a list of {PIXELS} integers is needed", {"row": index}
        )
    if len(row) != PIXELS:
        raise ProblemError(
            WRONG_LENGTH, f"row {index} has {len(row)} values; exactly {PIXELS} are needed", {"row": index}
        )
    # bytes() checks type and range of all values at C speed, but takes booleans, so the set of types comes first.
    if set(map(type, row)) == {int}:
        try:
            return bytes(row)
        except (ValueError, OverflowError):
            pass
    raise _wrong_value(index, row)


def _wrong_value(index: int, row: Sequence[object]) -> ProblemError:
    position = next(position for position, value in enumerate(row) if not _is_pixel(value))
    return ProblemError(
        WRONG_VALUE,
        f"row {index}, position {position}: {shown(row[position])} is not an integer from 0 to {PIXEL_MAX}",
        {"row": index, "position": position},
    )


def _is_pixel(value: object) -> bool:
    return type(value) is int and 0 <= value <= PIXEL_MAX
