"""The processes of one job, one per host, which live and die together."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Callable

from sagemaker_local.sagemaker.jobs.container_process import Launch, Process, Start
from sagemaker_local.sagemaker.jobs.records import JobFailed

# What the other hosts get to end by themselves when one has failed.
_OTHERS_SECONDS = 2.0


class Outcome(enum.Enum):
    """Why waiting for the processes ended."""

    ENDED = "all have ended without an error"
    ASKED = "somebody asked to stop the job"
    TIME_OVER = "they took too long"


class HostProcesses:
    """The processes of one job.

    Parameters
    ----------
    launches
        What is started on each host, by the host's name.
    log
        Receives host and line.
    failure
        Words the failure of a host from its name and exit code.
    start
        Starts a process.
    """

    def __init__(
        self,
        launches: dict[str, Launch],
        *,
        log: Callable[[str, str], None],
        failure: Callable[[str, int], str],
        start: Start,
    ) -> None:
        self._launches, self._log, self._failure, self._start = launches, log, failure, start
        self._processes: dict[str, Process] = {}

    async def start(self) -> None:
        """Start all processes."""
        for host, launch in self._launches.items():
            self._processes[host] = await self._start(launch, self._line_of(host))

    async def wait(self, stop: asyncio.Event, seconds: float) -> Outcome:
        """Wait for their end, but no longer than that, and not when `stop` is set.

        Raises
        ------
        JobFailed
            As soon as one of them ended with an error; it has taken the others down.
        """
        ended, asked = asyncio.create_task(self._ended()), asyncio.create_task(stop.wait())
        both = {ended, asked}
        try:
            done, _ = await asyncio.wait(both, timeout=max(0.0, seconds), return_when=asyncio.FIRST_COMPLETED)
            if ended in done:
                ended.result()
                return Outcome.ENDED
            return Outcome.ASKED if done else Outcome.TIME_OVER
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def stop(self, seconds: float) -> None:
        """Send SIGTERM to all, and SIGKILL to those that have not ended after that time."""
        await asyncio.gather(*(process.stop(seconds) for process in self._processes.values()))

    async def _ended(self) -> None:
        waiting = {asyncio.create_task(process.wait()): host for host, process in self._processes.items()}
        try:
            while waiting:
                done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                codes = {waiting.pop(task): task.result() for task in done}
                failed = [host for host in self._launches if codes.get(host)]
                if failed:
                    await self.stop(_OTHERS_SECONDS)
                    raise JobFailed(self._failure(failed[0], codes[failed[0]]))
        finally:
            for task in waiting:
                task.cancel()

    def _line_of(self, host: str) -> Callable[[str], None]:
        return lambda line: self._log(host, line)
