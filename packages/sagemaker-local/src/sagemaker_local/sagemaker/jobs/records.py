"""What is remembered of jobs: requests, states and what the processes achieved. Values, no rules."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from sagemaker_local.sagemaker.shapes import Json


class JobStatus(enum.StrEnum):
    """`TrainingJobStatus` and `ProcessingJobStatus`."""

    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPING = "Stopping"
    STOPPED = "Stopped"


ENDED = frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.STOPPED})


class Phase(enum.StrEnum):
    """`SecondaryStatus` of a training job."""

    STARTING = "Starting"
    DOWNLOADING = "Downloading"
    TRAINING = "Training"
    UPLOADING = "Uploading"
    INTERRUPTED = "Interrupted"
    STOPPING = "Stopping"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPED = "Stopped"
    MAX_RUNTIME_EXCEEDED = "MaxRuntimeExceeded"
    MAX_WAIT_TIME_EXCEEDED = "MaxWaitTimeExceeded"


@dataclass(kw_only=True)
class Transition:
    """A stretch of a training job's life, in seconds since the epoch; it lasts until `ended`."""

    phase: Phase
    message: str
    began: float
    ended: float | None = None


@dataclass(frozen=True, kw_only=True)
class Metric:
    """The last value of a metric that the log showed, and when."""

    value: float
    seen: float


@dataclass(kw_only=True)
class Job:
    """What every job has; times in seconds since the epoch."""

    name: str
    arn: str
    created: float
    modified: float
    request: Json
    status: JobStatus = JobStatus.IN_PROGRESS
    failure_reason: str | None = None


@dataclass(kw_only=True)
class TrainingJob(Job):
    """A training job and where it is in its life.

    `training_began` and `training_ended` are those of the instances: from the download to the end of the upload.
    """

    transitions: list[Transition] = field(default_factory=list)
    model_artifacts: str | None = None
    metrics: dict[str, Metric] = field(default_factory=dict)
    training_began: float | None = None
    training_ended: float | None = None

    @property
    def phase(self) -> Phase:
        """Where the job is now."""
        return self.transitions[-1].phase


@dataclass(kw_only=True)
class ProcessingJob(Job):
    """A processing job and where it is in its life."""

    began: float | None = None
    ended: float | None = None
    exit_message: str | None = None


class JobFailed(Exception):  # noqa: N818 - it is an outcome; the text becomes the job's FailureReason
    """A job cannot go on."""


class JobStopped(Exception):  # noqa: N818 - it is an instruction: end the job where it is
    """A job was stopped before its processes ran."""
