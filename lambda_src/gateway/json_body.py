"""A JSON body, read strictly, and what is said of values in it. Pure, standard library."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from gateway.problems import INVALID_JSON, ProblemError

_SHOWN_CHARACTERS = 40


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


def kind_of(value: object) -> str:
    """Name the JSON type of a value, with its article: `an object`, `a list`, ..."""
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


def shown(value: object) -> str:
    """Write a value as JSON for an error text, cut after 40 characters."""
    try:
        text = json.dumps(value)
    except ValueError:  # an integer too long to print
        return "a number of thousands of digits"
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "..."


def _no_constant(name: str) -> None:
    raise ProblemError(INVALID_JSON, f"{name} is not JSON")


def _no_repeats(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise ProblemError(INVALID_JSON, f"the member {shown(repeated)} stands there more than once")
    return members
