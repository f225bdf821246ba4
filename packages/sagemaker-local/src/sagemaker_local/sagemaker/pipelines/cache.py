"""Step caching: a step whose arguments are those of an earlier success takes over what that one made.

Only the attributes that the service compares count; where outputs go is none of them. Sources:
https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching.html and .../pipelines-default-keys.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from sagemaker_local.sagemaker.pipelines.definition import Step
from sagemaker_local.sagemaker.pipelines.records import Execution, StepRun, StepStatus
from sagemaker_local.sagemaker.shapes import Json

COMPARED: dict[str, tuple[str, ...]] = {
    "Training": (
        "AlgorithmSpecification",
        "CheckpointConfig",
        "DebugHookConfig",
        "DebugRuleConfigurations",
        "Environment",
        "HyperParameters",
        "InputDataConfig",
    ),
    "Processing": ("AppSpecification", "Environment", "ProcessingInputs"),
    "Tuning": ("HyperParameterTuningJobConfig", "TrainingJobDefinition", "TrainingJobDefinitions"),
}
_COMPARED_OF_DEFINITION = (
    "AlgorithmSpecification",
    "HyperParameterRanges",
    "InputDataConfig",
    "StaticHyperParameters",
    "TuningObjective",
)
_DURATION = re.compile(
    r"P(?!$)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.IGNORECASE
)
# A year counts as 365 days here, a month as 30.
_SECONDS = (365 * 86_400, 30 * 86_400, 7 * 86_400, 86_400, 3_600, 60, 1)


def seconds_of(duration: str) -> int | None:
    """Length of an ISO 8601 duration such as `P30D` or `PT1H`; `None` if it is none."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        return None
    return sum(int(number) * unit for number, unit in zip(match.groups(), _SECONDS, strict=True) if number)


def fingerprint(step: Step, arguments: Json) -> str:
    """What two runs of a step must have in common, from its resolved arguments."""
    compared = {key: arguments[key] for key in COMPARED.get(step.kind, ()) if key in arguments}
    if "TrainingJobDefinition" in compared:
        whole = compared["TrainingJobDefinition"]
        compared["TrainingJobDefinition"] = {key: whole[key] for key in _COMPARED_OF_DEFINITION if key in whole}
    return json.dumps([step.kind, compared], sort_keys=True)


def earlier_success(run: StepRun, executions: Iterable[Execution], now: float) -> tuple[Execution, StepRun] | None:
    """The newest run of the same step with the same fingerprint that succeeded and is young enough.

    Parameters
    ----------
    run
        The run that begins; its fingerprint is known.
    executions
        The executions of the same pipeline.
    now
        The time in seconds since the epoch.
    """
    youngest = now - (run.step.cache_seconds or 0)
    found = [
        (execution, other)
        for execution in executions
        if (other := execution.runs.get(run.step.name)) is not None
        and other is not run
        and other.status is StepStatus.SUCCEEDED
        and other.fingerprint == run.fingerprint
        and other.cache_source is None
        and (other.ended or 0.0) >= youngest
    ]
    return max(found, key=lambda pair: pair[1].ended or 0.0, default=None)
