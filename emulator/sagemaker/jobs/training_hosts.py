"""The processes of one training job, one per host, which live and die together."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from emulator import settings
from emulator.sagemaker.endpoint_process import free_port
from emulator.sagemaker.jobs import reasons, training_metrics
from emulator.sagemaker.jobs.container_process import Launch, Process, Start, base_environment
from emulator.sagemaker.jobs.opt_ml import OptMl
from emulator.sagemaker.jobs.records import JobFailed, Phase, TrainingJob
from emulator.sagemaker.jobs.training_jobs import TrainingJobs
from emulator.sagemaker.records import Scope
from emulator.sagemaker.shapes import Json

LogSink = Callable[[Scope, str, str, str], None]

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
# What the other hosts get to end by themselves when one has failed.
_OTHERS_SECONDS = 2.0


class TrainingHosts:
    """The processes of one job.

    Parameters
    ----------
    jobs, job
        The job, whose metrics are kept up to date.
    machines
        The folder of each host, by its name.
    log
        Receives scope, log group, stream and line.
    start
        Starts a process.
    """

    def __init__(
        self, jobs: TrainingJobs, job: TrainingJob, machines: dict[str, OptMl], *, log: LogSink, start: Start
    ) -> None:
        self._jobs, self._job, self._machines = jobs, job, machines
        self._log, self._start = log, start
        self._processes: dict[str, Process] = {}

    async def start(self) -> None:
        """Start all processes."""
        rendezvous, epoch = f"{settings.HOST}:{free_port()}", int(self._jobs.clock())
        for name, machine in self._machines.items():
            launch = Launch(
                command=_command(machine, rendezvous),
                environment=_environment(self._job, len(self._machines)),
            )
            self._processes[name] = await self._start(launch, self._line_of(f"{self._job.name}/{name}-{epoch}"))

    async def ended(self) -> Phase:
        """Wait until all have ended.

        Raises
        ------
        JobFailed
            As soon as one of them ended with an error; it has taken the others down.
        """
        waiting = {asyncio.create_task(process.wait()): name for name, process in self._processes.items()}
        try:
            while waiting:
                done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                codes = {waiting.pop(task): task.result() for task in done}
                failed = [name for name in self._machines if codes.get(name)]
                if failed:
                    await self.stop(_OTHERS_SECONDS)
                    raise JobFailed(reasons.of_failure(self._failure(failed[0]), codes[failed[0]]))
        finally:
            for task in waiting:
                task.cancel()
        return Phase.COMPLETED

    async def stop(self, seconds: float) -> None:
        """Send SIGTERM to all, and SIGKILL to those that have not ended after that time."""
        await asyncio.gather(*(process.stop(seconds) for process in self._processes.values()))

    async def kill(self) -> None:
        """End those that still run at once."""
        await self.stop(0.0)

    def _failure(self, host: str) -> str:
        try:
            return self._machines[host].failure.read_text(errors="replace")
        except OSError:
            return ""

    def _line_of(self, stream: str) -> Callable[[str], None]:
        def line(text: str) -> None:
            self._log(self._jobs.scope, LOG_GROUP, stream, text)
            self._job.metrics.update(training_metrics.found_in(text, self._jobs.clock()))

        return line


def _command(machine: OptMl, rendezvous: str) -> list[str]:
    """The command line of the built-in container's stand-in for training."""
    options = ["--opt-ml", str(machine.root), "--rendezvous", rendezvous, "--exit-with-stdin"]
    return [str(settings.endpoint_python()), "-m", "emulator.training_container", *options]


def _environment(job: TrainingJob, hosts: int) -> dict[str, str]:
    """What a training container sees; hosts share this machine's processors, which on AWS each has of its own."""
    threads = str(max(1, (os.cpu_count() or 1) // hosts))
    shared = {"OMP_NUM_THREADS": threads, "OMP_THREAD_LIMIT": threads} if hosts > 1 else {}
    named = {"TRAINING_JOB_NAME": job.name, "TRAINING_JOB_ARN": job.arn}
    own: Json = job.request.get("Environment", {})
    return {**base_environment(), **shared, **named, **own}
