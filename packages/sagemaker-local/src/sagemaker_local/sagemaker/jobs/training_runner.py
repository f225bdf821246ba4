"""Runs training jobs: gets the data, starts a process per host, watches it, puts what it made into S3.

Everything happens on the event loop, what blocks on worker threads. Each phase is reported to `TrainingJobs`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from sagemaker_local import settings
from sagemaker_local.faults.fault import Kind
from sagemaker_local.faults.store import Faults
from sagemaker_local.process_environment import container_environment
from sagemaker_local.sagemaker.endpoint_process import free_port
from sagemaker_local.sagemaker.errors import failure_of_the_emulator
from sagemaker_local.sagemaker.jobs import container_process, reasons, training_files, training_metrics
from sagemaker_local.sagemaker.jobs.container_process import Launch
from sagemaker_local.sagemaker.jobs.host_processes import HostProcesses, Outcome
from sagemaker_local.sagemaker.jobs.opt_ml import OptMl, hosts_of
from sagemaker_local.sagemaker.jobs.records import JobFailed, JobStopped, Phase, TrainingJob
from sagemaker_local.sagemaker.jobs.s3_access import S3Access
from sagemaker_local.sagemaker.jobs.slots import Slots
from sagemaker_local.sagemaker.jobs.training_jobs import PREPARING, WAITING, TrainingJobs
from sagemaker_local.sagemaker.jobs.under_way import UnderWay, take_place
from sagemaker_local.sagemaker.records import Scope

logger = logging.getLogger(__name__)

LogSink = Callable[[Scope, str, str, str], None]

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
CHECKPOINT_SECONDS = 2.0
DAY_SECONDS = 86_400
_AT_START = frozenset({Kind.CAPACITY, Kind.INTERNAL})


@dataclass(kw_only=True)
class Run:
    """A training job under way."""

    jobs: TrainingJobs
    job: TrainingJob
    access: S3Access
    stop: asyncio.Event
    trained_seconds: float = 0.0

    def left(self) -> tuple[float, Phase]:
        """Seconds that the job may still train, and how it ends when they are over."""
        condition = self.job.request.get("StoppingCondition", {})
        runtime = condition.get("MaxRuntimeInSeconds", DAY_SECONDS) - self.trained_seconds
        wait = self.wait_left()
        if wait is not None and wait < runtime:
            return wait, Phase.MAX_WAIT_TIME_EXCEEDED
        return runtime, Phase.MAX_RUNTIME_EXCEEDED

    def wait_left(self) -> float | None:
        """Seconds that a spot job may still wait and train."""
        longest = self.job.request.get("StoppingCondition", {}).get("MaxWaitTimeInSeconds")
        return None if longest is None else max(0.0, float(longest) - (self.jobs.clock() - self.job.created))


class TrainingRunner:
    """All training jobs under way.

    Parameters
    ----------
    log, flush
        Receives what the processes write; writes what it received.
    faults
        The faults that are set.
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
        faults: Faults,
        slots: Slots,
        start: container_process.Start = container_process.start,
    ) -> None:
        self._log, self._flush = log, flush
        self._faults, self._slots, self._start = faults, slots, start
        self.under_way = UnderWay()

    def begin(self, jobs: TrainingJobs, job: TrainingJob, access: S3Access) -> None:
        """Begin to run a job that was created; `access` is S3 with its role's rights."""
        self.under_way.begin(
            jobs.scope, job.name, lambda stop: self._run(Run(jobs=jobs, job=job, access=access, stop=stop))
        )

    async def _run(self, run: Run) -> None:
        reason = None
        try:
            phase = await self._whole_job(run)
        except JobStopped:
            phase = Phase.STOPPED
        except TimeoutError:
            phase = Phase.MAX_WAIT_TIME_EXCEEDED
        except JobFailed as failure:
            phase, reason = Phase.FAILED, str(failure)
        except Exception as error:
            logger.exception("training job %s broke", run.job.name)
            phase, reason = Phase.FAILED, f"InternalServerError: {failure_of_the_emulator(error)}"
        await self._flush()
        run.jobs.finish(run.job, phase, reason=reason)
        logger.info("training job %s: %s%s", run.job.name, phase, f": {reason}" if reason else "")

    async def _whole_job(self, run: Run) -> Phase:
        """Wait for a place, and train there as often as the instances are taken away."""
        count = len(hosts_of(run.job.request))
        await take_place(
            self._slots,
            count,
            stop=run.stop,
            seconds=run.wait_left(),
            waiting=lambda: run.jobs.note(run.job, WAITING),
        )
        try:
            reasons.raise_fault(self._faults.take_for_job(run.job.name, _AT_START))
            run.jobs.note(run.job, PREPARING)
            while (phase := await self._attempt(run)) is Phase.INTERRUPTED:
                run.jobs.enter(run.job, Phase.INTERRUPTED)
                run.jobs.enter(run.job, Phase.STARTING)
            return phase
        finally:
            self._slots.release(count)

    async def _attempt(self, run: Run) -> Phase:
        folder = Path(tempfile.mkdtemp(prefix="training-"))
        machines = {host.name: OptMl(folder / host.name) for host in hosts_of(run.job.request)}
        began = run.jobs.clock()
        try:
            run.jobs.enter(run.job, Phase.DOWNLOADING)
            await asyncio.to_thread(training_files.fetch, run.access, run.job.request, machines, run.stop.is_set)
            if run.stop.is_set():
                raise JobStopped
            run.jobs.enter(run.job, Phase.TRAINING)
            phase = await self._train(run, machines)
            if phase is not Phase.INTERRUPTED:
                run.jobs.enter(run.job, Phase.UPLOADING)
                await asyncio.to_thread(training_files.keep, run.access, run.job, list(machines.values()))
            return phase
        finally:
            run.trained_seconds += run.jobs.clock() - began
            shutil.rmtree(folder, ignore_errors=True)

    async def _train(self, run: Run, machines: dict[str, OptMl]) -> Phase:
        """Run the processes until they end, or until something ends them; they are gone when this returns."""
        processes = self._processes(run, machines)
        checkpoints = asyncio.create_task(_keep_checkpoints(run, machines))
        try:
            await processes.start()
            phase = await self._watch(run, processes)
        except JobFailed:
            with contextlib.suppress(JobFailed):  # why it could not train counts, not that this could not be kept
                await asyncio.to_thread(training_files.keep_output, run.access, run.job, list(machines.values()))
            raise
        finally:
            checkpoints.cancel()
            await processes.stop(0.0)
        await asyncio.to_thread(training_files.keep_checkpoints, run.access, run.job.request, machines, {})
        return phase

    async def _watch(self, run: Run, processes: HostProcesses) -> Phase:
        longest, too_long = run.left()
        spot = run.job.request.get("EnableManagedSpotTraining", False)
        fault = self._faults.take_for_job(run.job.name, frozenset({Kind.INTERRUPT})) if spot else None
        interrupted = fault is not None and fault.seconds < longest
        outcome = await processes.wait(run.stop, fault.seconds if fault and interrupted else longest)
        if outcome is Outcome.ENDED:
            return Phase.COMPLETED
        if outcome is Outcome.TIME_OVER and not interrupted:
            run.jobs.stop(run.job.name)
        await processes.stop(container_process.STOP_SECONDS)
        if outcome is Outcome.ASKED:
            return Phase.STOPPED
        return Phase.INTERRUPTED if interrupted else too_long

    def _processes(self, run: Run, machines: dict[str, OptMl]) -> HostProcesses:
        rendezvous, epoch = f"{settings.HOST}:{free_port()}", int(run.jobs.clock())
        environment = _environment(run.job, len(machines))

        def log(host: str, line: str) -> None:
            self._log(run.jobs.scope, LOG_GROUP, f"{run.job.name}/{host}-{epoch}", line)
            run.job.metrics.update(training_metrics.found_in(line, run.jobs.clock()))

        return HostProcesses(
            {
                host: Launch(command=_command(machine, rendezvous), environment=environment)
                for host, machine in machines.items()
            },
            log=log,
            failure=lambda host, code: reasons.of_failure(machines[host].failure_text(), code),
            start=self._start,
        )


def _command(machine: OptMl, rendezvous: str) -> list[str]:
    """The command line of the built-in container's stand-in for training."""
    options = ["--opt-ml", str(machine.root), "--rendezvous", rendezvous, "--exit-with-stdin"]
    return [str(settings.container_python()), "-m", "sagemaker_local.training_container", *options]


def _environment(job: TrainingJob, hosts: int) -> dict[str, str]:
    """What a training container sees; hosts share this machine's processors, which on AWS each has of its own."""
    threads = str(max(1, (os.cpu_count() or 1) // hosts))
    shared = {"OMP_NUM_THREADS": threads, "OMP_THREAD_LIMIT": threads} if hosts > 1 else {}
    named = {"TRAINING_JOB_NAME": job.name, "TRAINING_JOB_ARN": job.arn}
    return container_environment({**shared, **named, **job.request.get("Environment", {})})


async def _keep_checkpoints(run: Run, machines: dict[str, OptMl]) -> None:
    """Bring checkpoints to S3 while the job runs."""
    seen: dict[Path, float] = {}
    while run.job.request.get("CheckpointConfig"):
        await asyncio.sleep(CHECKPOINT_SECONDS)
        try:
            await asyncio.to_thread(training_files.keep_checkpoints, run.access, run.job.request, machines, seen)
        except (JobFailed, OSError) as failure:  # a file may be gone before it is read
            logger.warning("training job %s: checkpoints: %s", run.job.name, failure)
