"""A Dask cluster for tests: a scheduler and two workers as processes of their own, which have not got this project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.support.emulator import eventually

WORKERS = 2


@contextmanager
def running_cluster(
    folder: Path, environment: Mapping[str, str], *, before_workers: Callable[[str], None]
) -> Iterator[str]:
    """Start a cluster whose processes run in `folder`, and end it in the end; gives the scheduler's address.

    `before_workers` is called with that address while there is no worker yet.
    """
    file = folder / "scheduler.json"
    with ExitStack() as stack:
        arguments = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
        stack.enter_context(_process("dask_scheduler", arguments, folder / "scheduler.log", environment))
        eventually(lambda: file.exists() and file.read_text().endswith("}"))
        address = str(json.loads(file.read_text())["address"])
        before_workers(address)
        for number in range(WORKERS):
            arguments = [
                address, "--no-nanny", "--no-dashboard", "--nthreads", "1", "--name", f"w{number}",
                "--host", "127.0.0.1", "--local-directory", str(folder),
            ]  # fmt: skip
            stack.enter_context(_process("dask_worker", arguments, folder / f"worker-{number}.log", environment))
        yield address


@contextmanager
def _process(name: str, arguments: list[str], log: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Run a program of Dask; `-P` keeps Python from looking for modules in the folder where it is started."""
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", f"distributed.cli.{name}", *arguments],
            cwd=log.parent, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=file,
        )  # fmt: skip
    try:
        yield
    finally:
        process.kill()
        process.wait()
