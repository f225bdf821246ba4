"""Unpack the code and the layers of functions once, however many processes run them.

MiniStack unpacks both anew for every process of a function and keeps the archive beside it: with a layer of 240 MB,
eight calls at once wait for each other's disk. In AWS all of them read the same files, which nobody can change; here
the files are linked, and are read-only. That does not stop root, so files that a function has changed all the same are
unpacked again for the next process. What no process uses any more is removed when something else is unpacked.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
import threading
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sagemaker_local.ministack.registry import replace

_ZIPFILE = "ministack.core.lambda_runtime:zipfile"
_READ_ONLY = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
_PROGRAM = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH

_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
"""By name of a folder of `unpacked`: held while it is made, linked from or removed."""


def install() -> None:
    """Have the processes of functions unpack with `SharedArchive`."""
    replace(_ZIPFILE, SimpleNamespace(**{**vars(zipfile), "ZipFile": SharedArchive}))


class SharedArchive(zipfile.ZipFile):
    """An archive on disk that is unpacked once for all who ask; afterwards the archive itself is gone."""

    def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:  # noqa: ARG002
        """Put all files of the archive below `path`, as links to files that others have, too.

        Raises
        ------
        OSError, zipfile.BadZipFile
            When it cannot be read or written.
        """
        archive = Path(str(self.filename))
        with archive.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        folder = Path(tempfile.gettempdir()) / "unpacked" / digest
        with _locks[digest]:
            if not _is_unchanged(folder):
                shutil.rmtree(folder, ignore_errors=True)
                self._unpack(folder)
            shutil.copytree(folder, path, copy_function=_link, dirs_exist_ok=True)
        archive.unlink()

    def _unpack(self, folder: Path) -> None:
        """Make the folder with the content of the archive; its time of change is later than that of its files."""
        folder.parent.mkdir(exist_ok=True)
        _remove_unused(folder.parent)
        with tempfile.TemporaryDirectory() as unfinished:
            content = Path(unfinished) / "content"
            content.mkdir()
            modes = {self.extract(member, content): member.external_attr >> 16 for member in self.infolist()}
            for unpacked, mode in modes.items():
                if not Path(unpacked).is_dir():
                    Path(unpacked).chmod(_READ_ONLY | mode & _PROGRAM)
            os.utime(content)
            content.rename(folder)


def _is_unchanged(folder: Path) -> bool:
    """Whether a folder is there, and its files are as they were unpacked."""
    if not folder.is_dir():
        return False
    unpacked = folder.stat().st_mtime_ns
    return all(file.st_mtime_ns <= unpacked for file in _files(folder))


def _remove_unused(parent: Path) -> None:
    """Remove the folders to whose files no process has a link."""
    for folder in parent.iterdir():
        lock = _locks[folder.name]
        if lock.acquire(blocking=False):
            try:
                if all(file.st_nlink == 1 for file in _files(folder)):
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                lock.release()


def _files(folder: Path) -> Iterator[os.stat_result]:
    for path, _, names in os.walk(folder):
        yield from (os.stat(os.path.join(path, name)) for name in names)  # noqa: PTH116, PTH118 - thousands


def _link(source: str, target: str) -> None:
    """Link a file, or copy it where the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
