"""What the operating system knows of processes: when they started, with which arguments, in which group.

A process id alone says nothing: it is given again to others. Together with the boot of the machine and the time of the
start it names one process for ever. On Linux all of it is read from `/proc`; elsewhere `ps` is asked,
whose times have seconds and whose arguments are joined by blanks.
https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

HIGHEST_PID = 2**31 - 1
_PROC = Path("/proc")
_BOOT = _PROC / "sys/kernel/random/boot_id"
_STARTED, _GROUP, _STATE = 19, 2, 0
"""Places in `/proc/PID/stat` after the name of the program: starttime (22), pgrp (5), state (3)."""


@dataclass(frozen=True, kw_only=True)
class Process:
    """One process, apart from all others that have or had its number.

    Attributes
    ----------
    pid
        Its number.
    boot
        The boot of the machine during which it runs.
    started
        When it started, in the words of the operating system.
    """

    pid: int
    boot: str
    started: str


def look_up(pid: int) -> Process | None:
    """The process that has a number now; None when there is none, or only one that has ended."""
    if not 0 < pid <= HIGHEST_PID:
        return None
    started = _started(pid)
    return None if started is None else Process(pid=pid, boot=boot_id(), started=started)


def lives(process: Process) -> bool:
    """Whether that very process still runs."""
    return look_up(process.pid) == process


def boot_id() -> str:
    """A text that is another one after every start of this machine."""
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return _ask("sysctl", "-n", "kern.bootsessionuuid").strip()


def has_arguments(pid: int, arguments: Sequence[str]) -> bool:
    """Whether a process was started with exactly these arguments, whatever its interpreter is called."""
    raw = _command_line(pid)
    if raw is not None:
        return raw[1:] == list(arguments)
    return _ask("ps", "-ww", "-o", "command=", "-p", str(pid)).rstrip("\n").endswith(" " + " ".join(arguments))


def started_with(pattern: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """The processes whose arguments, after that of the interpreter, begin with `pattern`, and these arguments.

    Only those that see the same files as this process, where that can be told: a container has other files by the same
    names.
    """
    if _BOOT.exists():
        for pid in _numbers():
            arguments = (_command_line(pid) or [])[1:]
            if arguments[: len(pattern)] == list(pattern) and _sees_our_files(pid) and _started(pid) is not None:
                yield pid, arguments
        return
    begins = re.compile(rf"\s*(\d+) \S.*? ({re.escape(' '.join(pattern))}(?: .*)?)")
    for line in _ask("ps", "-axww", "-o", "pid=,command=").splitlines():
        if found := begins.fullmatch(line):
            yield int(found[1]), [*pattern, *found[2].removeprefix(" ".join(pattern)).split()]


def in_group(group: int) -> list[Process]:
    """The processes of a process group."""
    if _BOOT.exists():
        members = [pid for pid in _numbers() if (fields := _stat(pid)) and fields[_GROUP] == str(group)]
    else:
        lines = (line.split() for line in _ask("ps", "-ax", "-o", "pid=,pgid=").splitlines())
        members = [int(pid) for pid, of_group in lines if of_group == str(group)]
    return [process for process in map(look_up, members) if process is not None]


def group_members(group: int, folder: Path) -> list[int]:
    """The processes of a process group that have a file of a folder among their arguments."""
    return [
        process.pid for process in in_group(group) if any(folder in Path(word).parents for word in _words(process.pid))
    ]


def _started(pid: int) -> str | None:
    if _BOOT.exists():
        fields = _stat(pid)
        return None if fields is None or fields[_STATE] in "ZX" else fields[_STARTED]
    state, _, started = _ask("ps", "-o", "state=,lstart=", "-p", str(pid)).strip().partition(" ")
    return started.strip() if started and not state.startswith("Z") else None


def _numbers() -> list[int]:
    return [int(path.name) for path in _PROC.iterdir() if path.name.isdecimal()]


def _stat(pid: int) -> list[str] | None:
    """The fields after the name of the program, which may hold blanks and brackets."""
    try:
        return (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None


def _command_line(pid: int) -> list[str] | None:
    """The words that a process was started with; None where `/proc` does not tell."""
    try:
        words = (_PROC / str(pid) / "cmdline").read_bytes().split(b"\0")[:-1]
    except OSError:
        return None
    return [os.fsdecode(word) for word in words]


def _words(pid: int) -> list[str]:
    words = _command_line(pid)
    return _ask("ps", "-ww", "-o", "command=", "-p", str(pid)).split() if words is None else words


def _sees_our_files(pid: int) -> bool:
    try:
        return (_PROC / str(pid) / "ns/mnt").readlink() == (_PROC / "self/ns/mnt").readlink()
    except OSError:
        return False


def _ask(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False).stdout
    except OSError:
        return ""
