"""Reads the JSON text of a pipeline definition, and says in one sentence what is wrong with it.

The beginnings of the sentences are the service's as far as users have reported them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sagemaker_local.json_text import read_json
from sagemaker_local.sagemaker.pipelines import argument_shapes, cache, condition_syntax, expression_syntax, graph
from sagemaker_local.sagemaker.pipelines.definition import (
    CONDITION,
    FAIL,
    KINDS,
    Definition,
    PropertyFile,
    RetryPolicy,
    Step,
)
from sagemaker_local.sagemaker.pipelines.json_values import as_list, as_object, as_texts, check_members, wrong
from sagemaker_local.sagemaker.pipelines.parameter_parsing import read_parameters
from sagemaker_local.sagemaker.shapes import Json

VERSION = "2020-12-01"
_MEMBERS = ("Version", "Metadata", "Parameters", "PipelineExperimentConfig", "MlflowConfig", "Steps")
_STEP_MEMBERS = {
    "Name",
    "Type",
    "Arguments",
    "DependsOn",
    "DisplayName",
    "Description",
    "RetryPolicies",
    "CacheConfig",
    "PropertyFiles",
}
_STEP_NAME = re.compile(r"[A-Za-z0-9\-_]{1,64}")
# The limit of https://docs.aws.amazon.com/general/latest/gr/sagemaker.html for one pipeline.
_MOST_STEPS = 50
RETRIED = (
    "Step.SERVICE_FAULT",
    "Step.THROTTLING",
    "SageMaker.JOB_INTERNAL_ERROR",
    "SageMaker.CAPACITY_ERROR",
    "SageMaker.RESOURCE_LIMIT",
)


def parse(text: str) -> Definition:
    """The definition in a JSON text.

    Raises
    ------
    ServiceError
        `ValidationException` with a sentence on the first thing that is wrong.
    """
    document = as_object(_json(text))
    check_members(document, _MEMBERS)
    if document.get("Version") != VERSION:
        raise wrong(f"Version must be '{VERSION}'; got {document.get('Version')!r}.")
    parameters = read_parameters(as_list(document.get("Parameters", [])))
    steps = _unique(list(_steps(as_list(document.get("Steps", [])), None)))
    if not 1 <= len(steps) <= _MOST_STEPS:
        raise wrong(f"A pipeline must have 1 to {_MOST_STEPS} steps; got {len(steps)}.")
    definition = Definition(parameters=parameters, steps=steps)
    if problem := graph.problem(definition):
        raise wrong(problem)
    return definition


def _json(text: str) -> Any:
    try:
        return read_json(text)
    except ValueError as error:
        raise wrong(f"It is not JSON: {error}.") from error


# --- steps ------------------------------------------------------------------------------------------------------


def _steps(documents: list[Any], branch: tuple[str, bool] | None) -> Iterator[Step]:
    for document in documents:
        step = _step(as_object(document), branch)
        yield step
        if step.kind == CONDITION:
            for member, outcome in (("IfSteps", True), ("ElseSteps", False)):
                yield from _steps(as_list(document["Arguments"].get(member, [])), (step.name, outcome))


def _unique(steps: list[Step]) -> dict[str, Step]:
    found = {step.name: step for step in steps}
    if len(found) != len(steps):
        names = [step.name for step in steps]
        twice = next(name for name in names if names.count(name) > 1)
        raise wrong(f"Duplicate step name '{twice}'; step names must be unique, those below conditions too.")
    return found


def _step(document: Json, branch: tuple[str, bool] | None) -> Step:
    name, kind = document.get("Name"), document.get("Type")
    if not isinstance(name, str) or not _STEP_NAME.fullmatch(name):
        raise wrong(f"A step's Name must be 1 to 64 letters, digits, '-' or '_'; got {name!r}.")
    if kind not in (*KINDS, CONDITION, FAIL):
        allowed = ", ".join((*KINDS, CONDITION, FAIL))
        raise wrong(f"Step '{name}' has the type {kind!r}; this emulator runs {allowed}.")
    check_members(document, _STEP_MEMBERS)
    arguments = as_object(document.get("Arguments"))
    _check_arguments(name, kind, arguments)
    return Step(
        name=name,
        kind=kind,
        arguments={"Conditions": arguments["Conditions"]} if kind == CONDITION else arguments,
        depends_on=frozenset(as_texts(document.get("DependsOn", []), f"DependsOn of step '{name}'")),
        branch=branch,
        display_name=document.get("DisplayName"),
        description=document.get("Description"),
        property_files=_property_files(name, as_list(document.get("PropertyFiles", [])), arguments),
        cache_seconds=_cache_seconds(name, as_object(document.get("CacheConfig", {}))),
        retries=tuple(_retry(name, as_object(policy)) for policy in as_list(document.get("RetryPolicies", []))),
    )


def _check_arguments(name: str, kind: str, arguments: Json) -> None:
    own = {key: value for key, value in arguments.items() if key not in ("IfSteps", "ElseSteps")}
    if problem := expression_syntax.problem(own):
        raise wrong(f"Step '{name}': {problem}")
    if kind == FAIL:
        if set(arguments) != {"ErrorMessage"}:
            raise wrong(f"Arguments of Fail step '{name}' must have ErrorMessage, and nothing else.")
        return
    if kind == CONDITION:
        check_members(arguments, ("Conditions", "IfSteps", "ElseSteps"))
        if problem := condition_syntax.problem(as_list(arguments.get("Conditions"))):
            raise wrong(f"Condition step '{name}': {problem}")
        return
    if problem := argument_shapes.problem(KINDS[kind], arguments):
        raise wrong(problem)


def _property_files(step: str, documents: list[Any], arguments: Json) -> dict[str, PropertyFile]:
    found = {}
    written = arguments.get("ProcessingOutputConfig", {}).get("Outputs", [])
    outputs = [output.get("OutputName") for output in written]
    for document in documents:
        keys = ("PropertyFileName", "OutputName", "FilePath")
        if not isinstance(document, dict) or set(document) != set(keys):
            raise wrong(f"A property file of step '{step}' must have {', '.join(keys)}; got {document!r}.")
        name, output, path = as_texts([document[key] for key in keys], f"Members of a property file of step '{step}'")
        if output not in outputs:
            raise wrong(f"Property file '{name}' is in output '{output}', which step '{step}' does not have.")
        found[name] = PropertyFile(output=output, path=path)
    return found


def _cache_seconds(step: str, document: Json) -> int | None:
    check_members(document, ("Enabled", "ExpireAfter"))
    if not document.get("Enabled"):
        return None
    seconds = cache.seconds_of(str(document.get("ExpireAfter", "")))
    if seconds is None:
        got = document.get("ExpireAfter")
        raise wrong(
            f"CacheConfig of step '{step}' needs ExpireAfter, a duration of ISO 8601 such as P30D; got {got!r}."
        )
    return seconds


def _retry(step: str, document: Json) -> RetryPolicy:
    check_members(document, ("ExceptionType", "IntervalSeconds", "BackoffRate", "MaxAttempts", "ExpireAfterMin"))
    kinds = document.get("ExceptionType", [])
    kinds = [kinds] if isinstance(kinds, str) else as_texts(kinds, f"ExceptionType of step '{step}'")
    if not kinds or set(kinds) - set(RETRIED):
        raise wrong(f"ExceptionType of a retry policy of step '{step}' must be of {', '.join(RETRIED)}; got {kinds}.")
    if ("MaxAttempts" in document) == ("ExpireAfterMin" in document):
        raise wrong(f"A retry policy of step '{step}' must have either MaxAttempts or ExpireAfterMin.")
    for key in ("IntervalSeconds", "BackoffRate", "MaxAttempts", "ExpireAfterMin"):
        value = document.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise wrong(f"{key} of a retry policy of step '{step}' must be a number of 0 or more; got {value!r}.")
    return RetryPolicy(
        exceptions=frozenset(kinds),
        interval_seconds=float(document.get("IntervalSeconds", 1)),
        backoff_rate=float(document.get("BackoffRate", 2.0)),
        max_attempts=document.get("MaxAttempts"),
        expire_after_minutes=document.get("ExpireAfterMin"),
    )
