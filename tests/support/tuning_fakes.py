"""A service of tuning jobs in memory: it keeps the promises of `training.tuning.tuning_job.TuningService`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from training.common.errors import BusyError
from training.tuning.request import TuningSpec
from training.tuning.trials import Outcome, Trial
from training.tuning.tuning_job import TuningJob

MetricOf = Callable[[dict[str, str]], float]


class MemoryTuning:
    """Every question finishes one training job, whose metric `metric_of` makes from its values.

    `busy` is how many questions are refused first.
    """

    def __init__(self, metric_of: MetricOf, *, busy: int = 0) -> None:
        self.specs: dict[str, TuningSpec] = {}
        self.jobs: dict[str, TuningJob] = {}
        self._trials: dict[str, list[Trial]] = {}
        self._metric_of = metric_of
        self._busy = busy

    def create(self, spec: TuningSpec) -> None:
        """Note it, as running."""
        self.specs[spec.name] = spec
        self._trials[spec.name] = []
        self.jobs[spec.name] = TuningJob(
            name=spec.name, status="InProgress", counts={"InProgress": spec.parallel}, max_jobs=spec.max_jobs,
            space=spec.space, fixed=spec.fixed, failure_reason=None,
        )  # fmt: skip

    def describe(self, name: str) -> TuningJob | None:
        """The job, one training job further."""
        if self._busy:
            self._busy -= 1
            raise BusyError("SageMaker: too many requests")
        job = self.jobs.get(name)
        if job is not None and job.status == "InProgress":
            self._finish_one(self.specs[name])
        return self.jobs.get(name)

    def trials(self, name: str) -> list[Trial]:
        """What has been finished."""
        return list(self._trials[name])

    def stop(self, name: str) -> None:
        """Stop it."""
        self.jobs[name] = replace(self.jobs[name], status="Stopped")

    def _finish_one(self, spec: TuningSpec) -> None:
        trials = self._trials[spec.name]
        share = len(trials) / max(1, spec.max_jobs - 1)
        values = {each.name: each.text(each.least + share * (each.most - each.least)) for each in spec.space.ranges}
        trials.append(
            Trial(
                name=f"{spec.name}-{len(trials) + 1:03d}", values=values, metric=self._metric_of(values), seconds=60.0,
                outcome=Outcome.DONE,
            )
        )  # fmt: skip
        status = "Completed" if len(trials) == spec.max_jobs else "InProgress"
        self.jobs[spec.name] = replace(self.jobs[spec.name], status=status, counts={"Completed": len(trials)})
