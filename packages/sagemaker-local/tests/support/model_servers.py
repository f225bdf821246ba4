"""The serving container as a process of its own, for tests: started, waited for, and asked over HTTP."""

from __future__ import annotations

import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

from support.emulators import eventually, free_port


def start(
    model_dir: Path, *, python: Path = Path(sys.executable), folder: Path | None = None
) -> tuple[subprocess.Popen[bytes], int]:
    """Start a server of a folder with a model, with that interpreter and working directory; returns its port, too."""
    port = free_port()
    command = [str(python), "-m", "sagemaker_local.xgboost_container", "--model-dir", str(model_dir)]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--exit-with-stdin"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    return process, port


def wait_until_serving(port: int) -> None:
    """Wait until `/ping` answers 200."""
    eventually(lambda: _serves(port))


def _serves(port: int) -> bool:
    try:
        return request(port, "GET", "/ping")[0] == 200
    except OSError:
        return False


def request(
    port: int, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    """Send a request; returns status and body."""
    connection = HTTPConnection("127.0.0.1", port)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
