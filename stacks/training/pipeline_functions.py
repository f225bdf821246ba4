"""What a pipeline's definition can say instead of a value: a look-up, a joined text, a value of a step's JSON file."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def get(path: str) -> Json:
    """A parameter, a fact of the execution, or a field of a step's description."""
    return {"Get": path}


def join(separator: str, *values: Any) -> Json:
    """Values as one text; numbers are written as text."""
    return {"Std:Join": {"On": separator, "Values": list(values)}}


def as_text(value: Any) -> Json:
    """A value that may be a number, as text."""
    return join("", value)


def json_get(step: str, property_file: str, path: str) -> Json:
    """The value at `path` of a JSON file that a processing step wrote."""
    return {"Std:JsonGet": {"PropertyFile": get(f"Steps.{step}.PropertyFiles.{property_file}"), "Path": path}}
