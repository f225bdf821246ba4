"""One process behind an endpoint: the built-in container's stand-in, serving one unpacked model on a loopback port.

The process ends when its standard input reaches its end, so it cannot outlive the daemon, however the daemon ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sagemaker_local import settings
from sagemaker_local.process_environment import container_environment
from sagemaker_local.sagemaker.container_client import ContainerClient
from sagemaker_local.sagemaker.errors import DeploymentFailed
from sagemaker_local.sagemaker.shapes import Json

logger = logging.getLogger(__name__)

_PING_SECONDS = 0.02
_PING_ANSWER_SECONDS = 2.0
_END_SECONDS = 3.0
# The service's limits of an invocation and of a start without ContainerStartupHealthCheckTimeoutInSeconds.
DRAIN_SECONDS = 60.0
STARTUP_SECONDS = 240.0


@dataclass(frozen=True, kw_only=True)
class Launch:
    """What a process is started with."""

    variant: str
    artifact: str
    model_dir: Path
    environment: dict[str, str]
    startup_seconds: float = STARTUP_SECONDS


class EndpointProcess:
    """A running model server and the requests it is busy with.

    Parameters
    ----------
    launch
        What to serve.
    log
        Receives every line that the process writes.
    """

    def __init__(self, launch: Launch, log: Callable[[str], None]) -> None:
        self.launch = launch
        self._log = log
        self._last_line = ""
        self._in_flight = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self.client = ContainerClient(0)

    @property
    def pid(self) -> int | None:
        """Process id, once started."""
        return self._process.pid if self._process else None

    @property
    def ended(self) -> int | None:
        """How a process that is gone ended: its exit code, or the negative number of a signal."""
        return self._process.returncode if self._process else None

    async def start(self) -> None:
        """Start the process, again if it has ended, and wait until `/ping` answers 200.

        Raises
        ------
        DeploymentFailed
            When it ends, or does not answer in time; the text is the service's.
        """
        port = free_port()
        self.client = ContainerClient(port)
        self._process = await asyncio.create_subprocess_exec(
            *_command(self.launch.model_dir, port),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=container_environment(self.launch.environment),
        )
        self._reading = asyncio.create_task(self._read_log(self._process))
        try:
            async with asyncio.timeout(self.launch.startup_seconds):
                await self._healthy(self._process)
        except TimeoutError:
            await self._fail()

    async def _healthy(self, process: asyncio.subprocess.Process) -> None:
        while process.returncode is None:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(_PING_ANSWER_SECONDS):
                    if (await self.client.request("GET", "/ping", headers={})).status == 200:
                        return
            await asyncio.sleep(_PING_SECONDS)
        await self._fail()

    async def _fail(self) -> None:
        await self.stop()
        hint = f' Its last line: "{self._last_line}".' if self._last_line else ""
        msg = (
            f"The primary container for production variant {self.launch.variant} did not pass the ping health check. "
            f"Please check CloudWatch logs for this endpoint.{hint}"
        )
        raise DeploymentFailed(msg)

    @contextlib.contextmanager
    def busy(self) -> Iterator[None]:
        """Count a request while it is under way."""
        self._in_flight += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._in_flight -= 1
            if not self._in_flight:
                self._idle.set()

    async def drain(self) -> None:
        """Wait for the requests under way, but no longer than an invocation may take."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._idle.wait()

    async def stop(self) -> None:
        """End the process; one that does not end by itself is killed."""
        self.client.close()
        process = self._process
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(_END_SECONDS):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if self._reading is not None:
            await self._reading

    async def _read_log(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None:
            return
        async for raw in process.stdout:
            line = raw.decode(errors="replace").rstrip()
            if line:
                self._last_line = line
                self._log(line)


def _command(model_dir: Path, port: int) -> list[str]:
    """The command line of the built-in container's stand-in."""
    options = ["--model-dir", str(model_dir), "--host", settings.HOST, "--port", str(port), "--exit-with-stdin"]
    return [str(settings.container_python()), "-m", "sagemaker_local.xgboost_container", *options]


def free_port() -> int:
    """A port on the loopback address that nothing uses now."""
    with socket.socket() as probe:
        probe.bind((settings.HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def environment_of(container: Json) -> dict[str, str]:
    """The `Environment` of a container definition."""
    return {str(name): str(value) for name, value in container.get("Environment", {}).items()}
