"""The tuning jobs of one account and region: what they are, and what follows from their training jobs. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, field

from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.jobs.job_table import JobTable, JobTexts
from sagemaker_local.sagemaker.jobs.records import Job, JobStatus
from sagemaker_local.sagemaker.shapes import Json
from sagemaker_local.sagemaker.tuning.strategies import Outcome, Place

_ENDED_TRIALS = ("Completed", "Failed", "Stopped")


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
class TuningJob(Job):
    """A tuning job and its training jobs, in the order in which they were created."""

    ended: float | None = None
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


class TuningJobs(JobTable[TuningJob]):
    """The tuning jobs of an account and region.

    Parameters
    ----------
    control
        Its control plane.
    """

    texts = JobTexts(
        arn_kind="hyper-parameter-tuning-job",
        name_member="HyperParameterTuningJobName",
        noun="hyperparameter tuning job",
        name_taken="Hyperparameter tuning job names must be unique within an AWS account and region, and a "
        "hyperparameter tuning job with this name already exists ({arn})",
        not_found="Amazon SageMaker can't find a tuning job with the name {name}.",
        not_found_code="ResourceNotFound",
    )

    def __init__(self, control: ControlPlane) -> None:
        super().__init__(control.scope, control.now)

    def _new(self, name: str, arn: str, now: float, request: Json) -> TuningJob:
        return TuningJob(name=name, arn=arn, created=now, modified=now, request=request)

    def finish(self, job: TuningJob, status: JobStatus, reason: str | None = None) -> None:
        """The tuning job has ended."""
        job.status, job.failure_reason = status, reason
        job.ended = job.modified = self.clock()
