"""Starts and stops the daemon and asks it how it is; standard library only, so that any Python can run it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sagemaker_local import settings
from sagemaker_local.settings import StateFolder

Json = dict[str, Any]
_START_SECONDS = 30.0
_STOP_SECONDS = 10.0
_POLL_SECONDS = 0.05


_ANOTHER_PORT = "--port, or SAGEMAKER_LOCAL_PORT"


class EmulatorError(Exception):
    """Something is in the way; the text is a sentence for a person."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """A daemon that answers."""

    pid: int
    port: int
    state: Path
    auth: bool
    site_port: int


def ask(port: int, path: str, *, method: str = "GET", document: Json | None = None, seconds: float = 5.0) -> Json:
    """Ask the daemon's own interface (`/_sagemaker_local/...`).

    Raises
    ------
    OSError
        When nothing answers there.
    EmulatorError
        When what answers is not an emulator, or refuses.
    """
    body = None if document is None else json.dumps(document).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(
        f"http://{settings.HOST}:{port}/_sagemaker_local/{path}", body, headers, method=method
    )
    try:
        # Never through a proxy of the environment.
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=seconds) as answer:
            found = json.load(answer)
    except urllib.error.HTTPError as error:
        raise EmulatorError(_refusal(error)) from error
    except ValueError as error:
        msg = f"port {port} is used by another program"
        raise EmulatorError(msg) from error
    if not isinstance(found, dict):
        msg = f"port {port} is used by another program"
        raise EmulatorError(msg)
    return found


def find(state: StateFolder) -> Running | None:
    """The daemon of that state folder, if it runs and answers."""
    try:
        record = json.loads(state.record.read_text())
        health = ask(record["port"], "health")
    except (OSError, ValueError, KeyError, EmulatorError):
        return None
    if health.get("pid") != record.get("pid"):
        return None
    return Running(
        pid=health["pid"],
        port=health["port"],
        state=Path(health["state"]),
        auth=health["auth"],
        site_port=health.get("site_port", 0),
    )


def start(state: StateFolder, *, port: int, auth: bool, site_port: int | None = None) -> Running:
    """Start a daemon and wait until it answers.

    Parameters
    ----------
    state
        Its folder.
    port
        Of its API.
    auth
        Whether signatures and policies are checked.
    site_port
        Where it shows what is deployed to CloudFront; None is the port after its own, or any that is free.

    Raises
    ------
    EmulatorError
        With what is in the way: the port, the environment, or the end of the daemon's log.
    """
    stop(state)  # what a killed one left
    _check_port(port)
    if site_port is None:
        site_port = _free_port(port + 1)
    else:
        _check_port(site_port)
    state.temporary.mkdir(parents=True, exist_ok=True)
    process = _spawn(state, port=port, site_port=site_port, auth=auth)
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if (running := find(state)) is not None and running.pid == process.pid:
            return running
        time.sleep(_POLL_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    msg = f"the daemon did not start; the end of {state.log} says:\n{last_lines(state.log, 15)}"
    raise EmulatorError(msg)


def _spawn(state: StateFolder, *, port: int, site_port: int, auth: bool) -> subprocess.Popen[bytes]:
    """Start the daemon in a session of its own: a terminal that goes away does not take it along."""
    command = [sys.executable, "-m", "sagemaker_local.daemon.server", "--state-dir", str(state.path)]
    command += ["--port", str(port), "--site-port", str(site_port)]
    with state.log.open("wb") as log:
        return subprocess.Popen(
            command,
            cwd=state.path,
            env=settings.daemon_environment(port=port, state=state, auth=auth),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def stop(state: StateFolder) -> int | None:
    """Stop the daemon and everything it started; returns its process id, or `None` if none ran."""
    pid = _recorded_pid(state)
    running = pid is not None and _is_daemon(pid, state)
    if pid is not None and running:
        _end(pid, state)
    if pid is not None and (running or not _command_line(pid)):
        # Functions and model servers are in the daemon's process group, also when it was killed before.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    clean(state)
    return pid if running else None


def _end(pid: int, state: StateFolder) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    if not _ended(pid, state):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def clean(state: StateFolder) -> None:
    """Remove what a daemon leaves; the log stays until the next start."""
    state.record.unlink(missing_ok=True)
    state.certificate.unlink(missing_ok=True)
    shutil.rmtree(state.temporary, ignore_errors=True)


def last_lines(path: Path, count: int) -> str:
    """The end of a text file."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-count:])
    except FileNotFoundError:
        return ""


def _check_port(port: int) -> None:
    """Say who holds the port, if it is not free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.HOST, port))
        except PermissionError as error:
            msg = f"port {port} may not be opened by this user; choose one above 1023 with --port"
            raise EmulatorError(msg) from error
        except OSError as error:
            raise EmulatorError(_occupant(port)) from error


def _free_port(wanted: int) -> int:
    """That port, or another if somebody has it."""
    for port in (wanted, 0):
        with socket.socket() as probe, contextlib.suppress(OSError, OverflowError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.HOST, port))
            return int(probe.getsockname()[1])
    msg = f"no port of {settings.HOST} is free"
    raise EmulatorError(msg)


def _occupant(port: int) -> str:
    try:
        health = ask(port, "health", seconds=0.5)
        return (
            f"port {port} is used by another emulator (process {health['pid']}, state folder {health['state']}); "
            f"stop it with 'sagemaker-local down --state-dir {health['state']}', or choose another: {_ANOTHER_PORT}"
        )
    except (OSError, EmulatorError, KeyError):
        return f"port {port} is used by another program; stop that program, or choose another: {_ANOTHER_PORT}"


def _recorded_pid(state: StateFolder) -> int | None:
    try:
        return int(json.loads(state.record.read_text())["pid"])
    except (OSError, ValueError, KeyError):
        return None


def _is_daemon(pid: int, state: StateFolder) -> bool:
    """Whether that process still is the daemon, and not a later one with the same number."""
    running = find(state)
    started_as = _command_line(pid)
    return (running is not None and running.pid == pid) or (
        "sagemaker_local.daemon.server" in started_as and str(state.path) in started_as
    )


def _command_line(pid: int) -> str:
    """How a process was started; empty for one that is dead."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        pass
    try:
        answer = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S607
    except OSError:
        return ""
    return answer.stdout


def _ended(pid: int, state: StateFolder) -> bool:
    """Wait for the daemon to end, which removes its record last; a dead process may linger until it is reaped."""
    deadline = time.monotonic() + _STOP_SECONDS
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if not state.record.exists():
            return True
        time.sleep(_POLL_SECONDS)
    return False


def _refusal(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["message"])
    except (ValueError, KeyError, TypeError):
        return f"the answer was {error.code}; another program uses this port"
