"""Starts and stops the daemon of a state folder; standard library only, so that any Python can run it.

A daemon belongs to one folder, and what is not the folder's own (`living`) is never used and never stopped. Starting
and stopping hold the folder's lock.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from sagemaker_local import settings
from sagemaker_local.daemon import processes, record
from sagemaker_local.daemon.living import daemon_arguments, is_of_folder, living_daemons
from sagemaker_local.daemon.ports import check_port, free_port
from sagemaker_local.daemon.processes import Process
from sagemaker_local.daemon.record import Record
from sagemaker_local.daemon.running import Running, answer_of, find_daemon
from sagemaker_local.process_environment import daemon_environment
from sagemaker_local.sagemaker.errors import is_full
from sagemaker_local.settings import EmulatorError, StateFolder

_START_SECONDS = 60.0
_STOP_SECONDS = 10.0
_POLL_SECONDS = 0.05
_LOG_LINES = 15


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a daemon is to be like.

    Attributes
    ----------
    port
        Of its API; None leaves it to `SAGEMAKER_LOCAL_PORT`, and to the default after that.
    auth
        Whether signatures and policies are checked.
    site_port
        Where it shows what is deployed to CloudFront; None is the port after its own, or any that is free.
    """

    port: int | None = None
    auth: bool = True
    site_port: int | None = None


def start(state: StateFolder, wish: Wish) -> tuple[Running, bool]:
    """Start a daemon and wait until it answers, unless one runs.

    Returns
    -------
    tuple
        The daemon, and whether it was started now.

    Raises
    ------
    EmulatorError
        With the reason: another port than the wish's, a port that is taken, the environment, the disk, or the
        end of the daemon's log.
    """
    with contextlib.suppress(FileExistsError):
        state.path.mkdir(parents=True, exist_ok=True)
    with record.locked(state):
        running = find_daemon(state, seconds=_START_SECONDS)
        if running is None:
            return _start(state, wish), True
        check_wish(running, wish)
        return running, False


def check_wish(running: Running, wish: Wish) -> None:
    """Check that a running daemon has the requested options.

    Raises
    ------
    EmulatorError
        If it is not.
    """
    where = f"it already runs at {settings.url(running.port)}"
    if wish.port not in (None, running.port):
        msg = f"{where}, not at port {wish.port}; a second one needs its own --state-dir"
        raise EmulatorError(msg)
    chosen = settings.chosen_port()
    if wish.port is None and chosen not in (None, running.port):
        msg = f"{where}, and SAGEMAKER_LOCAL_PORT is {chosen}; unset it, or give a second one its own --state-dir"
        raise EmulatorError(msg)
    if wish.site_port not in (None, running.site_port):
        msg = f"{where} with the site at port {running.site_port}, not {wish.site_port}; stop it first, with 'down'"
        raise EmulatorError(msg)
    if running.auth and not wish.auth:
        msg = f"{where} and checks signatures and policies; stop it first, with 'down'"
        raise EmulatorError(msg)


def _start(state: StateFolder, wish: Wish) -> Running:
    _stop(state)  # what a killed one left
    port = wish.port or settings.chosen_port() or settings.DEFAULT_PORT
    check_port(port)
    if wish.site_port is None:
        site_port = free_port(port + 1)
    elif wish.site_port == port:
        msg = f"port {port} cannot be that of the API and of the site; choose another --site-port, or leave it out"
        raise EmulatorError(msg)
    else:
        check_port(site_port := wish.site_port)
    try:
        state.make_temporary()
        process = _spawn(state, port=port, site_port=site_port, auth=wish.auth)
        try:
            return _wait(state, process, port=port, site_port=site_port)
        except BaseException:  # also Ctrl-C: nothing is left that nobody waits for
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            clean(state)
            raise
    except OSError as error:
        if is_full(error):
            raise EmulatorError(_did_not_start(_no_space(state))) from error
        raise


def _wait(state: StateFolder, process: subprocess.Popen[bytes], *, port: int, site_port: int) -> Running:
    identity = processes.look_up(process.pid)
    if identity is not None:
        folder = record.folder_identity(state.path)
        known = Record(process=identity, port=port, site_port=site_port, state=state.path, folder=folder)
        record.write(state, known)
        deadline = time.monotonic() + _START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            if (running := answer_of(known)) is not None:
                return running
            time.sleep(_POLL_SECONDS)
    if process.poll() is not None:
        for each in (port, site_port):
            check_port(each)  # another program may have been faster
    raise EmulatorError(_did_not_start(_why_not(state, process.poll())))


def _did_not_start(reason: str) -> str:
    return f"the daemon did not start: {reason}"


def _no_space(state: StateFolder) -> str:
    return f"there is no space left for its files in {state.path}; make room, or choose another --state-dir"


def _why_not(state: StateFolder, code: int | None) -> str:
    if code == settings.NO_SPACE:
        return _no_space(state)
    if text := last_lines(state.log, _LOG_LINES):
        return f"the end of {state.log} says:\n{text}"
    after = f"it did not answer within {_START_SECONDS:.0f} s" if code is None else f"it ended with exit code {code}"
    return f"{after}, and wrote nothing to {state.log}"


def _spawn(state: StateFolder, *, port: int, site_port: int, auth: bool) -> subprocess.Popen[bytes]:
    """Start the daemon in a session of its own: a terminal that goes away does not take it along."""
    with state.log.open("wb") as log:
        return subprocess.Popen(
            [sys.executable, *daemon_arguments(state.path, port, site_port)],
            cwd=state.path,
            env=daemon_environment(port=port, state=state, auth=auth),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def stop(state: StateFolder) -> int | None:
    """Stop the daemon and everything it started; returns its process id, or `None` if none ran."""
    with record.locked(state) if state.path.exists() else contextlib.nullcontext():
        return _stop(state)


def _stop(state: StateFolder) -> int | None:
    known, stopped = record.read(state), None
    for living in list(living_daemons(state)):
        _end(living.process)
        stopped = stopped or living.process.pid
    if known is not None and is_of_folder(known, state) and known.process.boot == processes.boot_id():
        # Functions and model servers are in the daemon's process group, also when it was killed before.
        for pid in processes.group_members(known.process.pid, state.path):
            _signal(pid, signal.SIGKILL)
    clean(state)
    return stopped


def _end(daemon: Process) -> None:
    started_by_it = processes.in_group(daemon.pid)
    try:
        os.kill(daemon.pid, signal.SIGTERM)
    except PermissionError as error:
        msg = f"process {daemon.pid} was started by another user, who has to stop it"
        raise EmulatorError(msg) from error
    except ProcessLookupError:
        return
    deadline = time.monotonic() + _STOP_SECONDS
    while processes.lives(daemon) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    for process in (daemon, *started_by_it):
        if processes.lives(process):
            _signal(process.pid, signal.SIGKILL)


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def clean(state: StateFolder) -> None:
    """Remove what a daemon leaves; the log stays until the next start."""
    state.record.unlink(missing_ok=True)
    state.certificate.unlink(missing_ok=True)
    state.remove_temporary()


def last_lines(path: Path, count: int) -> str:
    """The end of a text file."""
    try:
        return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])
    except FileNotFoundError:
        return ""
