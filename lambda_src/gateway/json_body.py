"""A JSON body, read strictly, and what is said of values in it. Pure."""

from __future__ import annotations

import json
from typing import Any

from contract.json_text import JsonTextError, read_json
from gateway.problems import INVALID_JSON, ProblemError

_SHOWN_CHARACTERS = 40


def parse_json(body: bytes) -> Any:
    """Read JSON text strictly, as `contract.json_text` does.

    Raises
    ------
    ProblemError
        `invalid-json`, with the place or the reason.
    """
    try:
        return read_json(body)
    except JsonTextError as error:
        raise ProblemError(INVALID_JSON, str(error)) from error


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
