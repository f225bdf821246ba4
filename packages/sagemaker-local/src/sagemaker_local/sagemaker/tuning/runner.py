"""Runs a tuning job: starts training jobs where the strategy says, follows them, and ends when a limit is met.

Everything goes through CreateTrainingJob, DescribeTrainingJob and StopTrainingJob, as if the service were a caller.
`TrainingJobEarlyStoppingType` has no effect here: every training job runs to its end.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from sagemaker_local.sagemaker.errors import ServiceError, failure_of_the_emulator
from sagemaker_local.sagemaker.jobs.records import JobStatus
from sagemaker_local.sagemaker.shapes import Json
from sagemaker_local.sagemaker.tuning.ranges import ranges_of
from sagemaker_local.sagemaker.tuning.strategies import strategy_of, values_at
from sagemaker_local.sagemaker.tuning.training_requests import training_request, trial_name
from sagemaker_local.sagemaker.tuning.tuning_jobs import Trial, TuningJob, TuningJobs

logger = logging.getLogger(__name__)

Call = Callable[[str, Json], Awaitable[Json]]
_POLL_SECONDS = 0.1
# https://github.com/aws/amazon-sagemaker-examples/issues/2437
_ATTEMPTS = 5
_HOPELESS = (
    f"No training job succeeded after {_ATTEMPTS} attempts. Please take a look at the training job failures to get "
    "more details."
)
_ALL_FAILED = "All training jobs failed. Please take a look at the training job failures to get more details."


class Runner:
    """One tuning job under way.

    Parameters
    ----------
    jobs
        The tuning jobs of the account and region.
    job
        The one to run.
    call
        Calls an operation of the service.
    """

    def __init__(self, jobs: TuningJobs, job: TuningJob, call: Call) -> None:
        self._jobs, self._job, self._call = jobs, job, call
        self._ranges = ranges_of(job.config["ParameterRanges"])
        self._strategy = strategy_of(job.config["Strategy"], self._ranges, job.config.get("RandomSeed"))
        self._is_exhausted = False

    async def run(self, stop: asyncio.Event) -> None:
        """Run to the end.

        Parameters
        ----------
        stop
            Set when the tuning job is to be stopped.
        """
        try:
            while not stop.is_set() and not self._is_complete():
                await self._fill()
                await self._wait(stop)
                await self._look()
            await self._end_trials()
        except ServiceError as error:
            await self._end_trials()
            self._jobs.finish(self._job, JobStatus.FAILED, error.message)
            return
        except Exception as error:
            logger.exception("tuning job %s broke", self._job.name)
            self._jobs.finish(self._job, JobStatus.FAILED, f"InternalServerError: {failure_of_the_emulator(error)}")
            return
        self._finish(was_stopped=stop.is_set())

    async def _fill(self) -> None:
        """Start training jobs until as many as allowed are under way."""
        limits = self._job.config["ResourceLimits"]
        while self._may_start(limits):
            place = self._strategy.next_place([trial.place for trial in self._job.trials], self._job.outcomes)
            if place is None:
                self._is_exhausted = True
                return
            names = [each.name for each in self._ranges]
            values = dict(zip(names, values_at(self._ranges, place), strict=True))
            name = trial_name(self._job, len(self._job.trials) + 1)
            await self._call("CreateTrainingJob", training_request(self._job, name, values))
            trial = Trial(name=name, place=place, values=values)
            await self._describe(trial)
            self._job.trials.append(trial)

    def _may_start(self, limits: Json) -> bool:
        started, most = len(self._job.trials), limits.get("MaxNumberOfTrainingJobs")
        under_way = sum(not trial.has_ended for trial in self._job.trials)
        return under_way < limits["MaxParallelTrainingJobs"] and (most is None or started < most)

    async def _wait(self, stop: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(_POLL_SECONDS):
                await stop.wait()
        except TimeoutError:
            pass

    async def _look(self) -> None:
        for trial in self._job.trials:
            if not trial.has_ended:
                await self._describe(trial)
                self._job.modified = self._jobs.clock()

    async def _describe(self, trial: Trial) -> None:
        """Learn what became of a training job; one that somebody has deleted counts as stopped."""
        try:
            trial.described = await self._call("DescribeTrainingJob", {"TrainingJobName": trial.name})
        except ServiceError:
            trial.described = {**trial.described, "TrainingJobStatus": "Stopped"}

    def _is_complete(self) -> bool:
        """Whether no training job is left to start or to wait for, or a limit or criterion of completion is met."""
        most = self._job.config["ResourceLimits"].get("MaxNumberOfTrainingJobs")
        all_started = self._is_exhausted or (most is not None and len(self._job.trials) >= most)
        all_ended = all(trial.has_ended for trial in self._job.trials)
        return (all_started and all_ended) or self._is_hopeless() or self._is_out_of_time() or self._is_good_enough()

    def _is_hopeless(self) -> bool:
        failed = sum(trial.described.get("TrainingJobStatus") == "Failed" for trial in self._job.trials)
        return failed >= _ATTEMPTS and not self._job.outcomes

    def _is_out_of_time(self) -> bool:
        seconds = self._job.config["ResourceLimits"].get("MaxRuntimeInSeconds")
        return seconds is not None and self._jobs.clock() - self._job.created > seconds

    def _is_good_enough(self) -> bool:
        criteria = self._job.config.get("TuningJobCompletionCriteria", {})
        patience = criteria.get("BestObjectiveNotImproving", {}).get("MaxNumberOfTrainingJobsNotImproving")
        if patience is not None and self._job.not_improving >= patience:
            return True
        target = criteria.get("TargetObjectiveMetricValue")
        return target is not None and any(each.loss <= self._job.sign * target for each in self._job.outcomes)

    async def _end_trials(self) -> None:
        """Stop what is under way, and wait for it."""
        for trial in self._job.trials:
            if not trial.has_ended:
                await self._stop(trial)
        while any(not trial.has_ended for trial in self._job.trials):
            await asyncio.sleep(_POLL_SECONDS)
            await self._look()

    async def _stop(self, trial: Trial) -> None:
        try:
            await self._call("StopTrainingJob", {"TrainingJobName": trial.name})
        except ServiceError as error:
            logger.info("training job %s has ended before it was stopped: %s", trial.name, error.message)

    def _finish(self, *, was_stopped: bool) -> None:
        if was_stopped:
            self._jobs.finish(self._job, JobStatus.STOPPED)
        elif self._job.outcomes:
            self._jobs.finish(self._job, JobStatus.COMPLETED)
        else:
            self._jobs.finish(self._job, JobStatus.FAILED, _HOPELESS if self._is_hopeless() else _ALL_FAILED)
