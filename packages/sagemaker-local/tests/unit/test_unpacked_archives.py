"""Archives of functions are unpacked once, and nobody can change what others read."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sagemaker_local.ministack.unpacked_archives import SharedArchive

PACKAGE, CODE = "python/package/module.py", "python/code.py"


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def archive(path: Path, *, code: str = "A = 1") -> Path:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(PACKAGE, "B = 2")
        file.writestr(CODE, code)
    return path


def unpack(path: Path, folder: Path) -> Path:
    with SharedArchive(path) as file:
        file.extractall(folder)
    return folder


def test_the_same_archive_is_the_same_files(temporary: Path) -> None:
    first, second = (unpack(archive(temporary / f"{name}.zip"), temporary / name) for name in ("a", "b"))
    for name in (PACKAGE, CODE):
        assert (first / name).samefile(second / name)
    assert (first / CODE).read_text() == "A = 1"


def test_another_archive_is_others(temporary: Path) -> None:
    first = unpack(archive(temporary / "a.zip"), temporary / "a")
    second = unpack(archive(temporary / "b.zip", code="A = 3"), temporary / "b")
    assert ((first / CODE).read_text(), (second / CODE).read_text()) == ("A = 1", "A = 3")


def test_files_are_read_only_and_folders_are_each_ones_own(temporary: Path) -> None:
    first, second = (unpack(archive(temporary / f"{name}.zip"), temporary / name) for name in ("a", "b"))
    assert (first / CODE).stat().st_mode & 0o777 == 0o444
    (first / "python/written.txt").write_text("")
    assert not (second / "python/written.txt").exists()
    shutil.rmtree(first)
    assert (second / CODE).read_text() == "A = 1"


def test_the_archive_is_gone_once_it_is_unpacked(temporary: Path) -> None:
    unpack(archive(temporary / "a.zip"), temporary / "a")
    assert not (temporary / "a.zip").exists()


def test_what_cannot_be_unpacked_leaves_nothing_that_others_would_take(temporary: Path) -> None:
    path = archive(temporary / "a.zip")
    damaged = path.read_bytes().replace(b"A = 1", b"A = 2")
    path.write_bytes(damaged)
    for _ in range(2):
        with pytest.raises(zipfile.BadZipFile):
            unpack(path, temporary / "a")
    assert list((temporary / "unpacked").iterdir()) == []


def test_many_at_once_unpack_once(temporary: Path) -> None:
    paths = [archive(temporary / f"{number}.zip") for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        folders = list(pool.map(lambda path: unpack(path, path.with_suffix("")), paths))
    assert len({(folder / CODE).stat().st_ino for folder in folders}) == 1
    assert len(list((temporary / "unpacked").iterdir())) == 1
