"""The tuning jobs of one account and region: what they are, and what follows from their training jobs. No I/O."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field

from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.errors import ServiceError, validation
from sagemaker_local.sagemaker.shapes import Json
from sagemaker_local.sagemaker.tuning.strategies import Outcome, Place

KIND = "hyper-parameter-tuning-job"
_ENDED_TRIALS = ("Completed", "Failed", "Stopped")


class Status(enum.StrEnum):
    """States of a tuning job, as DescribeHyperParameterTuningJob names them."""

    IN_PROGRESS = "InProgress"
    STOPPING = "Stopping"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPED = "Stopped"


ENDED = frozenset({Status.COMPLETED, Status.FAILED, Status.STOPPED})


@dataclass(kw_only=True)
class Trial:
    """One training job of a tuning job.

    Parameters
    ----------
    name
        Of the training job.
    place
        Where in the search space it is.
    values
        The hyperparameters that were chosen.
    described
        The latest answer of DescribeTrainingJob.
    """

    name: str
    place: Place
    values: dict[str, str]
    described: Json = field(default_factory=dict)

    @property
    def has_ended(self) -> bool:
        """Whether the training job has."""
        return self.described.get("TrainingJobStatus") in _ENDED_TRIALS

    def objective(self, metric: str) -> float | None:
        """The final value of the metric, once the training job has ended."""
        if not self.has_ended:
            return None
        found = self.described.get("FinalMetricDataList", [])
        return next((float(each["Value"]) for each in found if each["MetricName"] == metric), None)


@dataclass(kw_only=True)
class TuningJob:
    """A tuning job and its training jobs, in the order in which they were created."""

    name: str
    arn: str
    created: float
    modified: float
    request: Json
    status: Status = Status.IN_PROGRESS
    ended: float | None = None
    failure_reason: str | None = None
    trials: list[Trial] = field(default_factory=list)

    @property
    def config(self) -> Json:
        """`HyperParameterTuningJobConfig`."""
        found: Json = self.request["HyperParameterTuningJobConfig"]
        return found

    @property
    def metric(self) -> str:
        """The name of the objective metric."""
        return str(self.config["HyperParameterTuningJobObjective"]["MetricName"])

    @property
    def sign(self) -> int:
        """1 if less is better, -1 if more is."""
        return -1 if self.config["HyperParameterTuningJobObjective"]["Type"] == "Maximize" else 1

    @property
    def outcomes(self) -> list[Outcome]:
        """The training jobs that have an objective."""
        found = [(trial.place, trial.objective(self.metric)) for trial in self.trials]
        return [Outcome(place=place, loss=self.sign * value) for place, value in found if value is not None]

    @property
    def best(self) -> Trial | None:
        """The training job with the best objective."""
        found = [
            (self.sign * value, trial) for trial in self.trials if (value := trial.objective(self.metric)) is not None
        ]
        return min(found, key=lambda each: each[0])[1] if found else None

    @property
    def not_improving(self) -> int:
        """How many training jobs have ended since the best one."""
        losses = [outcome.loss for outcome in self.outcomes]
        return len(losses) - 1 - losses.index(min(losses)) if losses else 0


class TuningJobs:
    """The tuning jobs of an account and region.

    Parameters
    ----------
    control
        Its control plane.
    """

    def __init__(self, control: ControlPlane) -> None:
        self._control = control
        self.jobs: dict[str, TuningJob] = {}

    @property
    def clock(self) -> Callable[[], float]:
        """Gives the time in seconds since the epoch."""
        return self._control.now

    def create(self, request: Json) -> TuningJob:
        """Begin a tuning job.

        Raises
        ------
        ServiceError
            `ResourceInUse` when its name is taken.
        """
        name, now = request["HyperParameterTuningJobName"], self.clock()
        arn = self._control.scope.arn(KIND, name)
        if name.lower() in self.jobs:
            msg = (
                "Hyperparameter tuning job names must be unique within an AWS account and region, and a hyperparameter "
                f"tuning job with this name already exists ({arn})"
            )
            raise ServiceError("ResourceInUse", msg)
        job = TuningJob(name=name, arn=arn, created=now, modified=now, request=request)
        self.jobs[name.lower()] = job
        return job

    def job(self, name: str) -> TuningJob:
        """The tuning job of that name."""
        found = self.jobs.get(name.lower())
        if found is None:
            msg = f"Amazon SageMaker can't find a tuning job with the name {name}."
            raise ServiceError("ResourceNotFound", msg)
        return found

    def stop(self, name: str) -> TuningJob:
        """Begin the end of a tuning job; one that is being stopped already is left to it."""
        job = self.job(name)
        if job.status in ENDED:
            msg = f"The request was rejected because the hyperparameter tuning job is in status {job.status}."
            raise validation(msg)
        job.status, job.modified = Status.STOPPING, self.clock()
        return job

    def finish(self, job: TuningJob, status: Status, reason: str | None = None) -> None:
        """The tuning job has ended."""
        job.status, job.failure_reason = status, reason
        job.ended = job.modified = self.clock()

    def delete(self, name: str) -> TuningJob | None:
        """Forget a tuning job that has ended; its training jobs stay."""
        job = self.jobs.get(name.lower())
        if job is not None and job.status not in ENDED:
            msg = f"The tuning job {job.arn} is in status {job.status}; only one that has ended can be deleted."
            raise ServiceError("ResourceInUse", msg)
        return self.jobs.pop(name.lower(), None)
