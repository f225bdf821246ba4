"""A pipeline definition as values, and the types of steps that are run.

Source: https://aws-sagemaker-mlops.github.io/sagemaker-model-building-pipeline-definition-JSON-schema/ (2020-12-01).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sagemaker_local.sagemaker.shapes import Json

CONDITION, FAIL = "Condition", "Fail"


@dataclass(frozen=True, kw_only=True)
class StepKind:
    """A type of step that calls one operation, and describes what it made with another one.

    Parameters
    ----------
    create, describe
        The two operations.
    name
        Member of both requests that holds the name; empty if the service numbers what it makes.
    arn
        Member of the answer to `create`.
    metadata
        Member of `Metadata` in ListPipelineExecutionSteps.
    status, stop
        Member of the description that holds the state, and the operation that ends it early; empty for what is there
        at once.
    longest_name
        Number of characters that a name may have.
    """

    create: str
    describe: str
    name: str
    arn: str
    metadata: str
    status: str = ""
    stop: str = ""
    longest_name: int = 63


KINDS: dict[str, StepKind] = {
    "Training": StepKind(
        create="CreateTrainingJob",
        describe="DescribeTrainingJob",
        name="TrainingJobName",
        arn="TrainingJobArn",
        metadata="TrainingJob",
        status="TrainingJobStatus",
        stop="StopTrainingJob",
    ),
    "Processing": StepKind(
        create="CreateProcessingJob",
        describe="DescribeProcessingJob",
        name="ProcessingJobName",
        arn="ProcessingJobArn",
        metadata="ProcessingJob",
        status="ProcessingJobStatus",
        stop="StopProcessingJob",
    ),
    "Tuning": StepKind(
        create="CreateHyperParameterTuningJob",
        describe="DescribeHyperParameterTuningJob",
        name="HyperParameterTuningJobName",
        arn="HyperParameterTuningJobArn",
        metadata="TuningJob",
        status="HyperParameterTuningJobStatus",
        stop="StopHyperParameterTuningJob",
        longest_name=32,
    ),
    "Model": StepKind(
        create="CreateModel", describe="DescribeModel", name="ModelName", arn="ModelArn", metadata="Model"
    ),
    "RegisterModel": StepKind(
        create="CreateModelPackage",
        describe="DescribeModelPackage",
        name="",
        arn="ModelPackageArn",
        metadata="RegisterModel",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A parameter of a pipeline; `default` is `None` if a value must be given."""

    name: str
    kind: str
    default: str | int | float | bool | None = None
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PropertyFile:
    """A JSON file that a processing step writes: in which of its outputs, and where below it."""

    output: str
    path: str


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """When a step is tried again, and how often."""

    exceptions: frozenset[str]
    interval_seconds: float = 1.0
    backoff_rate: float = 2.0
    max_attempts: int | None = None
    expire_after_minutes: float | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step, wherever it stands.

    `branch` is the condition step above it and the outcome for which it runs. `cache_seconds` is how old an earlier
    success may be whose result is taken over; `None` if the step always runs.
    """

    name: str
    kind: str
    arguments: Json
    depends_on: frozenset[str] = frozenset()
    branch: tuple[str, bool] | None = None
    display_name: str | None = None
    description: str | None = None
    property_files: dict[str, PropertyFile] = field(default_factory=dict)
    retries: tuple[RetryPolicy, ...] = ()
    cache_seconds: int | None = None


@dataclass(frozen=True, kw_only=True)
class Definition:
    """All parameters and all steps, those below conditions too, by name."""

    parameters: dict[str, Parameter]
    steps: dict[str, Step]
