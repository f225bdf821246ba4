"""Finds the daemon that runs for a state folder, and says why none does. Starts and stops nothing."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from pathlib import Path

from sagemaker_local.daemon import processes, record
from sagemaker_local.daemon.client import Json, ask
from sagemaker_local.daemon.living import is_of_folder, living_daemons
from sagemaker_local.daemon.record import Record
from sagemaker_local.settings import EmulatorError, StateFolder

_ANSWER_SECONDS = 5.0
_POLL_SECONDS = 0.05


@dataclass(frozen=True, kw_only=True)
class Running:
    """A daemon that answers."""

    pid: int
    port: int
    state: Path
    auth: bool
    site_port: int


def find_daemon(state: StateFolder, *, seconds: float = _ANSWER_SECONDS) -> Running | None:
    """The daemon of that state folder; None if there is none.

    Parameters
    ----------
    state
        Its folder.
    seconds
        How long to wait for the answer of one that lives.

    Raises
    ------
    EmulatorError
        If it lives and does not answer, or its folder has been moved.
    """
    deadline = time.monotonic() + seconds
    while (living := next(living_daemons(state), None)) is not None:
        if (running := answer_of(living)) is not None:
            _check_place(living, state)
            return running
        if time.monotonic() >= deadline:
            msg = (
                f"the emulator of {state.path} (process {living.process.pid}, port {living.port}) does not answer; "
                "read its log with 'sagemaker-local logs', stop it with 'sagemaker-local down'"
            )
            raise EmulatorError(msg)
        time.sleep(_POLL_SECONDS)
    return None


def why_none(state: StateFolder) -> str | None:
    """Why no daemon runs although a record lies in the folder; None if none lies there."""
    known = record.read(state)
    if known is None:
        return f"{state.record} is not a record of one" if state.record.exists() else None
    if not is_of_folder(known, state):
        return f"{state.record} is a copy; it names the emulator of {known.state}, which is another one"
    if known.process.boot != processes.boot_id():
        return "this computer has been started again since"
    return f"its process {known.process.pid} has ended; 'sagemaker-local logs' shows its output"


def answer_of(living: Record) -> Running | None:
    """What a daemon says of itself; None if nothing answers at its port, or somebody else."""
    try:
        health = ask(living.port, "health")
    except (OSError, EmulatorError):
        return None
    return _running(living, health)


def _running(living: Record, health: Json) -> Running | None:
    said = (health.get("pid"), health.get("boot"), health.get("process_started"), health.get("state"))
    process = living.process
    if said != (process.pid, process.boot, process.started, record.in_utf8(living.state)):
        return None
    return Running(
        pid=process.pid,
        port=living.port,
        state=living.state,
        auth=bool(health.get("auth")),
        site_port=living.site_port,
    )


def _check_place(living: Record, state: StateFolder) -> None:
    with contextlib.suppress(OSError):
        is_here = record.folder_identity(living.state) == record.folder_identity(state.path)
        if is_here and state.temporary.is_dir():
            return
    how = "removed" if living.state == state.path else f"moved to {state.path}"
    msg = (
        f"the emulator that runs (process {living.process.pid}) was started in {living.state}, and its folder has been "
        f"{how} since; stop it with 'sagemaker-local down', then start it again"
    )
    raise EmulatorError(msg)
