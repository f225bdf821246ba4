"""Reads JSON that others wrote. Whatever is wrong with it is a `ValueError`: nesting without end and NaN are, too."""

from __future__ import annotations

import json
from typing import Any, NoReturn


def read_json(text: str | bytes) -> Any:
    """The value of a JSON text.

    Raises
    ------
    ValueError
        When it is no JSON of RFC 8259, is not UTF-8, or is nested more deeply than Python reads.
    """
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError as error:
        msg = "it is nested too deeply"
        raise ValueError(msg) from error


def _refuse(constant: str) -> NoReturn:
    msg = f"{constant} is not JSON"
    raise ValueError(msg)
