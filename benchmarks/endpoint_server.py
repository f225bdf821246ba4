"""One-row requests: the emulator's endpoint process against Flask and gunicorn with the same model.

Run it with `python -m benchmarks.endpoint_server`. Both servers run on loopback and are loaded in turns, by 1, 8 and 32
connections; their answers are compared before anything is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import numpy as np
import uvloop

from benchmarks.http_load import Load, load
from benchmarks.report import Report
from training.data.data_folder import read_split

OURS, PEER = "sagemaker_local.xgboost_container", "Flask + gunicorn, 2 sync workers"
CONNECTIONS = (1, 8, 32)
ROWS = 50


@contextmanager
def server(command: Sequence[str], port: int) -> Iterator[float]:
    """Run a server until the block ends; gives the seconds it took to answer `/ping`."""
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield _wait(process, port, started)
    finally:
        process.terminate()
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, started: float) -> float:
    while process.poll() is None and time.perf_counter() < started + 60:
        try:
            ask(port, "GET", "/ping")
        except OSError:
            time.sleep(0.02)
        else:
            return time.perf_counter() - started
    message = f"{process.args!r} did not answer on port {port}"
    raise RuntimeError(message)


def ask(port: int, method: str, path: str, body: bytes | None = None) -> bytes:
    """Send one request and return the answer's body."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body, {"Content-Type": "text/csv"} if body else {})
        return connection.getresponse().read()
    finally:
        connection.close()


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def commands(model: Path, folder: Path, ports: dict[str, int]) -> dict[str, list[str]]:
    """Say how each contestant is started."""
    (folder / "xgboost-model").write_bytes(model.read_bytes())
    ours = ["-m", "sagemaker_local.xgboost_container", "--model-dir", str(folder), "--port", str(ports[OURS])]
    application = f"benchmarks.flask_peer:create({str(model)!r})"
    peer = ["-m", "gunicorn", "--workers", "2", "--bind", f"127.0.0.1:{ports[PEER]}", application]
    return {OURS: [sys.executable, *ours], PEER: [sys.executable, *peer]}


def measure(
    ports: dict[str, int], bodies: Sequence[bytes], *, seconds: float, turns: int
) -> dict[int, dict[str, list[Load]]]:
    """Load the servers in turns: connections -> contestant -> its runs."""
    found: dict[int, dict[str, list[Load]]] = {}
    for connections in CONNECTIONS:
        found[connections] = {name: [] for name in ports}
        for _ in range(turns):
            for name, port in ports.items():
                run = load(port, bodies, connections=connections, seconds=seconds)
                with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                    found[connections][name].append(runner.run(run))
    return found


def agree(ports: dict[str, int], bodies: Sequence[bytes]) -> bool:
    """Whether both answer the same numbers."""
    answers = [[numbers(ask(port, "POST", "/invocations", body)) for body in bodies] for port in ports.values()]
    return bool(np.array_equal(answers[0], answers[1]))


def numbers(answer: bytes) -> list[float]:
    """Read a CSV answer of one row."""
    return [float(cell) for cell in answer.decode().strip().split(",")]


def rows_of(runs: dict[int, dict[str, list[Load]]], ready: dict[str, float]) -> list[dict[str, str | int | float]]:
    """One row a contestant and number of connections, medians over the turns."""
    return [
        {
            "server": name,
            "connections": connections,
            "requests/s": statistics.median(run.per_second for run in loads),
            "p50 ms": statistics.median(run.milliseconds(50) for run in loads),
            "p99 ms": statistics.median(run.milliseconds(99) for run in loads),
            "ready after s": ready[name],
        }
        for connections, each in runs.items()
        for name, loads in each.items()
    ]


def ratios_of(runs: dict[int, dict[str, list[Load]]]) -> dict[str, float]:
    """Compare the medians, ours over the peer's and the peer's latency over ours."""
    found = {}
    for connections, each in runs.items():
        speed = {name: statistics.median(run.per_second for run in loads) for name, loads in each.items()}
        found[f"more requests/s, {connections} connections"] = speed[OURS] / speed[PEER]
        for percent in (50, 99):
            late = {name: statistics.median(run.milliseconds(percent) for run in loads) for name, loads in each.items()}
            found[f"lower p{percent}, {connections} connections"] = late[PEER] / late[OURS]
    return found


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("build/model/xgboost-model"), help="as training fit made it")
    parser.add_argument("--data", type=Path, default=Path("build/data"), help="as training prepare made it")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each run")
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    if not options.model.is_file():
        parser.error(
            f"no model at {options.model}; make one with: python -m training prepare && python -m training fit"
        )
    images = read_split(options.data, "test").images[:ROWS]
    bodies = [",".join(map(str, row)).encode() for row in images.tolist()]
    ports = {OURS: free_port(), PEER: free_port()}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        starts = commands(options.model.resolve(), Path(folder), ports)
        ready = {name: stack.enter_context(server(command, ports[name])) for name, command in starts.items()}
        same = agree(ports, bodies)
        runs = measure(ports, bodies, seconds=options.seconds, turns=options.turns)
    Report(
        name="endpoint_server",
        title=f"one-row CSV requests, {options.turns} turns of {options.seconds:g} s",
        rows=rows_of(runs, ready),
        ratios=ratios_of(runs),
        packages=("flask", "gunicorn", "httptools", "numpy", "uvicorn", "uvloop", "xgboost-cpu"),
        notes=(
            f"answers of both servers equal: {'yes' if same else 'NO'}",
            "ours is one process, the peer two; the load generator shares the processors with both",
            "gunicorn's sync workers close each connection after its answer, so the peer pays for a new one each time",
        ),
    ).publish()


if __name__ == "__main__":
    main()
