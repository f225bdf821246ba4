"""Rows of pixels from a JSON body, and back out as CSV: the strict half of the API's input. Pure, standard library.

Only JSON integers pass: 7.0 is refused with 0.7, because values with a point are nearly always pixels scaled to 0..1,
which the model would answer wrongly and without a word.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from contract.digit import PIXEL_MAX, PIXELS
from gateway.limits import ROWS_MAX, ROWS_MIN
from gateway.problems import (
    INVALID_JSON,
    WRONG_LENGTH,
    WRONG_ROW_COUNT,
    WRONG_STRUCTURE,
    WRONG_VALUE,
    ProblemError,
)

MEMBER = "instances"

_SHOWN_CHARACTERS = 40
_DECIMAL = tuple(str(value) for value in range(PIXEL_MAX + 1))


def parse_rows(body: bytes) -> list[bytes]:
    """Read `{"instances": [[784 integers 0..255], ...]}`.

    Parameters
    ----------
    body
        JSON text in UTF-8.

    Returns
    -------
    list of bytes
        1 to 1000 rows of 784 pixels each, row-major, 0 is background.

    Raises
    ------
    ProblemError
        If it is not JSON, has another structure, another number of rows or values, or a value that is not allowed.
    """
    document = parse_json(body)
    if not isinstance(document, dict):
        raise ProblemError(WRONG_STRUCTURE, f"the body is {_kind(document)}; an object with {MEMBER!r} is needed")
    unknown = sorted(document.keys() - {MEMBER})
    if unknown:
        raise ProblemError(WRONG_STRUCTURE, f"unknown member {_shown(unknown[0])}; the only member is {MEMBER!r}")
    if MEMBER not in document:
        raise ProblemError(WRONG_STRUCTURE, f"the member {MEMBER!r} is missing")
    rows = document[MEMBER]
    if not isinstance(rows, list):
        raise ProblemError(WRONG_STRUCTURE, f"{MEMBER!r} is {_kind(rows)}; a list of rows is needed")
    if not ROWS_MIN <= len(rows) <= ROWS_MAX:
        raise ProblemError(WRONG_ROW_COUNT, f"{MEMBER!r} has {len(rows)} rows; {ROWS_MIN} to {ROWS_MAX} are allowed")
    return [_parse_row(index, row) for index, row in enumerate(rows)]


def to_csv(rows: Iterable[bytes]) -> bytes:
    """Write rows as `text/csv`: one line a row, decimal integers with commas, no header."""
    return b"\n".join(",".join(map(_DECIMAL.__getitem__, row)).encode("ascii") for row in rows)


def parse_json(body: bytes) -> Any:
    """Read JSON text strictly: UTF-8, no NaN, no member twice.

    Raises
    ------
    ProblemError
        `invalid-json`, with the place.
    """
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_no_repeats)
    except UnicodeDecodeError as error:
        raise ProblemError(INVALID_JSON, f"byte {error.start} is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise ProblemError(INVALID_JSON, f"{error.msg} at line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise ProblemError(INVALID_JSON, "the JSON is nested too deeply") from error
    except ValueError as error:  # a number of more digits than Python reads
        raise ProblemError(INVALID_JSON, "a number has too many digits") from error


def _no_constant(name: str) -> None:
    raise ProblemError(INVALID_JSON, f"{name} is not JSON")


def _no_repeats(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise ProblemError(INVALID_JSON, f"the member {_shown(repeated)} stands there more than once")
    return members


def _parse_row(index: int, row: object) -> bytes:
    if not isinstance(row, list):
        raise ProblemError(
            WRONG_STRUCTURE, f"row {index} is {_kind(row)}; a list of {PIXELS} integers is needed", {"row": index}
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
    position = next(place for place, value in enumerate(row) if not _is_pixel(value))
    return ProblemError(
        WRONG_VALUE,
        f"row {index}, position {position}: {_shown(row[position])} is not an integer from 0 to {PIXEL_MAX}",
        {"row": index, "position": position},
    )


def _is_pixel(value: object) -> bool:
    return type(value) is int and 0 <= value <= PIXEL_MAX


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


def _shown(value: object) -> str:
    try:
        text = json.dumps(value)
    except ValueError:  # an integer too long to print
        return "a number of thousands of digits"
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "..."
