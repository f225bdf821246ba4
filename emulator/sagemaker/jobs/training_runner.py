"""Runs training jobs: gets the data, starts a process per host, watches it, puts what it made into S3.

Everything happens on the event loop, what blocks on worker threads. Each phase is reported to `TrainingJobs`.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from emulator.sagemaker.faults import Fault, Faults, Kind
from emulator.sagemaker.jobs import container_process, reasons, training_files
from emulator.sagemaker.jobs.opt_ml import Host, OptMl, hosts_of
from emulator.sagemaker.jobs.records import JobFailed, JobStopped, Phase, TrainingJob
from emulator.sagemaker.jobs.s3_access import JobBuckets, S3Access
from emulator.sagemaker.jobs.slots import Slots
from emulator.sagemaker.jobs.training_hosts import LogSink, TrainingHosts
from emulator.sagemaker.jobs.training_jobs import PREPARING, WAITING, TrainingJobs
from emulator.sagemaker.records import Scope

logger = logging.getLogger(__name__)

CHECKPOINT_SECONDS = 2.0
DAY_SECONDS = 86_400
_AT_START = frozenset({Kind.CAPACITY, Kind.INTERNAL})


@dataclass(kw_only=True)
class Run:
    """A training job under way."""

    jobs: TrainingJobs
    job: TrainingJob
    access: S3Access
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    trained_seconds: float = 0.0

    @property
    def hosts(self) -> list[Host]:
        """The hosts that the job asks for."""
        return hosts_of(self.job.request)

    def left(self) -> tuple[float, Phase]:
        """Seconds that the job may still train, and how it ends when they are over."""
        condition = self.job.request.get("StoppingCondition", {})
        runtime = condition.get("MaxRuntimeInSeconds", DAY_SECONDS) - self.trained_seconds
        return min((runtime, Phase.MAX_RUNTIME_EXCEEDED), (self.wait_left(), Phase.MAX_WAIT_TIME_EXCEEDED))

    def wait_left(self) -> float:
        """Seconds that a spot job may still wait and train; without end for others."""
        longest = self.job.request.get("StoppingCondition", {}).get("MaxWaitTimeInSeconds")
        return float("inf") if longest is None else float(longest) - (self.jobs.clock() - self.job.created)


class TrainingRunner:
    """All training jobs under way.

    Parameters
    ----------
    buckets
        Gives access to S3 for the jobs' roles.
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
        buckets: JobBuckets,
        log: LogSink,
        flush: Callable[[], Awaitable[None]],
        *,
        faults: Faults,
        slots: Slots,
        start: container_process.Start = container_process.start,
    ) -> None:
        self._buckets, self._log, self._flush = buckets, log, flush
        self._faults, self._slots, self._start = faults, slots, start
        self._runs: dict[tuple[Scope, str], tuple[Run, asyncio.Task[None]]] = {}

    def begin(self, jobs: TrainingJobs, job: TrainingJob, access: S3Access) -> None:
        """Begin to run a job that was created."""
        key = (jobs.scope, job.name.lower())
        run = Run(jobs=jobs, job=job, access=access)
        task = asyncio.create_task(self._run(run))
        self._runs[key] = (run, task)
        task.add_done_callback(lambda _: self._runs.pop(key, None))

    def stop(self, scope: Scope, name: str) -> None:
        """End a job that `TrainingJobs.stop` was called for; what it made is kept."""
        if (under_way := self._runs.get((scope, name.lower()))) is not None:
            under_way[0].stop.set()

    async def settled(self, scope: Scope, name: str) -> None:
        """Wait for the end of a job."""
        if (under_way := self._runs.get((scope, name.lower()))) is not None:
            await asyncio.wait([under_way[1]])

    async def close(self) -> None:
        """Kill every process and forget every job under way."""
        tasks = [task for _, task in self._runs.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- inside -------------------------------------------------------------------------------------------------

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
            phase, reason = Phase.FAILED, f"InternalServerError: failure of the emulator: {error!r}"
        await self._flush()
        run.jobs.finish(run.job, phase, reason=reason)
        logger.info("training job %s: %s%s", run.job.name, phase, f": {reason}" if reason else "")

    async def _whole_job(self, run: Run) -> Phase:
        """Wait for a place, and train there as often as it is interrupted."""
        count = len(run.hosts)
        await self._place(run, count)
        try:
            reasons.raise_fault(self._faults.take_for_job(run.job.name, _AT_START))
            run.jobs.note(run.job, PREPARING)
            while (phase := await self._attempt(run)) is Phase.INTERRUPTED:
                run.jobs.enter(run.job, Phase.INTERRUPTED)
                run.jobs.enter(run.job, Phase.STARTING)
            return phase
        finally:
            self._slots.release(count)

    async def _place(self, run: Run, count: int) -> None:
        """Hold places for the processes; a job that is stopped or has waited too long goes away without one."""
        waiting = asyncio.create_task(self._slots.acquire(count, lambda: run.jobs.note(run.job, WAITING)))
        stopping = asyncio.create_task(run.stop.wait())
        longest = run.wait_left()
        try:
            await asyncio.wait(
                {waiting, stopping},
                timeout=None if longest == float("inf") else max(0.0, longest),
                return_when=asyncio.FIRST_COMPLETED,
            )
        except asyncio.CancelledError:
            if waiting.done():
                self._slots.release(count)
            raise
        finally:
            stopping.cancel()
            if not (placed := waiting.done()):
                waiting.cancel()
        if not placed:
            raise JobStopped if run.stop.is_set() else TimeoutError

    async def _attempt(self, run: Run) -> Phase:
        folder = Path(tempfile.mkdtemp(prefix="job-"))
        machines = {host.name: OptMl(folder / host.name) for host in run.hosts}
        began = run.jobs.clock()
        try:
            run.jobs.enter(run.job, Phase.DOWNLOADING)
            await asyncio.to_thread(training_files.fetch, run.access, run.job.request, machines, run.stop.is_set)
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
        hosts = TrainingHosts(run.jobs, run.job, machines, log=self._log, start=self._start)
        fault = self._interruption(run)
        checkpoints = asyncio.create_task(_keep_checkpoints(run, machines))
        try:
            await hosts.start()
            phase = await self._watch(run, hosts, fault)
        except JobFailed:
            await asyncio.to_thread(training_files.keep_output, run.access, run.job, list(machines.values()))
            raise
        finally:
            checkpoints.cancel()
            await hosts.kill()
        await asyncio.to_thread(training_files.keep_checkpoints, run.access, run.job.request, machines)
        return phase

    async def _watch(self, run: Run, hosts: TrainingHosts, fault: Fault | None) -> Phase:
        longest, too_long = run.left()
        ended, asked = asyncio.create_task(hosts.ended()), asyncio.create_task(run.stop.wait())
        seconds = min(longest, fault.seconds) if fault else longest
        try:
            done, _ = await asyncio.wait({ended, asked}, timeout=max(0.0, seconds), return_when=asyncio.FIRST_COMPLETED)
            if ended in done:
                return ended.result()
        finally:
            asked.cancel()
            ended.cancel()
        interrupted = not done and seconds < longest
        if not done and not interrupted:
            run.jobs.stop(run.job.name)
        await hosts.stop(container_process.STOP_SECONDS)
        if interrupted:
            return Phase.INTERRUPTED
        return Phase.STOPPED if done else too_long

    def _interruption(self, run: Run) -> Fault | None:
        """The fault that takes the instances of a spot job away."""
        spot = run.job.request.get("EnableManagedSpotTraining", False)
        return self._faults.take_for_job(run.job.name, frozenset({Kind.INTERRUPT})) if spot else None


async def _keep_checkpoints(run: Run, machines: dict[str, OptMl]) -> None:
    """Bring checkpoints to S3 while the job runs."""
    seen: dict[Path, float] = {}
    while run.job.request.get("CheckpointConfig"):
        await asyncio.sleep(CHECKPOINT_SECONDS)
        try:
            await asyncio.to_thread(training_files.keep_checkpoints, run.access, run.job.request, machines, seen)
        except JobFailed as failure:
            logger.warning("training job %s: checkpoints: %s", run.job.name, failure)
