"""The expressions of a pipeline definition: `Get`, `Std:Join`, `Std:JsonGet`. Pure functions.

Whoever resolves something with `Std:JsonGet` in it has read the files that `files_of` names before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sagemaker_local.sagemaker.pipelines.definition import PropertyFile
from sagemaker_local.sagemaker.shapes import Json

GET, JOIN, JSON_GET = "Get", "Std:Join", "Std:JsonGet"
_PROPERTY_FILE = re.compile(r"Steps\.([^.]+)\.PropertyFiles\.([^.]+)")
_TOKEN = re.compile(r"\.?(?:([^.\[\]']+)|\['([^']*)'\]|\[\"([^\"]*)\"\]|\[(\d+)\])")
# What an item of a list is called by, for references such as `Outputs['train']`.
_ITEM_NAMES = ("OutputName", "InputName", "MetricName", "ChannelName", "Name", "Key")


class ExpressionError(Exception):
    """Something that an expression refers to is not there."""


@dataclass(frozen=True, kw_only=True)
class Values:
    """What expressions refer to while an execution runs.

    Parameters
    ----------
    parameters
        Values of the pipeline's parameters.
    execution
        `PipelineName`, `PipelineExecutionId`, `StartDateTime`, ...
    steps
        The descriptions of what the steps made, by step.
    property_files
        The property files that steps declare, by step and name.
    files
        Parsed JSON files by their S3 address.
    """

    parameters: Mapping[str, object]
    execution: Mapping[str, str]
    steps: Mapping[str, Json]
    property_files: Mapping[tuple[str, str], PropertyFile] = field(default_factory=dict)
    files: Mapping[str, object] = field(default_factory=dict)


def is_expression(value: object) -> bool:
    """Whether a value of a definition is an expression."""
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in (GET, JOIN, JSON_GET)


def gets(value: object) -> Iterator[str]:
    """Every reference in a part of a definition, at any depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == GET and len(value) == 1 and isinstance(inner, str):
                yield inner
            else:
                yield from gets(inner)
    elif isinstance(value, list):
        for item in value:
            yield from gets(item)


def resolve(value: object, values: Values) -> Any:
    """The value with every expression in it replaced by its value.

    Raises
    ------
    ExpressionError
        When a reference leads nowhere.
    """
    if isinstance(value, list):
        return [resolve(item, values) for item in value]
    if not isinstance(value, dict):
        return value
    if not is_expression(value):
        return {key: resolve(inner, values) for key, inner in value.items()}
    if GET in value:
        return _get(value[GET], values)
    if JOIN in value:
        parts = [text_of(resolve(item, values)) for item in value[JOIN].get("Values", [])]
        return str(value[JOIN].get("On", "")).join(parts)
    return _json_get(value[JSON_GET], values)


def files_of(value: object, values: Values) -> Iterator[str]:
    """The S3 addresses of the files that must be read before a value can be resolved."""
    if isinstance(value, list):
        for item in value:
            yield from files_of(item, values)
    elif isinstance(value, dict):
        if is_expression(value) and JSON_GET in value:
            yield _address(value[JSON_GET], values)
        else:
            for inner in value.values():
                yield from files_of(inner, values)


def text_of(value: object) -> str:
    """A value as `Std:Join` writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def walk(document: object, path: str) -> Any:
    """What lies at a path such as `Outputs['train'].S3Output.S3Uri` or `metrics.accuracy.value`.

    Raises
    ------
    ExpressionError
        When there is nothing, or the path cannot be read.
    """
    position, found = 0, document
    while position < len(path):
        token = _TOKEN.match(path, position)
        if token is None:
            raise ExpressionError(f"the path {path!r} cannot be read from character {position + 1} on")
        position = token.end()
        found = _item(found, token, path)
    return found


def _item(found: object, token: re.Match[str], path: str) -> object:
    number, key = token[4], token[1] or token[2] or token[3]
    if number is not None and isinstance(found, list) and int(number) < len(found):
        return found[int(number)]
    if number is None and isinstance(found, dict) and key in found:
        return found[key]
    if number is None and isinstance(found, list):
        for item in found:
            if isinstance(item, dict) and key in (item.get(name) for name in _ITEM_NAMES):
                return item
    raise ExpressionError(f"there is nothing at {path!r}: {token[0]!r} was not found")


def _get(reference: str, values: Values) -> object:
    kind, _, rest = reference.partition(".")
    if kind == "Parameters":
        if rest not in values.parameters:
            raise ExpressionError(f"the pipeline has no parameter {rest!r}")
        return values.parameters[rest]
    if kind == "Execution":
        if rest not in values.execution:
            raise ExpressionError(f"an execution has no {rest!r}; it has {', '.join(values.execution)}")
        return values.execution[rest]
    step, _, path = rest.partition(".")
    if step not in values.steps:
        raise ExpressionError(f"step {step!r} has made nothing yet that {reference!r} could refer to")
    return walk(values.steps[step], path)


def _json_get(expression: Json, values: Values) -> object:
    address = _address(expression, values)
    try:
        return walk(values.files[address], expression["Path"])
    except ExpressionError as error:
        raise ExpressionError(f"{address}: {error}") from error


def _address(expression: Json, values: Values) -> str:
    """Where the file of a `Std:JsonGet` lies."""
    if "S3Uri" in expression:
        return str(resolve(expression["S3Uri"], values))
    reference = expression["PropertyFile"][GET]
    match = _PROPERTY_FILE.fullmatch(reference)
    if match is None or (match[1], match[2]) not in values.property_files:
        raise ExpressionError(f"{reference!r} is not a property file; write Steps.STEP.PropertyFiles.NAME")
    file = values.property_files[match[1], match[2]]
    output = walk(values.steps.get(match[1], {}), f"ProcessingOutputConfig.Outputs['{file.output}'].S3Output.S3Uri")
    return f"{str(output).rstrip('/')}/{file.path}"
