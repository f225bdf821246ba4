"""What is remembered of pipelines and their executions. Values, no rules."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from sagemaker_local.sagemaker.pipelines.definition import Definition, Step
from sagemaker_local.sagemaker.pipelines.parameters import Value
from sagemaker_local.sagemaker.shapes import Json


class ExecutionStatus(enum.StrEnum):
    """`PipelineExecutionStatus`."""

    EXECUTING = "Executing"
    STOPPING = "Stopping"
    STOPPED = "Stopped"
    FAILED = "Failed"
    SUCCEEDED = "Succeeded"


class StepStatus(enum.StrEnum):
    """`StepStatus`."""

    STARTING = "Starting"
    EXECUTING = "Executing"
    STOPPING = "Stopping"
    STOPPED = "Stopped"
    FAILED = "Failed"
    SUCCEEDED = "Succeeded"


UNDER_WAY = frozenset({ExecutionStatus.EXECUTING, ExecutionStatus.STOPPING})


@dataclass(frozen=True, kw_only=True)
class Version:
    """A version of a pipeline's definition: the text as it came, and what it says."""

    number: int
    created: float
    text: str
    definition: Definition


@dataclass(kw_only=True)
class Pipeline:
    """A pipeline, with all versions of its definition, the newest last."""

    name: str
    arn: str
    role: str
    created: float
    modified: float
    versions: list[Version]
    display_name: str | None = None
    description: str | None = None
    parallelism: Json | None = None
    last_run: float | None = None

    @property
    def current(self) -> Version:
        """The version that executions run unless they name another one."""
        return self.versions[-1]


@dataclass(kw_only=True)
class StepRun:
    """A step of an execution that has begun.

    `made` is the description of what the step made, which references of later steps lead into. `cache_source` is the
    execution whose result was taken over, if the step did not run itself.
    """

    step: Step
    started: float
    status: StepStatus = StepStatus.STARTING
    ended: float | None = None
    attempts: int = 0
    metadata: Json = field(default_factory=dict)
    made: Json = field(default_factory=dict)
    failure_reason: str | None = None
    fingerprint: str | None = None
    cache_source: str | None = None


@dataclass(kw_only=True)
class Execution:
    """An execution of a pipeline and where it is in its life."""

    identifier: str
    arn: str
    pipeline: Pipeline
    version: Version
    parameters: Mapping[str, Value]
    given: Mapping[str, str]
    created: float
    modified: float
    status: ExecutionStatus = ExecutionStatus.EXECUTING
    display_name: str | None = None
    description: str | None = None
    parallelism: Json | None = None
    failure_reason: str | None = None
    runs: dict[str, StepRun] = field(default_factory=dict)
