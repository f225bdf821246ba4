"""Reading, hashing and writing files so that no incomplete file is ever visible. Knows nothing of digits.

A file is written under a temporary name in the same folder and then renamed, which is atomic on one file system
(https://docs.python.org/3/library/os.html#os.replace). A run that dies leaves at most a `.NAME.PID.tmp`, which the
next run removes.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from contract.errors import ContractError
from contract.json_fields import read_json_file
from training.common.errors import DataError

_CHUNK_BYTES = 1 << 20


def sha256_of_bytes(content: bytes) -> str:
    """The SHA-256 of `content` as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def sha256_of_file(path: Path) -> str:
    """The SHA-256 of a file as 64 lower-case hexadecimal digits, read in pieces of 1 MiB."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def pretty_json(value: Any) -> bytes:
    """JSON as all files of this package have it: two spaces, sorted keys, a newline at the end, no NaN."""
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n").encode()


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary neighbour of `path`, renamed to `path` when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(path.parent, path.name)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as problem:
        if problem.filename is not None and str(problem.filename) == str(temporary):
            problem.filename = str(path)  # the file that was asked for; nobody knows its temporary neighbour
        raise
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_file(path: Path, content: bytes) -> None:
    """Write `content` to `path` at once or not at all; the folder is made when it is missing."""
    with replacing(path) as file:
        file.write(content)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Yield an empty temporary folder that takes the place of `path` when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(path.parent, path.name)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    former = path.with_name(f".{path.name}.former.{os.getpid()}.tmp")
    try:
        temporary.mkdir()
        yield temporary
        if path.exists():
            path.rename(former)
        temporary.rename(path)
    finally:
        _restore(former, path)
        shutil.rmtree(temporary, ignore_errors=True)


def _restore(former: Path, path: Path) -> None:
    """Put the former folder back when the new one did not make it, else remove it."""
    if former.exists() and not path.exists():
        former.rename(path)
    shutil.rmtree(former, ignore_errors=True)


def remove_leftovers(folder: Path, name: str) -> None:
    """Remove the temporary files and folders of `name` whose writer is no longer alive."""
    for leftover in folder.glob(f".{name}.*.tmp"):
        if _is_alive(leftover.name.split(".")[-2]):
            continue
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


def _is_alive(process_id: str) -> bool:
    """Whether another process of that id runs; our own leftovers from an earlier life count as dead."""
    if not process_id.isdigit() or int(process_id) == os.getpid():
        return False
    try:
        os.kill(int(process_id), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def read_json(path: Path, *, what: str, how_to_get: str) -> Any:
    """Parse the JSON file at `path`.

    Raises
    ------
    DataError
        when it is missing, unreadable or no JSON; the text names `what` it is and `how_to_get` it
    """
    try:
        return read_json_file(path, what=what, how_to_get=how_to_get)
    except ContractError as problem:
        raise DataError(str(problem)) from None
