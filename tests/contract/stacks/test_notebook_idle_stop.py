"""The program that stops an idle notebook instance, run as a program against a Jupyter that answers over HTTP."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

pytestmark = pytest.mark.slow

PROGRAM = Path(__file__).resolve().parents[3] / "stacks/notebook/files/idle_stop.py"
ALLOWED_MINUTES = 60
METADATA = {
    "ResourceArn": "arn:aws:sagemaker:eu-west-1:123456789012:notebook-instance/digits-dev",
    "ResourceName": "digits-dev",
}


def minutes_ago(minutes: float) -> str:
    """A time as Jupyter writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.123456Z", time.gmtime(time.time() - 60 * minutes))


def kernel(minutes: float, *, state: str = "idle", connections: int = 0) -> dict[str, Any]:
    return {
        "id": "0",
        "name": "conda_python3",
        "last_activity": minutes_ago(minutes),
        "execution_state": state,
        "connections": connections,
    }


def terminal(minutes: float) -> dict[str, Any]:
    return {"name": "1", "last_activity": minutes_ago(minutes)}


@dataclass
class Machine:
    """A notebook instance as far as the program looks: Jupyter, files, uptime, an AWS CLI that writes down calls."""

    folder: Path
    url: str
    answers: dict[str, Any] = field(default_factory=dict)
    exit_code: int = 0

    def boot(self, minutes: float) -> None:
        (self.folder / "uptime").write_text(f"{minutes * 60} 12.3\n")

    def run(self, *options: str, url: str | None = None) -> subprocess.CompletedProcess[str]:
        """Look once."""
        aws = self.folder / "aws"
        aws.write_text(f'#!/bin/sh\necho "$@" >> "{self.folder}/calls"\nexit {self.exit_code}\n')
        aws.chmod(0o755)
        arguments = {
            "--minutes": str(ALLOWED_MINUTES),
            "--url": url or self.url,
            "--aws": str(aws),
            "--folder": str(self.folder / "work"),
            "--metadata": str(self.folder / "metadata.json"),
            "--uptime": str(self.folder / "uptime"),
            "--state": str(self.folder / "state"),
        }
        given = [text for pair in arguments.items() for text in pair]
        command = [sys.executable, str(PROGRAM), *given, *options]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    @property
    def calls(self) -> list[str]:
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """One that started long ago, with no kernel, no terminal, and an old file."""
    answers: dict[str, Any] = {"/api/kernels": [], "/api/terminals": []}

    class Jupyter(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = json.dumps(answers[self.path]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Jupyter)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    made = Machine(folder=tmp_path, url=f"http://127.0.0.1:{server.server_port}", answers=answers)
    (tmp_path / "work").mkdir()
    (tmp_path / "metadata.json").write_text(json.dumps(METADATA))
    made.boot(minutes=10 * ALLOWED_MINUTES)
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_idle_instance_stops_itself_by_its_own_name_in_its_own_region(machine: Machine) -> None:
    machine.answers["/api/kernels"] = [kernel(61), kernel(300)]
    machine.answers["/api/terminals"] = [terminal(90)]
    done = machine.run()
    assert done.returncode == 0, done.stderr
    assert machine.calls == ["sagemaker stop-notebook-instance --notebook-instance-name digits-dev --region eu-west-1"]
    assert "last use was a kernel 61 minutes ago, 60 are allowed: stopping the instance" in done.stdout


InUse = tuple[list[dict[str, Any]], list[dict[str, Any]], tuple[str, ...], str]

# Made when the test runs: made with the module, times of 59 minutes ago would be past 60 in a long run.
IN_USE: dict[str, Callable[[], InUse]] = {
    "kernel-of-late": lambda: ([kernel(300), kernel(59)], [], (), "a kernel"),
    "busy-kernel-that-is-silent": lambda: ([kernel(300, state="busy")], [], (), "a kernel"),
    "kernel-that-starts": lambda: ([kernel(0, state="starting")], [], (), "a kernel"),
    "terminal-of-late": lambda: ([kernel(300)], [terminal(300), terminal(5)], (), "a terminal"),
    "open-tab-that-counts": lambda: ([kernel(300, connections=1)], [], ("--open-tabs",), "a kernel"),
}


@pytest.mark.parametrize("name", IN_USE)
def test_it_stays_while_somebody_works(machine: Machine, name: str) -> None:
    kernels, terminals, options, by = IN_USE[name]()
    machine.answers.update({"/api/kernels": kernels, "/api/terminals": terminals})
    done = machine.run(*options)
    assert (done.returncode, machine.calls) == (0, []), done.stderr
    assert f"minutes ago by {by}; it stops after 60" in done.stdout


IDLE = {
    "nothing-was-ever-opened": ([], ()),
    "open-tab-that-does-not-count": ([kernel(61, connections=2)], ()),
    "no-open-tab": ([kernel(61, connections=0)], ("--open-tabs",)),
    "dead-kernel": ([kernel(61, state="dead")], ()),
    "kernel-that-nobody-connected-to": ([kernel(61, state="starting")], ()),
}


@pytest.mark.parametrize("name", IDLE)
def test_it_stops_when_nobody_works(machine: Machine, name: str) -> None:
    kernels, options = IDLE[name]
    machine.answers["/api/kernels"] = kernels
    assert machine.run(*options).returncode == 0
    assert len(machine.calls) == 1


def test_it_stays_for_a_while_after_it_started(machine: Machine) -> None:
    machine.boot(minutes=59)
    assert "59 minutes ago by its start" in machine.run().stdout
    assert machine.calls == []


def test_a_file_that_was_uploaded_or_saved_is_use(machine: Machine) -> None:
    (machine.folder / "work/data").mkdir()
    (machine.folder / "work/data/images.gz").write_text("of now")
    assert "0 minutes ago by a file that was saved" in machine.run().stdout
    assert machine.calls == []


def test_files_that_jupyter_keeps_for_itself_are_no_use(machine: Machine) -> None:
    (machine.folder / "work/.ipynb_checkpoints").mkdir()
    (machine.folder / "work/.ipynb_checkpoints/copy.ipynb").write_text("of now")
    (machine.folder / "work/.state").write_text("of now")
    machine.run()
    assert len(machine.calls) == 1


NOWHERE = "http://127.0.0.1:9"


def test_when_jupyter_does_not_answer_yet_the_start_counts(machine: Machine) -> None:
    machine.boot(minutes=3)
    done = machine.run(url=NOWHERE)
    assert (done.returncode, machine.calls) == (0, [])
    assert "Jupyter does not answer (URLError(ConnectionRefusedError(" in done.stdout
    assert "3 minutes ago by its start" in done.stdout


def test_when_jupyter_does_not_answer_any_more_its_last_answer_counts(machine: Machine) -> None:
    machine.answers["/api/kernels"] = [kernel(0, state="busy")]
    machine.run()
    done = machine.run(url=NOWHERE)
    assert machine.calls == []
    assert "0 minutes ago by Jupyter's last answer" in done.stdout
    (machine.folder / "state").write_text(str(time.time() - 61 * 60))
    machine.run(url=NOWHERE)
    assert len(machine.calls) == 1


@pytest.mark.parametrize(
    "answer", [{"message": "no"}, [{"id": "0"}], [None], "text"], ids=["object", "less", "null", "text"]
)
def test_an_answer_that_makes_no_sense_is_none(machine: Machine, answer: Any) -> None:
    machine.boot(minutes=3)
    machine.answers["/api/kernels"] = answer
    done = machine.run()
    assert (done.returncode, machine.calls, done.stderr) == (0, [], "")
    assert "Jupyter does not answer" in done.stdout


def test_it_says_when_stopping_fails(machine: Machine) -> None:
    machine.exit_code = 254
    assert machine.run().returncode == 254


def test_the_system_python_of_the_platform_can_run_it() -> None:
    # Amazon Linux 2023 has Python 3.9.
    tree = ast.parse(PROGRAM.read_text(), feature_version=(3, 9))
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names])
    }
    assert imported <= set(sys.stdlib_module_names)
    assert "tomllib" not in imported
