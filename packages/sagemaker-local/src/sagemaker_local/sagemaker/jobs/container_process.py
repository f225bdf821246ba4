"""A process that represents a job's container on one host: started, watched, stopped.

It leads a process group of its own. What else runs in that group ends with it, as in a container, whose first process
takes all others along. When the daemon dies, it sees the end of its standard input.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

# StopTrainingJob and StopProcessingJob in the API reference: SIGTERM, and 120 seconds until SIGKILL.
STOP_SECONDS = 120.0
# What a program leaves running in a session of its own may hold its output open; nobody waits for that for long.
_LAST_LINES_SECONDS = 2.0
_LOOK_SECONDS = 0.02
_READ_BYTES = 1 << 16
# The largest event of CloudWatch Logs is 256 KiB.
_LINE_BYTES = 250_000


@dataclass(frozen=True, kw_only=True)
class Launch:
    """What a process is started with."""

    command: list[str]
    environment: dict[str, str]


class Process(Protocol):
    """A running container."""

    @property
    def pid(self) -> int:
        """Process id."""
        ...

    async def wait(self) -> int:
        """Wait for its end and for its last line; returns the container's exit code."""
        ...

    async def stop(self, seconds: float) -> None:
        """Ask it to end, and kill it when it has not ended after that time."""
        ...


Start = Callable[[Launch, Callable[[str], None]], Awaitable[Process]]


class ContainerProcess:
    """A process of the operating system; made by `start`."""

    def __init__(self, process: asyncio.subprocess.Process, log: Callable[[str], None]) -> None:
        self._process = process
        self._reading = asyncio.create_task(_read(process, log))

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    async def wait(self) -> int:
        """Wait for its end and for its last line; returns the container's exit code."""
        code = await self._exit_code()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        if self._process.stdin is not None:
            self._process.stdin.close()
        await asyncio.wait([self._reading], timeout=_LAST_LINES_SECONDS)
        return 128 - code if code < 0 else code

    async def stop(self, seconds: float) -> None:
        """Send SIGTERM, and SIGKILL when it has not ended after that time."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(seconds):
                await self._exit_code()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        await self.wait()

    async def _exit_code(self) -> int:
        """Wait for its end; `asyncio` would wait until nobody holds its output open any more."""
        while (code := self._process.returncode) is None:
            await asyncio.sleep(_LOOK_SECONDS)
        return code


async def start(launch: Launch, log: Callable[[str], None]) -> Process:
    """Start a process; `log` receives every line that it writes."""
    process = await asyncio.create_subprocess_exec(
        *launch.command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=launch.environment,
        start_new_session=True,
    )
    return ContainerProcess(process, log)


async def _read(process: asyncio.subprocess.Process, log: Callable[[str], None]) -> None:
    if process.stdout is None:
        return
    async for line in _lines(process.stdout):
        if text := line.decode(errors="replace").rstrip():
            log(text)


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Lines of any length; a very long one comes in pieces."""
    rest = b""
    while chunk := await stream.read(_READ_BYTES):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line
        if len(rest) > _LINE_BYTES:
            yield rest
            rest = b""
    yield rest
