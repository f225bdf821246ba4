"""`sagemaker-local`: starting twice, ports that are taken, stopping, and dying without a goodbye."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sagemaker_local import settings
from sagemaker_local.daemon.running import find_daemon
from sagemaker_local.process_environment import client_environment
from support.emulators import (
    ROW,
    Emulator,
    World,
    build_world,
    emulator_command,
    eventually,
    free_port,
    running_emulator,
)
from support.job_data import LONG, prepare
from support.job_requests import processing_request, training_request

pytestmark = pytest.mark.slow


def alive(pid: int) -> bool:
    """Whether a process runs; a dead one that nobody has reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        pass
    if Path("/proc").exists():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def endpoint_pid(world: World, name: str) -> int:
    """Process id of the model server behind an endpoint, as `status` tells it."""
    found = re.search(rf"{name}: InService .*\(process (\d+)\)", world.emulator.command("status").stdout)
    assert found, world.emulator.command("status").stdout
    return int(found[1])


def test_up_is_idempotent_and_status_tells(world: World, serving: str) -> None:
    again = world.emulator.command("up")
    assert again.returncode == 0
    assert f"already running at {world.emulator.url}" in again.stdout
    status = world.emulator.command("status")
    assert status.returncode == 0
    assert f"{serving}: InService AllTraffic <- {world.url('one')}" in status.stdout
    other = world.emulator.command("up", "--port", "1024")
    assert other.returncode == 1
    assert "a second one needs its own --state-dir" in other.stderr


def test_of_two_that_start_at_once_one_runs(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sagemaker_local", "up", "--state-dir", str(tmp_path / "state")]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    commands = [subprocess.Popen([*command, "--port", str(port)], **pipes) for port in (free_port(), free_port())]
    said = [each.communicate() for each in commands]
    running = Emulator(port=0, state=tmp_path / "state")
    try:
        assert sorted(each.returncode for each in commands) == [0, 1]
        assert f"process {running.daemon_pid()}" in "".join(output for output, _ in said)
        assert "a second one needs its own --state-dir" in "".join(errors for _, errors in said)
    finally:
        running.command("down")
    assert find_daemon(settings.StateFolder(path=running.state)) is None


def test_a_folder_that_the_terminal_cannot_spell_has_its_daemon(tmp_path: Path) -> None:
    state = ("--state-dir", str(tmp_path / "größe"))
    terminal = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

    def run(*arguments: str, **environment: str) -> int:
        command = [sys.executable, "-m", "sagemaker_local", *arguments, *state]
        return subprocess.run(command, env=os.environ | environment, capture_output=True, check=False).returncode

    try:
        assert run("up", "--port", str(free_port()), **terminal) == 0
        assert [run("status", **terminal), run("status"), run("up")] == [0, 0, 0]
    finally:
        assert run("down", **terminal) == 0
    assert run("status") == 1


def test_a_model_server_that_ended_is_told_and_started_again(world: World, serving: str) -> None:
    ended = endpoint_pid(world, serving)
    os.kill(ended, signal.SIGKILL)
    eventually(lambda: f"process {ended} has ended, exit code -9" in world.emulator.command("status").stdout)
    again = world.emulator.command("up")
    assert (again.returncode, again.stderr) == (0, "")
    assert f"the model server of {serving.lower()}/AllTraffic had ended; it runs again" in again.stdout
    assert endpoint_pid(world, serving) != ended
    runtime = world.emulator.client("sagemaker-runtime")
    assert runtime.invoke_endpoint(EndpointName=serving, ContentType="text/csv", Body=ROW)["Body"].read()


@pytest.mark.parametrize("room", [1024, 100])  # bytes of a file: enough for the record of the daemon, or not
def test_a_disk_that_is_full_at_the_start_is_said(tmp_path: Path, room: int) -> None:
    def nothing_fits() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    command = [sys.executable, "-m", "sagemaker_local", "up", "--state-dir", str(tmp_path), "--port", str(free_port())]
    refused = subprocess.run(command, preexec_fn=nothing_fits, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert f"there is no space left for its files in {tmp_path}; make room" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["daemon.log"]


def test_env_prints_what_a_client_needs(emulator: Emulator) -> None:
    lines = emulator.command("env").stdout.splitlines()
    assert f"export AWS_ENDPOINT_URL={emulator.url}" in lines
    assert {f"export {name}={value}" for name, value in client_environment(emulator.port).items()} <= set(lines)


def test_env_before_up_names_the_port_that_up_would_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAGEMAKER_LOCAL_PORT", "4999")
    lines = emulator_command("env", "--state-dir", str(tmp_path)).stdout.splitlines()
    assert "export AWS_ENDPOINT_URL=http://localhost:4999" in lines


def test_logs_shows_the_end_of_the_daemon_s_log(world: World, serving: str) -> None:
    log = world.emulator.command("logs", "-n", "10000").stdout
    assert f"endpoint {serving}: serves one" in log
    assert log.count(f"Running on http://127.0.0.1:{world.emulator.port} ") == 1


def test_a_port_that_is_taken_is_named(emulator: Emulator, tmp_path: Path) -> None:
    mine = emulator_command("up", "--port", str(emulator.port), "--state-dir", str(tmp_path / "other"))
    assert mine.returncode == 1
    assert f"used by another emulator (process {emulator.daemon_pid()}, state folder {emulator.state})" in mine.stderr
    with socket.socket() as listening:
        listening.bind((settings.HOST, 0))
        listening.listen()
        port = str(listening.getsockname()[1])
        taken = emulator_command("up", "--port", port, "--state-dir", str(tmp_path / "other"))
    assert taken.returncode == 1
    assert f"port {port} is used by another program" in taken.stderr


@pytest.mark.parametrize("port", ["0", "65536", "-1", "80x"])
def test_a_port_that_cannot_be_is_refused(tmp_path: Path, port: str) -> None:
    refused = emulator_command("up", f"--port={port}", "--state-dir", str(tmp_path))
    assert refused.returncode == 2
    assert f"'{port}' is not a port number from 1 to 65535" in refused.stderr


def test_only_one_of_two_that_start_at_once_gets_a_port(tmp_path: Path) -> None:
    port, folders = free_port(), [tmp_path / name for name in "ab"]
    with ThreadPoolExecutor(2) as pool:
        started = list(
            pool.map(lambda folder: emulator_command("up", "--port", str(port), "--state-dir", str(folder)), folders)
        )
    for folder in folders:
        emulator_command("down", "--state-dir", str(folder))
    assert sorted(each.returncode for each in started) == [0, 1]
    assert f"error: port {port} is used by another " in started[0].stderr + started[1].stderr


def test_one_port_is_not_given_twice(tmp_path: Path) -> None:
    port = str(free_port())
    refused = emulator_command("up", "--port", port, "--site-port", port, "--state-dir", str(tmp_path))
    assert refused.returncode == 1
    assert f"port {port} cannot be that of the API and of the site" in refused.stderr


def test_one_whose_folder_was_removed_is_told_and_stopped(tmp_path: Path) -> None:
    with running_emulator(tmp_path / "state") as emulator:
        shutil.rmtree(emulator.state)
        for command in ("status", "up", "env"):
            told = emulator.command(command)
            assert (told.returncode, "its folder has been removed since" in told.stderr) == (1, True)


@pytest.mark.parametrize("command", ["up", "down"])
def test_a_state_folder_that_cannot_be_is_one_sentence(tmp_path: Path, command: str) -> None:
    (tmp_path / "file").write_text("in the way")
    refused = emulator_command(command, "--state-dir", str(tmp_path / "file"))
    assert refused.returncode == 1
    assert refused.stderr == f"error: {tmp_path}/file: Not a directory\n"


def doomed(emulator: Emulator) -> list[int]:
    """Process ids of the daemon, of the model server of a fresh endpoint, of a training and of a processing job."""
    world = build_world(emulator, "one")
    emulator.client("sagemaker").create_endpoint(EndpointName="Doomed", EndpointConfigName="one")
    assert world.settled("Doomed")["EndpointStatus"] == "InService"
    prepare(emulator)
    sagemaker = emulator.client("sagemaker")
    sagemaker.create_training_job(**training_request("doomed", HyperParameters=LONG))
    environment = {"GREETING": "hello", "MESSAGE": "/opt/ml/output/message"}
    where = ("/opt/ml/processing/data", "/opt/ml/processing/output")
    sagemaker.create_processing_job(**processing_request("doomed", *where, "slow", Environment=environment))
    eventually(lambda: len(job_pids(emulator)) == 2)
    return [emulator.daemon_pid(), endpoint_pid(world, "Doomed"), *job_pids(emulator)]


def job_pids(emulator: Emulator) -> list[int]:
    """Process ids of the jobs of an emulator, which work below its state folder."""
    answer = subprocess.run(["ps", "-axwwo", "pid=,command="], capture_output=True, text=True, check=True)  # noqa: S607
    lines = [line.split(maxsplit=1) for line in answer.stdout.splitlines()]
    containers = ("sagemaker_local.training_container", "sagemaker_local.processing_container")
    ours = (line for line in lines if str(emulator.state) in line[1] and any(name in line[1] for name in containers))
    return [int(line[0]) for line in ours]


@pytest.mark.parametrize("header", [("Origin", "https://elsewhere.example"), ("Host", "rebound.example")])
def test_a_web_page_cannot_reset_it(world: World, serving: str, header: tuple[str, str]) -> None:
    reset = urllib.request.Request(f"{world.emulator.url}/_ministack/reset", b"", dict([header]))
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(reset)
    with caught.value as refused:
        assert (refused.status, header[1] in refused.read().decode()) == (403, True)
    assert f"{serving}: InService" in world.emulator.command("status").stdout


def test_a_page_of_this_machine_may_call_it(emulator: Emulator) -> None:
    asked = {"Origin": "http://localhost:8000", "Access-Control-Request-Method": "POST"}
    preflight = urllib.request.Request(f"{emulator.url}/", headers=asked, method="OPTIONS")
    with urllib.request.urlopen(preflight) as allowed:
        assert allowed.headers["Access-Control-Allow-Origin"] in ("*", asked["Origin"])


def test_a_reset_ends_the_model_servers_and_the_faults(tmp_path: Path) -> None:
    with running_emulator(tmp_path / "state") as emulator:
        daemon, *processes = doomed(emulator)
        emulator.command("faults", "Doomed", "throttle")
        with urllib.request.urlopen(f"{emulator.url}/_ministack/reset", data=b"") as answer:
            assert answer.status == 200
        eventually(lambda: not any(map(alive, processes)))
        assert alive(daemon)
        status = emulator.command("status").stdout
        assert "no endpoints" in status
        assert "fault" not in status


def test_nothing_outlives_the_daemon(tmp_path: Path) -> None:
    with running_emulator(tmp_path / "state") as emulator:
        pids = doomed(emulator)
        os.kill(pids[0], signal.SIGKILL)
        eventually(lambda: not any(map(alive, pids)))
        assert emulator.command("status").returncode == 1
        assert emulator.command("up", "--port", str(emulator.port)).returncode == 0
        pids = doomed(emulator)
        stopped = emulator.command("down")
        assert f"emulator stopped (process {pids[0]})" in stopped.stdout
        eventually(lambda: not any(map(alive, pids)))
        assert "not running" in emulator.command("down").stdout
        assert [path.name for path in emulator.state.iterdir()] == ["daemon.log"]
