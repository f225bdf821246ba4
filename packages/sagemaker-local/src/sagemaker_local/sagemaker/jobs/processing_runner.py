"""Runs processing jobs: gets the inputs, starts the program on each host, puts the outputs into S3."""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from sagemaker_local.sagemaker.errors import failure_of_the_emulator
from sagemaker_local.sagemaker.jobs import container_process, reasons
from sagemaker_local.sagemaker.jobs.host_processes import HostProcesses, Outcome
from sagemaker_local.sagemaker.jobs.processing_folder import ProcessingFolder, host_names, inputs_of, outputs_of
from sagemaker_local.sagemaker.jobs.processing_jobs import ProcessingJobs
from sagemaker_local.sagemaker.jobs.records import JobFailed, JobStatus, JobStopped, ProcessingJob
from sagemaker_local.sagemaker.jobs.s3_access import S3Access, fetch_source
from sagemaker_local.sagemaker.jobs.slots import Slots
from sagemaker_local.sagemaker.jobs.training_runner import DAY_SECONDS, LogSink
from sagemaker_local.sagemaker.jobs.under_way import UnderWay, take_place

logger = logging.getLogger(__name__)

LOG_GROUP = "/aws/sagemaker/ProcessingJobs"


@dataclass(frozen=True, kw_only=True)
class Run:
    """A processing job under way."""

    jobs: ProcessingJobs
    job: ProcessingJob
    access: S3Access
    stop: asyncio.Event
    folders: dict[str, ProcessingFolder]


class ProcessingRunner:
    """All processing jobs under way.

    Parameters
    ----------
    log, flush
        Receives what the processes write; writes what it received.
    slots
        Places for processes.
    start
        Starts a process.
    """

    def __init__(
        self,
        log: LogSink,
        flush: Callable[[], Awaitable[None]],
        *,
        slots: Slots,
        start: container_process.Start = container_process.start,
    ) -> None:
        self._log, self._flush, self._slots, self._start = log, flush, slots, start
        self.under_way = UnderWay()

    def begin(self, jobs: ProcessingJobs, job: ProcessingJob, access: S3Access) -> None:
        """Begin to run a job that was created; `access` is S3 with its role's rights."""
        self.under_way.begin(jobs.scope, job.name, lambda stop: self._run(jobs, job, access, stop))

    async def _run(self, jobs: ProcessingJobs, job: ProcessingJob, access: S3Access, stop: asyncio.Event) -> None:
        root = Path(tempfile.mkdtemp(prefix="processing-"))
        folders = {host: ProcessingFolder(root / host) for host in host_names(job.request)}
        run = Run(jobs=jobs, job=job, access=access, stop=stop, folders=folders)
        reason = None
        try:
            status = await self._whole_job(run)
        except JobStopped:
            status = JobStatus.STOPPED
        except JobFailed as failure:
            status, reason = JobStatus.FAILED, str(failure)
        except Exception as error:
            logger.exception("processing job %s broke", job.name)
            status, reason = JobStatus.FAILED, f"InternalServerError: {failure_of_the_emulator(error)}"
        finally:
            message = next((text for folder in folders.values() if (text := folder.message())), None)
            shutil.rmtree(root, ignore_errors=True)
        await self._flush()
        jobs.finish(job, status, reason=reason, message=message)
        logger.info("processing job %s: %s%s", job.name, status, f": {reason}" if reason else "")

    async def _whole_job(self, run: Run) -> JobStatus:
        count = len(run.folders)
        await take_place(self._slots, count, stop=run.stop)
        try:
            run.jobs.started(run.job)
            await asyncio.to_thread(_fetch, run)
            processes = self._processes(run)
            try:
                await processes.start()
                status = await self._watch(run, processes)
            finally:
                await processes.stop(0.0)
            if status is JobStatus.COMPLETED:
                await asyncio.to_thread(_keep, run)
            return status
        finally:
            self._slots.release(count)

    async def _watch(self, run: Run, processes: HostProcesses) -> JobStatus:
        longest = run.job.request.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", DAY_SECONDS)
        outcome = await processes.wait(run.stop, longest)
        if outcome is Outcome.ENDED:
            return JobStatus.COMPLETED
        if outcome is Outcome.TIME_OVER:
            run.jobs.stop(run.job.name)
        await processes.stop(container_process.STOP_SECONDS)
        return JobStatus.STOPPED

    def _processes(self, run: Run) -> HostProcesses:
        epoch = int(run.jobs.clock())

        def log(host: str, line: str) -> None:
            self._log(run.jobs.scope, LOG_GROUP, f"{run.job.name}/{host}-{epoch}", line)

        return HostProcesses(
            {host: folder.launch(run.job) for host, folder in run.folders.items()},
            log=log,
            failure=lambda _, code: reasons.of_processing(code),
            start=self._start,
        )


def _fetch(run: Run) -> None:
    """Make the folders of all hosts, and fill them."""
    hosts = list(run.folders)
    for host, folder in run.folders.items():
        folder.make(run.job, host, hosts)
    for each in inputs_of(run.job.request):
        source = each["S3Input"]
        folders = [folder.local(source["LocalPath"]) for folder in run.folders.values()]
        fetch_source(run.access, source, folders, run.stop.is_set)


def _keep(run: Run) -> None:
    """Put the outputs of all hosts into S3."""
    key = run.job.request.get("ProcessingOutputConfig", {}).get("KmsKeyId", "")
    for each in outputs_of(run.job.request):
        target = each["S3Output"]
        for folder in run.folders.values():
            run.access.upload_folder(folder.local(target["LocalPath"]), target["S3Uri"], kms_key=key)
