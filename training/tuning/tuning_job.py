"""A tuning job: what SageMaker describes as typed values, and following it to its end. Knows no boto3."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from training.aws.polling import poll
from training.common.errors import JobError
from training.tuning.request import TuningSpec, check_tuning_name, space_of
from training.tuning.search_space import SearchSpace
from training.tuning.trials import Outcome, Search, Trial

POLL_SECONDS = 3.0
_ENDED = ("Completed", "Failed", "Stopped")
_OUTCOMES = {"Completed": Outcome.DONE, "Stopped": Outcome.PRUNED, "Failed": Outcome.FAILED}


@dataclass(frozen=True, kw_only=True)
class TuningJob:
    """A tuning job as it is now.

    Parameters
    ----------
    name, status
        as SageMaker has them
    counts
        training jobs by how they stand: Completed, InProgress, Stopped, RetryableError, NonRetryableError
    max_jobs
        training jobs in all
    space, fixed
        what varies and what does not
    failure_reason
        in SageMaker's words, when it failed
    """

    name: str
    status: str
    counts: Mapping[str, int]
    max_jobs: int
    space: SearchSpace
    fixed: Mapping[str, str]
    failure_reason: str | None

    @property
    def has_ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.status in _ENDED


class TuningService(Protocol):
    """The tuning jobs that there are; implementations raise `PublicationError`, or `BusyError` for a while."""

    def create(self, spec: TuningSpec) -> None:
        """Start a tuning job."""

    def describe(self, name: str) -> TuningJob | None:
        """The tuning job of that name, or None."""

    def trials(self, name: str) -> Sequence[Trial]:
        """Its training jobs so far, in the order in which they began."""

    def stop(self, name: str) -> None:
        """Ask it to stop; its training jobs stop with it."""


def described(service: TuningService, name: str) -> TuningJob:
    """The tuning job of that name.

    Raises
    ------
    JobError
        when there is none, or none can have that name
    """
    check_tuning_name(name)
    job = service.describe(name)
    if job is None:
        raise JobError(f"there is no tuning job {name} in this account and region; correct the name or AWS_REGION")
    return job


def search_of(service: TuningService, job: TuningJob) -> Search:
    """The search as it stands."""
    return Search(where=job.name, space=job.space, fixed=job.fixed, trials=tuple(service.trials(job.name)))


def follow(
    name: str,
    *,
    service: TuningService,
    on_change: Callable[[TuningJob, Search], None],
    sleep: Callable[[float], None],
) -> tuple[TuningJob, Search]:
    """Report every change until the tuning job has ended; returns the last state.

    Parameters
    ----------
    name
        of the tuning job
    service
        where it runs; may be busy now and then
    on_change
        called when the status, the counts or a trial changed
    sleep
        waits so many seconds

    Raises
    ------
    JobError
        when there is no such tuning job
    BusyError
        when the service could not be reached for several minutes
    """

    def describe() -> tuple[TuningJob, Search]:
        job = described(service, name)
        return job, search_of(service, job)

    return poll(
        describe,
        until=lambda state: state[0].has_ended,
        sleep=sleep,
        pause=POLL_SECONDS,
        on_change=lambda state: on_change(*state),
        resume=f"the tuning job continues, follow it again with: python -m training tune --attach {name}",
    )


def tuning_job_from_description(response: Mapping[str, Any]) -> TuningJob:
    """Read the response of `describe_hyper_parameter_tuning_job`."""
    config, definition = response["HyperParameterTuningJobConfig"], response.get("TrainingJobDefinition", {})
    counters = response.get("TrainingJobStatusCounters", {})
    return TuningJob(
        name=response["HyperParameterTuningJobName"],
        status=response["HyperParameterTuningJobStatus"],
        counts={state: int(count) for state, count in counters.items()},
        max_jobs=config["ResourceLimits"].get("MaxNumberOfTrainingJobs", 0),
        space=space_of(config.get("ParameterRanges", {})),
        fixed={
            name: text
            for name, text in definition.get("StaticHyperParameters", {}).items()
            if not name.startswith("_")  # what the service adds for itself
        },
        failure_reason=response.get("FailureReason"),
    )


def trial_from_summary(summary: Mapping[str, Any]) -> Trial:
    """Read a summary of `list_training_jobs_for_hyper_parameter_tuning_job`."""
    metric = summary.get("FinalHyperParameterTuningJobObjectiveMetric", {}).get("Value")
    started, ended = summary.get("TrainingStartTime"), summary.get("TrainingEndTime")
    return Trial(
        name=summary["TrainingJobName"],
        values=dict(summary.get("TunedHyperParameters", {})),
        metric=None if metric is None else float(metric),
        seconds=(ended - started).total_seconds() if started and ended else None,
        outcome=_OUTCOMES.get(summary["TrainingJobStatus"], Outcome.RUNNING),
    )
