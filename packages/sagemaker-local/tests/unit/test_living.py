"""Whose daemon it is: records that are stale, copied, broken or gone, folders of like names, numbers given again."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sagemaker_local.daemon import lifecycle, processes, record
from sagemaker_local.daemon.lifecycle import Wish
from sagemaker_local.daemon.living import daemon_arguments, living_daemons
from sagemaker_local.daemon.record import Record
from sagemaker_local.daemon.running import Running, find_daemon, why_none
from sagemaker_local.settings import EmulatorError, StateFolder
from support.emulators import eventually, free_port

Start = Callable[[StateFolder], Record]

STAND_IN = "import sys, time; print(flush=True); time.sleep(600)"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """A function that starts a stand-in with a daemon's arguments, and records it."""
    package = tmp_path / "stand-in/sagemaker_local/daemon"
    package.mkdir(parents=True)
    for path in (package.parent / "__init__.py", package / "__init__.py"):
        path.touch()
    (package / "server.py").write_text(STAND_IN)
    started: list[subprocess.Popen[bytes]] = []

    def run(state: StateFolder) -> Record:
        state.path.mkdir()
        port = free_port()
        command = [sys.executable, *daemon_arguments(state.path, port, port + 1)]
        environment = {"PYTHONPATH": str(tmp_path / "stand-in")}
        process = subprocess.Popen(command, env=environment, start_new_session=True, stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout is not None
        process.stdout.readline()
        return write_record(state, process.pid, port)

    yield run
    for process in started:
        process.kill()
        process.communicate()


def write_record(state: StateFolder, pid: int, port: int) -> Record:
    """Record that process as the daemon of a folder."""
    found = processes.look_up(pid)
    assert found is not None
    folder = record.folder_identity(state.path)
    known = Record(process=found, port=port, site_port=port + 1, state=state.path, folder=folder)
    record.write(state, known)
    return known


def test_a_daemon_is_found_and_stopped(tmp_path: Path, start: Start) -> None:
    state = StateFolder(path=tmp_path / "state")
    known = start(state)
    assert record.read(state) == known
    assert list(living_daemons(state)) == [known]
    with pytest.raises(EmulatorError, match=rf"process {known.process.pid}, port {known.port}\) does not answer"):
        find_daemon(state, seconds=0)
    assert lifecycle.stop(state) == known.process.pid
    assert not processes.lives(known.process)
    assert list(state.path.iterdir()) == []


def test_a_daemon_of_another_user_is_not_said_to_be_stopped(
    tmp_path: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(pid: int, number: int) -> None:
        raise PermissionError

    state = StateFolder(path=tmp_path / "state")
    known = start(state)
    with monkeypatch.context() as patched:
        patched.setattr(os, "kill", refuse)
        with pytest.raises(EmulatorError, match=f"process {known.process.pid} was started by another user"):
            lifecycle.stop(state)
    assert record.read(state) == known


def test_a_record_that_was_copied_names_somebody_else(tmp_path: Path, start: Start) -> None:
    original, copy = StateFolder(path=tmp_path / "original"), StateFolder(path=tmp_path / "copy")
    known = start(original)
    shutil.copytree(original.path, copy.path)
    assert find_daemon(copy) is None
    assert f"is a copy; it names the emulator of {original.path}" in str(why_none(copy))
    assert lifecycle.stop(copy) is None
    assert processes.lives(known.process)
    assert record.read(original) == known


@pytest.mark.parametrize("name", ["stat", "state2", "state/inner", "other/../state2"])
def test_a_folder_of_a_like_name_is_another(tmp_path: Path, start: Start, name: str) -> None:
    known = start(StateFolder(path=tmp_path / "state"))
    alike = StateFolder(path=tmp_path / name)
    (tmp_path / "other").mkdir()
    alike.path.mkdir(exist_ok=True)
    assert list(living_daemons(alike)) == []
    assert lifecycle.stop(alike) is None
    assert processes.lives(known.process)


def test_a_folder_that_was_moved_keeps_its_daemon(tmp_path: Path, start: Start) -> None:
    state, moved = StateFolder(path=tmp_path / "state"), StateFolder(path=tmp_path / "moved")
    known = start(state)
    state.path.rename(moved.path)
    assert list(living_daemons(moved)) == [known]
    assert lifecycle.stop(moved) == known.process.pid


@pytest.mark.parametrize("lost", ["the record", "the folder"])
def test_a_daemon_whose_record_is_lost_is_not_orphaned(tmp_path: Path, start: Start, lost: str) -> None:
    state = StateFolder(path=tmp_path / "state")
    known = start(state)
    if lost == "the record":
        state.record.unlink()
    else:
        shutil.rmtree(state.path)
    assert [found.process for found in living_daemons(state)] == [known.process]
    assert lifecycle.stop(state) == known.process.pid
    assert not processes.lives(known.process)


@pytest.mark.parametrize("change", [{"started": "1"}, {"boot": "another"}])
def test_a_number_that_was_given_again_is_nobody_s_daemon(tmp_path: Path, change: dict[str, Any]) -> None:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as stranger:  # noqa: S607
        state = StateFolder(path=tmp_path)
        known = write_record(state, stranger.pid, free_port())
        record.write(state, replace(known, process=replace(known.process, **change)))
        told = why_none(state)
        assert find_daemon(state) is None
        assert lifecycle.stop(state) is None
        assert processes.lives(known.process)
        stranger.kill()
    assert told is not None
    assert ("started again" if "boot" in change else "has ended") in told


def test_a_process_with_other_arguments_is_not_the_daemon(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as stranger:  # noqa: S607
        state = StateFolder(path=tmp_path)
        known = write_record(state, stranger.pid, free_port())
        assert lifecycle.stop(state) is None
        assert processes.lives(known.process)
        stranger.kill()


GOOD = {"pid": 1, "boot": "b", "started": "1", "port": 1, "site_port": 2, "state": "/s", "folder": [1, 2]}


@pytest.mark.parametrize(
    "text",
    [
        b"", b"[]", b"null", b"7", b"{", b"\xff", b"nan", b"{}", b'{"pid": null}', b'{"pid": 1e400}',
        b"[" * 60_000, b"9" * 60_000,
        *(
            json.dumps(GOOD | change).encode()
            for change in (
                {"pid": True}, {"pid": -1}, {"pid": 0}, {"pid": 2**31}, {"pid": 10**300}, {"pid": 1.5}, {"pid": "1"},
                {"port": "x"}, {"port": 0}, {"port": 65_536}, {"site_port": None}, {"boot": 1}, {"started": ""},
                {"state": None}, {"state": "a\0b"},
                {"folder": 1}, {"folder": [1]}, {"folder": [1, "2"]}, {"folder": [1, 2, 3]},
            )
        ),
    ],
)  # fmt: skip
def test_a_record_that_says_nothing_is_none(tmp_path: Path, text: bytes) -> None:
    state = StateFolder(path=tmp_path)
    state.record.write_bytes(text)
    assert record.read(state) is None
    assert find_daemon(state) is None
    assert "is not a record" in str(why_none(state))
    assert lifecycle.stop(state) is None
    assert not state.record.exists()


def test_a_record_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    state = StateFolder(path=tmp_path)
    os.mkfifo(state.record)
    assert record.read(state) is None


def test_one_command_at_a_time(tmp_path: Path) -> None:
    state = StateFolder(path=tmp_path)
    with record.locked(state), pytest.raises(EmulatorError, match="another 'sagemaker-local up'"):
        record.locked(state, seconds=0).__enter__()
    with record.locked(state, seconds=0):
        assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_leaves_no_folder_that_nobody_may_remove(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "touch", full)
    with pytest.raises(OSError, match="No space left"):
        StateFolder(path=tmp_path).make_temporary()
    assert list(tmp_path.iterdir()) == []


def test_temporary_files_of_somebody_else_stay(tmp_path: Path) -> None:
    state = StateFolder(path=tmp_path)
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp/thesis.tex").touch()
    lifecycle.stop(state)
    assert (tmp_path / "tmp/thesis.tex").exists()
    with pytest.raises(EmulatorError, match="was not made by an emulator"):
        state.make_temporary()
    shutil.rmtree(state.temporary)
    state.make_temporary()
    (state.temporary / "folder").mkdir()
    (state.temporary / "link").symlink_to("/")
    lifecycle.stop(state)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("variable", "wish", "words"),
    [
        (None, {"port": 4999}, "not at port 4999"),
        ("4999", {}, "SAGEMAKER_LOCAL_PORT is 4999"),
        (None, {"site_port": 4999}, "not 4999"),
        (None, {"auth": False}, "checks signatures"),
        ("x", {}, "SAGEMAKER_LOCAL_PORT is 'x'"),
    ],
)
def test_one_that_runs_otherwise_than_wanted_is_said(
    variable: str | None, wish: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = Running(pid=1, port=4566, site_port=4567, auth=True, state=Path("/s"))
    monkeypatch.delenv("SAGEMAKER_LOCAL_PORT", raising=False)
    if variable:
        monkeypatch.setenv("SAGEMAKER_LOCAL_PORT", variable)
    with pytest.raises(EmulatorError, match=words):
        lifecycle.check_wish(running, Wish(**wish))
    monkeypatch.setenv("SAGEMAKER_LOCAL_PORT", "4566")
    lifecycle.check_wish(running, Wish(site_port=4567))


def test_a_process_that_nobody_has_reaped_does_not_live() -> None:
    with subprocess.Popen(["true"]) as ended:  # noqa: S607
        eventually(lambda: processes.look_up(ended.pid) is None)
