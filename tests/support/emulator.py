"""The emulator for tests: started as a program, on a free port, in a folder of its own, and reached over HTTP."""

from __future__ import annotations

import functools
import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.config import Config
from botocore.session import Session

HOST = "127.0.0.1"
REGION = "us-east-1"
ACCOUNT = "123456789012"
KEY, SECRET = ACCOUNT, "testing"
"""Those of the root user of the emulated account."""


@dataclass(frozen=True, kw_only=True)
class Emulator:
    """An emulator that runs."""

    port: int
    state: Path

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"http://localhost:{self.port}"

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables with which AWS clients reach it as the root user."""
        keys = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
        return {"AWS_ENDPOINT_URL": self.url, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, **keys}

    def client(self, service: str, *, key: str = KEY, secret: str = SECRET) -> Any:
        """A botocore client that never repeats a request; the same one for the same question."""
        return _client(service, self.url, key, secret)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `sagemaker-local ...` for this emulator."""
        command = [sys.executable, "-m", "sagemaker_local", *arguments, "--state-dir", str(self.state)]
        return subprocess.run(command, capture_output=True, text=True, check=False)


@functools.cache
def _client(service: str, url: str, key: str, secret: str) -> Any:
    config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    session = Session()
    session.set_credentials(key, secret)
    return session.create_client(service, region_name=REGION, endpoint_url=url, config=config)


def ask(port: int, path: str, *, method: str = "GET", document: object = None) -> dict[str, Any]:
    """Ask the emulator's own interface: `health`, `status`, `faults`."""
    body = None if document is None else json.dumps(document).encode()
    url = f"http://{HOST}:{port}/_sagemaker_local/{path}"
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method=method)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        told: dict[str, Any] = json.load(answer)
        return told


@contextmanager
def running_emulator(state: Path, *options: str) -> Iterator[Emulator]:
    """Start an emulator with those options of `up`, and stop it in the end."""
    emulator = Emulator(port=free_port(), state=state)
    started = emulator.command("up", "--port", str(emulator.port), *options)
    assert started.returncode == 0, started.stderr
    try:
        yield emulator
    finally:
        assert emulator.command("down").returncode == 0


def free_port() -> int:
    """A port that nothing uses now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def eventually(condition: Callable[[], object], *, seconds: float = 200.0) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)
