"""Extract the files of a zip archive into a folder, without overwriting changes of the user.

Run as the user of the notebook: `place_files.py ARCHIVE FOLDER`. What was placed last is written down, so a file that
differs from it is somebody's work: it stays, and the new one is laid beside it (`walkthrough.new.ipynb`). Standard
library only, nothing newer than Python 3.9; the start script carries this program as text.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from pathlib import Path, PurePosixPath

RECORD = ".placed.json"


def digest(content: bytes) -> str:
    """The SHA-256 of a content."""
    return hashlib.sha256(content).hexdigest()


def write(path: Path, content: bytes) -> None:
    """Write a file at once or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_bytes(content)
    temporary.replace(path)


def place(path: Path, content: bytes, placed: str | None) -> None:
    """Put one file in place; `placed` is the digest that was put there last."""
    wanted = digest(content)
    if not path.is_file() or digest(path.read_bytes()) in (placed, wanted):
        write(path, content)
    elif placed != wanted:
        beside = path.with_name(f"{path.stem}.new{path.suffix}")
        write(beside, content)
        print(f"{path} was changed and stays; the new one is {beside.name}")  # noqa: T201


def main(archive: Path, folder: Path) -> None:
    """Place every file, and remove what was placed earlier, is not wanted any more and was not changed."""
    record = folder / RECORD
    placed = json.loads(record.read_text()) if record.exists() else {}
    with zipfile.ZipFile(archive) as files:
        contents = {name: files.read(name) for name in files.namelist() if not name.endswith("/")}
    if any(PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts for name in contents):
        sys.exit(f"{archive} has names that lead out of {folder}")
    for name, content in contents.items():
        place(folder / name, content, placed.get(name))
    for name in set(placed) - set(contents):
        path = folder / name
        if path.is_file() and digest(path.read_bytes()) == placed[name]:
            path.unlink()
    write(record, json.dumps({name: digest(content) for name, content in contents.items()}).encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
