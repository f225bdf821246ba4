"""A process that stands for a job's container: what it writes, how it ends, and what ends with it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from sagemaker_local.sagemaker.jobs import container_process
from sagemaker_local.sagemaker.jobs.container_process import Launch, Process
from support.emulators import eventually

CHILD = "import subprocess; print(subprocess.Popen(['sleep', '600']).pid, flush=True)"
ENDS, STAYS = f"{CHILD}; raise SystemExit(3)", f"{CHILD}; import time; time.sleep(600)"


def run(program: str, work: Callable[[Process, list[str]], Awaitable[int]]) -> tuple[int, list[str]]:
    """What `work` makes of a running Python program, and the lines that the program wrote."""

    async def started() -> tuple[int, list[str]]:
        lines: list[str] = []
        launch = Launch(command=[sys.executable, "-c", program], environment=dict(os.environ))
        return await work(await container_process.start(launch, lines.append), lines), lines

    return asyncio.run(started())


async def waited(process: Process, _: list[str]) -> int:
    return await process.wait()


async def stopped(process: Process, lines: list[str]) -> int:
    """Stop it as soon as it has written something."""
    while not lines:
        await asyncio.sleep(0.01)
    await process.stop(5.0)
    return await process.wait()


def is_gone(pid: int) -> bool:
    """Whether no such process runs; one that nobody has waited for yet is as good as gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
@pytest.mark.parametrize(("program", "work", "expected"), [(ENDS, waited, 3), (STAYS, stopped, 143)])
def test_what_a_program_started_ends_with_it(
    program: str, work: Callable[[Process, list[str]], Awaitable[int]], expected: int
) -> None:
    code, lines = run(program, work)
    assert code == expected
    eventually(lambda: is_gone(int(lines[0])))
