"""All jobs of all accounts and regions, and what runs them; the operations find everything here."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable

from sagemaker_local.faults.store import Faults
from sagemaker_local.sagemaker.jobs.processing_jobs import ProcessingJobs
from sagemaker_local.sagemaker.jobs.processing_runner import ProcessingRunner
from sagemaker_local.sagemaker.jobs.s3_access import JobBuckets
from sagemaker_local.sagemaker.jobs.slots import Slots
from sagemaker_local.sagemaker.jobs.training_jobs import TrainingJobs
from sagemaker_local.sagemaker.jobs.training_runner import LogSink, TrainingRunner
from sagemaker_local.sagemaker.records import Scope


class Jobs:
    """Training and processing jobs.

    Parameters
    ----------
    buckets
        Gives access to S3 for roles of jobs.
    log
        Receives scope, log group, stream and line of whatever a process writes.
    flush
        Writes what `log` has received; awaited before a job has ended, so that nothing is logged after it.
    faults
        The faults that are set.
    """

    def __init__(self, buckets: JobBuckets, log: LogSink, flush: Callable[[], Awaitable[None]], faults: Faults) -> None:
        slots = Slots(os.cpu_count() or 1)
        self.buckets = buckets
        self.training_runner = TrainingRunner(log, flush, faults=faults, slots=slots)
        self.processing_runner = ProcessingRunner(log, flush, slots=slots)
        self._training: dict[Scope, TrainingJobs] = {}
        self._processing: dict[Scope, ProcessingJobs] = {}

    def training(self, scope: Scope) -> TrainingJobs:
        """The training jobs of that account and region."""
        return self._training.setdefault(scope, TrainingJobs(scope, time.time))

    def processing(self, scope: Scope) -> ProcessingJobs:
        """The processing jobs of that account and region."""
        return self._processing.setdefault(scope, ProcessingJobs(scope, time.time))

    async def reset(self) -> None:
        """Kill every process and forget every job."""
        await self.training_runner.under_way.close()
        await self.processing_runner.under_way.close()
        self._training.clear()
        self._processing.clear()
