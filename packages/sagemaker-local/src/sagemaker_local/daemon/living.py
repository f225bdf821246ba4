"""Identifies the daemon of a state folder.

It is the process that the folder's record names, if that very process lives and has a daemon's arguments, compared
exactly, and if the record was written in this folder. Where there is no such record, the arguments alone tell.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from sagemaker_local.daemon import processes, record
from sagemaker_local.daemon.record import Record
from sagemaker_local.settings import StateFolder

_MODULE = ("-m", "sagemaker_local.daemon.server", "--state-dir")


def daemon_arguments(folder: Path, port: int, site_port: int) -> list[str]:
    """What the interpreter of a daemon is given; no other process has the same."""
    return [*_MODULE, str(folder), "--port", str(port), "--site-port", str(site_port)]


def living_daemons(state: StateFolder) -> Iterator[Record]:
    """The daemon of a folder; more than one only if somebody removed the folder while one ran."""
    known = record.read(state)
    if known is not None and is_of_folder(known, state) and _is_daemon(known):
        yield known
    for pid, arguments in processes.started_with([*_MODULE, str(state.path)]):
        found = _unrecorded(state, pid, arguments)
        if found is not None and (known is None or found.process != known.process):
            yield found


def is_of_folder(known: Record, state: StateFolder) -> bool:
    """Whether a record was written in that folder, rather than in one that this is a copy of."""
    with contextlib.suppress(OSError):
        return record.folder_identity(state.path) == known.folder
    return False


def _is_daemon(known: Record) -> bool:
    arguments = daemon_arguments(known.state, known.port, known.site_port)
    return processes.lives(known.process) and processes.has_arguments(known.process.pid, arguments)


def _unrecorded(state: StateFolder, pid: int, arguments: list[str]) -> Record | None:
    """A daemon that only its arguments tell."""
    process, ports = processes.look_up(pid), [int(word) for word in arguments[-3::2] if word.isdecimal()]
    if process is None or len(ports) != 2 or arguments != daemon_arguments(state.path, *ports):
        return None
    return Record(process=process, port=ports[0], site_port=ports[1], state=state.path, folder=(0, 0))
