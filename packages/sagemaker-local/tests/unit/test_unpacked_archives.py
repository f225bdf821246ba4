"""Archives of functions are unpacked once, and nobody can change what others read."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

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


def unpacked_archives(temporary: Path) -> int:
    return len(list((temporary / "unpacked").iterdir()))


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
    assert {each.name for each in temporary.iterdir()} == {"a.zip", "unpacked"}
    assert unpacked_archives(temporary) == 0


def test_many_at_once_unpack_once(temporary: Path) -> None:
    paths = [archive(temporary / f"{number}.zip") for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        folders = list(pool.map(lambda path: unpack(path, path.with_suffix("")), paths))
    assert len({(folder / CODE).stat().st_ino for folder in folders}) == 1
    assert unpacked_archives(temporary) == 1


def test_what_root_has_changed_is_unpacked_again(temporary: Path) -> None:
    first = unpack(archive(temporary / "a.zip"), temporary / "a")
    (first / CODE).chmod(0o644)
    (first / CODE).write_text("A = 4")
    second, third = (unpack(archive(temporary / f"{name}.zip"), temporary / name) for name in ("b", "c"))
    assert (second / CODE).read_text() == "A = 1"
    assert (second / CODE).samefile(third / CODE)


def test_what_no_process_uses_any_more_is_removed_when_something_else_is_unpacked(temporary: Path) -> None:
    used, unused = (unpack(archive(temporary / f"{name}.zip", code=name), temporary / name) for name in ("a", "b"))
    shutil.rmtree(unused)
    unpack(archive(temporary / "c.zip", code="c"), temporary / "c")
    assert unpacked_archives(temporary) == 2
    assert unpack(archive(temporary / "d.zip", code="a"), temporary / "d").joinpath(CODE).samefile(used / CODE)


def test_different_archives_at_once_do_not_remove_each_other(temporary: Path) -> None:
    paths = [archive(temporary / f"{number}.zip", code=str(number % 4)) for number in range(32)]

    def start_and_end(path: Path) -> str:
        folder = unpack(path, path.with_suffix(""))
        code = (folder / CODE).read_text()
        shutil.rmtree(folder)
        return code

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(start_and_end, paths)) == [str(number % 4) for number in range(32)]


def test_what_is_being_unpacked_is_not_removed(temporary: Path) -> None:
    class Interrupted(SharedArchive):
        def extract(self, *arguments: Any) -> str:
            target = super().extract(*arguments)
            other = archive(temporary / f"{Path(target).name}.zip", code=target)
            unpack(other, other.with_suffix(""))
            return target

    with Interrupted(archive(temporary / "a.zip")) as file:
        file.extractall(temporary / "a")
    assert (temporary / "a" / PACKAGE).read_text() == "B = 2"


def test_programs_can_be_run(temporary: Path) -> None:
    program = zipfile.ZipInfo("bin/program")
    program.external_attr = 0o100755 << 16
    with zipfile.ZipFile(temporary / "a.zip", "w") as file:
        file.writestr(program, "#!/bin/sh\n")
    assert (unpack(temporary / "a.zip", temporary / "a") / "bin/program").stat().st_mode & 0o777 == 0o555


def test_an_archive_may_be_empty(temporary: Path) -> None:
    zipfile.ZipFile(temporary / "a.zip", "w").close()
    assert list(unpack(temporary / "a.zip", temporary / "a").iterdir()) == []
