"""What a state folder says of its daemon, `daemon.json`, and the lock that keeps two commands apart.

The record names the process (number, boot, start), its ports, and the folder by what the file system knows it as. So a
record that came along with a copy of the folder, or that an earlier boot left, is told from a true one.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sagemaker_local.daemon.processes import HIGHEST_PID, Process
from sagemaker_local.json_text import read_json
from sagemaker_local.settings import HIGHEST_PORT, EmulatorError, StateFolder

LOCK_SECONDS = 60.0
_LOOK_SECONDS = 0.05
_LONGEST = 65_536
"""Bytes; a record has some 300."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """The daemon of a state folder, as it was started.

    Attributes
    ----------
    process
        The daemon.
    port, site_port
        Where it listens.
    state
        Path of the folder when it was started.
    folder
        Device and inode of the folder.
    """

    process: Process
    port: int
    site_port: int
    state: Path
    folder: tuple[int, int]


def folder_identity(path: Path) -> tuple[int, int]:
    """What the file system knows a folder as: its device and inode, which a copy does not share."""
    found = path.stat()
    return found.st_dev, found.st_ino


def in_utf8(path: Path) -> str:
    """A path as a daemon reads it, whose encoding is UTF-8; that of this process may be another one."""
    return os.fsencode(path).decode("utf-8", "surrogateescape")


def write(state: StateFolder, record: Record) -> None:
    """Write the record atomically."""
    process = {"pid": record.process.pid, "boot": record.process.boot, "started": record.process.started}
    ports = {"port": record.port, "site_port": record.site_port}
    text = json.dumps({**process, **ports, "state": in_utf8(record.state), "folder": record.folder}) + "\n"
    new = state.record.with_suffix(".new")
    try:
        new.write_text(text, encoding="ascii")
        new.replace(state.record)
    except OSError:  # a full disk
        new.unlink(missing_ok=True)
        raise


def read(state: StateFolder) -> Record | None:
    """The record of a folder; None if there is none, or it is invalid."""
    try:
        with open(state.record, "rb", opener=_open_at_once) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return None
            return _parse(read_json(file.read(_LONGEST)))
    except (OSError, ValueError):
        return None


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # a named pipe would wait for a writer


def _parse(found: Any) -> Record | None:
    if not isinstance(found, dict):
        return None
    numbers = {"pid": HIGHEST_PID, "port": HIGHEST_PORT, "site_port": HIGHEST_PORT}
    folder, texts = found.get("folder"), [found.get(name) for name in ("boot", "started", "state")]
    if not all(_is_number(found.get(name), highest) for name, highest in numbers.items()):
        return None
    if not all(isinstance(text, str) and text and "\0" not in text for text in texts):
        return None
    if not isinstance(folder, list) or len(folder) != 2 or not all(_is_number(each, 2**64) for each in folder):
        return None
    return Record(
        process=Process(pid=found["pid"], boot=found["boot"], started=found["started"]),
        port=found["port"],
        site_port=found["site_port"],
        state=Path(os.fsdecode(found["state"].encode("utf-8", "surrogateescape"))),
        folder=(folder[0], folder[1]),
    )


def _is_number(value: object, highest: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= highest


@contextlib.contextmanager
def locked(state: StateFolder, *, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Keep every other command that starts or stops the daemon of a folder waiting.

    Parameters
    ----------
    state
        The folder; it must exist. The lock is on the folder itself, so it leaves no file and ends with this process.
    seconds
        How long to wait for another command.

    Raises
    ------
    EmulatorError
        If another command works on it for longer.
    """
    deadline = time.monotonic() + seconds
    descriptor = os.open(state.path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        while not _take(descriptor):
            if time.monotonic() >= deadline:
                msg = f"another 'sagemaker-local up' or 'down' has been at work in {state.path} for {seconds:.0f} s"
                raise EmulatorError(msg)
            time.sleep(_LOOK_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
