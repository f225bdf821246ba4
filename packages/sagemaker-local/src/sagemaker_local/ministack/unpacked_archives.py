"""Unpack the code and the layers of functions once, however many processes run them.

MiniStack unpacks both anew for every process of a function and keeps the archive beside it: with a layer of 240 MB,
eight calls at once wait for each other's disk. In AWS all of them read the same files, which nobody can change; here
the files are linked, and are read-only.
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
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sagemaker_local.ministack.registry import replace

_ZIPFILE = "ministack.core.lambda_runtime:zipfile"
_READ_ONLY = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH

_unpacking: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


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
        shutil.copytree(self._shared(archive), path, copy_function=_link, dirs_exist_ok=True)
        archive.unlink()

    def _shared(self, archive: Path) -> Path:
        """The folder with the content of the archive, which is made if need be."""
        with archive.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        folder = Path(tempfile.gettempdir()) / "unpacked" / digest
        with _unpacking[digest]:
            if not folder.is_dir():
                folder.parent.mkdir(exist_ok=True)
                with tempfile.TemporaryDirectory(dir=folder.parent) as unfinished:
                    content = Path(unfinished) / "content"
                    super().extractall(content)
                    for unpacked in content.rglob("*"):
                        if unpacked.is_file():
                            unpacked.chmod(_READ_ONLY)
                    content.rename(folder)
        return folder


def _link(source: str, target: str) -> None:
    """Link a file, or copy it where the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
