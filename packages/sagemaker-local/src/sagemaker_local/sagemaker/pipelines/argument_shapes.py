"""Checks a step's `Arguments` against the request of the operation that the step calls, as botocore describes it.

Only names and the places of objects and arrays are checked, as in the service: values may be expressions, and what a
request lacks shows when the step runs.
"""

from __future__ import annotations

from botocore.model import ListShape, MapShape, Shape, StructureShape

from sagemaker_local.sagemaker.pipelines.definition import StepKind
from sagemaker_local.sagemaker.pipelines.expressions import is_expression
from sagemaker_local.sagemaker.shapes import Json, operation_model

# https://github.com/aws/sagemaker-python-sdk/pull/3472: the service numbers the versions of a group itself.
_REFUSED = {"CreateModelPackage": {"ModelPackageName", "ClientToken"}}


def problem(kind: StepKind, arguments: Json) -> str | None:
    """What is wrong with the arguments of a step, in a sentence of the service; `None` if nothing is."""
    shape = operation_model(kind.create).input_shape
    if shape is None:
        return None
    for member in arguments:
        if member in _REFUSED.get(kind.create, ()):
            return f"Unknown Argument member '{member}'."
    return _problem(shape, arguments)


def _problem(shape: Shape, value: object) -> str | None:
    if isinstance(shape, StructureShape):
        return _structure_problem(shape, value)
    if isinstance(shape, ListShape):
        if not isinstance(value, list):
            return "Expecting start of Json Array."
        return next((found for item in value if (found := _problem(shape.member, item))), None)
    if isinstance(shape, MapShape):
        if not isinstance(value, dict) or is_expression(value):
            return "Expecting start of Json Object."
        return next((found for item in value.values() if (found := _problem(shape.value, item))), None)
    if isinstance(value, dict | list) and not is_expression(value):
        return f"A {shape.type_name} or an expression (Get, Std:Join, Std:JsonGet) is expected; got {value!r}."
    return None


def _structure_problem(shape: StructureShape, value: object) -> str | None:
    if not isinstance(value, dict) or is_expression(value):
        return "Expecting start of Json Object."
    for name, inner in value.items():
        if name not in shape.members:
            return f"Unknown Argument member '{name}'."
        if found := _problem(shape.members[name], inner):
            return found
    return None
