"""Reads the `Parameters` of a pipeline definition."""

from __future__ import annotations

import re
from typing import Any

from sagemaker_local.sagemaker.pipelines.definition import Parameter
from sagemaker_local.sagemaker.pipelines.json_values import as_object, as_texts, check_members, wrong
from sagemaker_local.sagemaker.pipelines.parameters import READERS
from sagemaker_local.sagemaker.shapes import Json

_TYPES = {"String": str, "Integer": int, "Float": int | float, "Boolean": bool}
# The limit of https://docs.aws.amazon.com/general/latest/gr/sagemaker.html for one pipeline.
_MOST_PARAMETERS = 200


def read_parameters(documents: list[Any]) -> dict[str, Parameter]:
    """The parameters, by name."""
    found: dict[str, Parameter] = {}
    for document in documents:
        parameter = _parameter(as_object(document))
        if parameter.name in found:
            raise wrong(f"Duplicate parameter name '{parameter.name}'.")
        found[parameter.name] = parameter
    if len(found) > _MOST_PARAMETERS:
        raise wrong(f"A pipeline may have {_MOST_PARAMETERS} parameters; got {len(found)}.")
    return found


def _parameter(document: Json) -> Parameter:
    check_members(document, ("Name", "Type", "DefaultValue", "EnumValues", "Description"))
    name, kind, default = document.get("Name"), document.get("Type", "String"), document.get("DefaultValue")
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9\-_]{1,256}", name):
        raise wrong(f"A parameter's Name must be 1 to 256 letters, digits, '-' or '_'; got {name!r}.")
    if kind not in tuple(READERS):
        raise wrong(f"Parameter '{name}' must have a Type of {', '.join(READERS)}; got {kind!r}.")
    is_typed = isinstance(default, _TYPES[kind]) and (kind == "Boolean" or not isinstance(default, bool))
    if default is not None and not is_typed:
        raise wrong(f"DefaultValue of parameter '{name}' must be of type {kind}; got {default!r}.")
    allowed = tuple(as_texts(document.get("EnumValues", []), f"EnumValues of parameter '{name}'"))
    if allowed and kind != "String":
        raise wrong(f"EnumValues need a parameter of type String; '{name}' is of type {kind}.")
    if allowed and default is not None and default not in allowed:
        raise wrong(f"DefaultValue of parameter '{name}' must be one of {', '.join(allowed)}; got {default!r}.")
    return Parameter(name=name, kind=kind, default=default, allowed=allowed)
