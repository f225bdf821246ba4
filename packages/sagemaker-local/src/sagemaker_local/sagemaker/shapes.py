"""Checks requests against the service's own description, as botocore carries it, and words the errors as AWS does.

Required members, enums, patterns, lengths and ranges come from `service-2.json`; no list of them is kept here. Members
that the description does not know are ignored, which is what the service does.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from botocore.loaders import create_loader
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape

from sagemaker_local.sagemaker.errors import ServiceError, validation

Json: TypeAlias = dict[str, Any]

_NUMBERS = ("integer", "long", "float", "double")
_KINDS = {dict: "START_OBJECT", list: "START_ARRAY", str: "STRING_VALUE", bool: "TRUE_VALUE"}
_TARGETS = {"string": "a String", "boolean": "a Boolean", "structure": "an Object", "map": "a Map", "list": "a List"}


@functools.cache
def service_model(service: str) -> ServiceModel:
    """The description of `sagemaker` or `sagemaker-runtime`; the first call reads 3 MB."""
    return ServiceModel(create_loader().load_service_model(service, "service-2"), service)


def operation_model(name: str, service: str = "sagemaker") -> OperationModel:
    """The description of one operation, of the control plane unless another service is named."""
    return service_model(service).operation_model(name)


def check_input(operation: str, document: Any, service: str = "sagemaker") -> Json:
    """The request, if it is well formed.

    Raises
    ------
    ServiceError
        `SerializationException` for a wrong JSON type, `ValidationException` that lists every broken constraint.
    """
    shape = operation_model(operation, service).input_shape
    if shape is None or not isinstance(document, dict):
        raise ServiceError("SerializationException", "Start of structure or map found where not expected.")
    problems = list(_problems(shape, document, ""))
    if problems:
        plural = "s" if len(problems) > 1 else ""
        msg = f"{len(problems)} validation error{plural} detected: {'; '.join(problems)}"
        raise validation(msg)
    return document


def _problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """Every broken constraint below `value`, in the words of the service."""
    _check_type(shape, value)
    if isinstance(shape, StructureShape):
        yield from _structure_problems(shape, value, path)
    elif isinstance(shape, ListShape):
        yield from _size_problems(shape, value, len(value), path)
        for index, item in enumerate(value, start=1):
            yield from _problems(shape.member, item, f"{path}.{index}.member")
    elif isinstance(shape, MapShape):
        yield from _size_problems(shape, value, len(value), path)
        for key, item in value.items():
            for problem in _scalar_problems(shape.key, key, path):
                yield _wrong(value, path, f"Map keys must satisfy constraint: [{problem.partition('constraint: ')[2]}]")
            yield from _problems(shape.value, item, f"{path}.{key}.member")
    else:
        yield from _scalar_problems(shape, value, path)


def _structure_problems(shape: StructureShape, value: Json, path: str) -> Iterator[str]:
    for name, member in shape.members.items():
        inner = f"{path}.{_camel(name)}" if path else _camel(name)
        if value.get(name) is not None:
            yield from _problems(member, value[name], inner)
        elif name in shape.required_members:
            yield f"Value null at '{inner}' failed to satisfy constraint: Member must not be null"


def _scalar_problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if shape.type_name == "string":
        allowed = getattr(shape, "enum", [])
        if allowed and value not in allowed:
            yield _wrong(value, path, f"Member must satisfy enum value set: [{', '.join(allowed)}]")
        yield from _size_problems(shape, value, len(value), path)
        pattern = shape.metadata.get("pattern")
        if pattern and not _expression(pattern).fullmatch(value):
            yield _wrong(value, path, f"Member must satisfy regular expression pattern: {pattern}")
    elif shape.type_name in _NUMBERS:
        low, high = shape.metadata.get("min"), shape.metadata.get("max")
        if low is not None and value < low:
            yield _wrong(value, path, f"Member must have value greater than or equal to {low}")
        if high is not None and value > high:
            yield _wrong(value, path, f"Member must have value less than or equal to {high}")


def _size_problems(shape: Shape, value: Any, size: int, path: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low:
        yield _wrong(value, path, f"Member must have length greater than or equal to {low}")
    if high is not None and size > high:
        yield _wrong(value, path, f"Member must have length less than or equal to {high}")


def _check_type(shape: Shape, value: Any) -> None:
    """Raise the service's SerializationException when JSON carries another type than the description asks for."""
    kind = shape.type_name
    expected: tuple[type, ...] = {
        "string": (str,),
        "boolean": (bool,),
        "structure": (dict,),
        "map": (dict,),
        "list": (list,),
    }.get(kind, (int, float))
    if not isinstance(value, expected) or (isinstance(value, bool) and kind != "boolean"):
        got = _KINDS.get(type(value), "NUMBER_VALUE")
        raise ServiceError("SerializationException", f"{got} can not be converted to {_TARGETS.get(kind, 'a Number')}")


def _wrong(value: Any, path: str, constraint: str) -> str:
    return f"Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]


@functools.cache
def _expression(pattern: str) -> re.Pattern[str]:
    """A Java expression of the description for Python; one that Python cannot read constrains nothing."""
    for java, python in ((r"\p{L}", r"\w"), (r"\p{N}", r"\d"), (r"\p{Z}", r"\s"), (r"\p{M}", r"\w")):
        pattern = pattern.replace(java, python)
    try:
        return re.compile(pattern, re.DOTALL)
    except re.error:
        return re.compile(".*", re.DOTALL)


def coerce(shape: Shape, value: Any) -> Any:
    """The value with CloudFormation's strings turned into the numbers and booleans that the description asks for."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return {k: coerce(shape.members[k], v) if k in shape.members else v for k, v in value.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [coerce(shape.member, item) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {k: coerce(shape.value, v) for k, v in value.items()}
    if shape.type_name == "boolean" and isinstance(value, str):
        return value.lower() == "true"
    if shape.type_name in _NUMBERS and isinstance(value, str):
        return float(value) if shape.type_name in ("float", "double") else int(value)
    if shape.type_name == "string" and isinstance(value, int | float):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return value
