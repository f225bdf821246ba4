"""The values of a pipeline's parameters in one execution: defaults, and what StartPipelineExecution gives, as texts."""

from __future__ import annotations

from collections.abc import Callable

from sagemaker_local.sagemaker.errors import ServiceError, validation
from sagemaker_local.sagemaker.pipelines.definition import Parameter

Value = str | int | float | bool


def values_of(parameters: dict[str, Parameter], given: dict[str, str]) -> dict[str, Value]:
    """The value of every parameter.

    Raises
    ------
    ServiceError
        `ValidationException` when one is unknown, missing, of the wrong type, or not one of those allowed.
    """
    if unknown := sorted(given.keys() - parameters.keys()):
        raise validation(f"Pipeline parameters {unknown} do not exist; the pipeline has {sorted(parameters)}.")
    missing = [name for name, known in parameters.items() if known.default is None and name not in given]
    if missing:
        raise validation(f"Missing required pipeline parameters {missing}: they have no default value.")
    values = {}
    for name, parameter in parameters.items():
        default = parameter.default
        values[name] = read(parameter, given[name]) if name in given or default is None else default
    return values


def read(parameter: Parameter, text: str) -> Value:
    """A value that was given as a text.

    Raises
    ------
    ServiceError
        `ValidationException` when it is not of the parameter's type, or not one of those allowed.
    """
    if parameter.allowed and text not in parameter.allowed:
        raise _wrong(parameter, text, f"one of {', '.join(parameter.allowed)}")
    try:
        return READERS[parameter.kind](text)
    except (ValueError, KeyError) as error:
        raise _wrong(parameter, text, f"of type {parameter.kind}") from error


def _wrong(parameter: Parameter, text: str, what: str) -> ServiceError:
    return validation(f"Pipeline parameter {parameter.name} must be {what}; got {text!r}.")


READERS: dict[str, Callable[[str], Value]] = {
    "String": str,
    "Integer": int,
    "Float": float,
    "Boolean": lambda text: {"true": True, "false": False}[text.lower()],
}
