"""What an execution gives the expressions of its steps, and the names of the jobs that they start."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from datetime import UTC, datetime

from sagemaker_local.sagemaker.pipelines.definition import Step, StepKind
from sagemaker_local.sagemaker.pipelines.expressions import Values, resolve, text_of
from sagemaker_local.sagemaker.pipelines.records import Execution, StepStatus

_RANDOM = string.ascii_letters + string.digits


def values_of(execution: Execution, now: float, job: str, files: Mapping[str, object]) -> Values:
    """The values that expressions of an execution refer to at a time.

    Parameters
    ----------
    execution
        The execution.
    now
        The time in seconds since the epoch.
    job
        Name of the job that is about to be made.
    files
        Parsed JSON files by their S3 address.
    """
    steps = execution.version.definition.steps.values()
    return Values(
        parameters=execution.parameters,
        execution={
            "PipelineName": execution.pipeline.name,
            "PipelineArn": execution.pipeline.arn,
            "PipelineExecutionId": execution.identifier,
            "PipelineExecutionArn": execution.arn,
            "StartDateTime": _iso(execution.created),
            "CurrentDateTime": _iso(now),
            "TrainingJobName": job,
            "ProcessingJobName": job,
        },
        steps={name: run.made for name, run in execution.runs.items() if run.status is StepStatus.SUCCEEDED},
        property_files={(step.name, name): file for step in steps for name, file in step.property_files.items()},
        files=files,
    )


def job_name(step: Step, kind: StepKind, values: Values) -> str:
    """A name that nothing else has: `pipelines-EXECUTION-STEP-TOKEN`, or `NAME-EXECUTION-TOKEN-FAILURES`.

    `NAME` is what the step's arguments say, if they say a name. `FAILURES` is 0 here: each attempt has a new token.
    https://github.com/aws/sagemaker-python-sdk/pull/3946
    """
    identifier, wanted = values.execution["PipelineExecutionId"], step.arguments.get(kind.name)
    head, tail = f"pipelines-{identifier}-{step.name}", f"-{''.join(secrets.choice(_RANDOM) for _ in range(10))}"
    if wanted is not None:
        head, tail = f"{text_of(resolve(wanted, values))}-{identifier}", f"{tail}-0"
    return head[: kind.longest_name - len(tail)].rstrip("-_").replace("_", "-") + tail


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
