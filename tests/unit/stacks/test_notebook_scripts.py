"""The lifecycle scripts of the notebook instance, run by bash in a folder that stands for the instance's disk."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from stacks.notebook.scripts import (
    MOST_CHARACTERS,
    ScriptValues,
    base64_length,
    on_create_script,
    on_start_script,
)

pytestmark = pytest.mark.slow

VALUES = ScriptValues(
    environment="dev",
    region="eu-west-1",
    files_bucket="cdk-assets",
    files_key="0123.zip",
    ask_through="api",
    idle_minutes=45,
    open_tabs_count=False,
)
LIMIT_SECONDS = 300
BASH = shutil.which("bash") or "/bin/bash"

STUBS = {
    # `sudo -H -u ec2-user COMMAND ...`: this test is that user.
    "sudo": 'test "$1 $2 $3" = "-H -u ec2-user"; shift 3; exec "$@"',
    "aws": 'echo "$@" >> "$STUBS/aws.calls"; for last; do :; done; cp "$STUBS/files.zip" "$last"',
    "systemctl": 'echo "$@" >> "$STUBS/systemctl.calls"',
}


@dataclass
class Instance:
    """A disk, and the programs that the scripts find on their path before the real ones."""

    disk: Path
    stubs: Path

    def serve(self, **files: str) -> None:
        """What the archive in S3 holds from now on."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name, content in files.items():
                archive.writestr(name.replace("__", "/").replace("_ipynb", ".ipynb").replace("_py", ".py"), content)
        (self.stubs / "files.zip").write_bytes(packed.getvalue())

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        temporary = self.stubs / "tmp"
        temporary.mkdir(exist_ok=True)
        environment = {"PATH": f"{self.stubs}:{os.environ['PATH']}", "STUBS": str(self.stubs), "TMPDIR": str(temporary)}
        command = [BASH, "-s", "--", str(self.disk)]
        return subprocess.run(
            command, input=script, env=environment, capture_output=True, text=True, check=False, timeout=LIMIT_SECONDS
        )

    def calls(self, program: str) -> list[str]:
        path = self.stubs / f"{program}.calls"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def work(self) -> Path:
        return self.disk / "home/ec2-user/SageMaker/digits"

    @property
    def notebook(self) -> Path:
        return self.work / "notebooks/walkthrough.ipynb"


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    disk, stubs = tmp_path / "disk", tmp_path / "stubs"
    for folder in ("home/ec2-user/SageMaker", "usr/local/sbin", "etc/systemd/system"):
        (disk / folder).mkdir(parents=True)
    stubs.mkdir()
    for name, body in STUBS.items():
        (stubs / name).write_text(f"#!/bin/bash\nset -eu\n{body}\n")
        (stubs / name).chmod(0o755)
    made = Instance(disk=disk, stubs=stubs)
    made.serve(notebooks__walkthrough_ipynb="first", training__mnist_py="PIXELS = 784")
    return made


@pytest.mark.parametrize("make", [on_create_script, on_start_script])
def test_they_fit_with_room_to_spare(make: type) -> None:
    longest = replace(VALUES, open_tabs_count=True, files_bucket="b" * 63, files_key=f"{'0' * 64}.zip")
    assert base64_length(make(longest)) < MOST_CHARACTERS - 1000


@pytest.mark.parametrize("make", [on_create_script, on_start_script])
def test_they_end_in_time_whatever_the_network_does(make: type) -> None:
    script = make(VALUES)
    # Nothing waits but these, and none is in a loop.
    waits = [int(seconds) for seconds in re.findall(r"timeout (\d+)", script)]
    assert waits
    assert sum(waits) < LIMIT_SECONDS - 60
    assert not re.search(r"^\s*(while|until|for|sleep)\b.*(do|\d)$", script, re.MULTILINE)
    assert "pip install" not in script
    assert "http:" not in script


@pytest.mark.parametrize("make", [on_create_script, on_start_script])
def test_bash_understands_them(make: type) -> None:
    done = subprocess.run([BASH, "-n"], input=make(VALUES), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_first_start_puts_the_files_in_place(instance: Instance) -> None:
    for make in (on_create_script, on_start_script):
        done = instance.run(make(VALUES))
        assert done.returncode == 0, done.stderr
    assert instance.notebook.read_text() == "first"
    assert (instance.work / "training/mnist.py").read_text() == "PIXELS = 784"
    fetched = instance.calls("aws")[0]
    assert fetched.startswith("s3api get-object --region eu-west-1")
    assert "--bucket cdk-assets --key 0123.zip" in fetched
    leftovers = [path.name for path in instance.work.rglob("*") if path.is_file()]
    assert sorted(leftovers) == [".placed.json", "mnist.py", "walkthrough.ipynb"]


@pytest.mark.slow
def test_what_a_person_changed_stays_and_the_new_one_is_beside_it(instance: Instance) -> None:
    instance.run(on_start_script(VALUES))
    instance.notebook.write_text("mine")
    assert instance.run(on_start_script(VALUES)).stdout == ""
    assert not instance.notebook.with_name("walkthrough.new.ipynb").exists()  # there is nothing new
    instance.serve(notebooks__walkthrough_ipynb="second", training__mnist_py="PIXELS = 28 * 28")
    done = instance.run(on_start_script(VALUES))
    assert "walkthrough.ipynb was changed and stays; the new one is walkthrough.new.ipynb" in done.stdout
    assert instance.notebook.read_text() == "mine"
    assert instance.notebook.with_name("walkthrough.new.ipynb").read_text() == "second"
    assert (instance.work / "training/mnist.py").read_text() == "PIXELS = 28 * 28"


@pytest.mark.slow
def test_files_that_are_no_longer_wanted_go_unless_they_were_changed(instance: Instance) -> None:
    instance.serve(notebooks__walkthrough_ipynb="first", training__one_py="1", training__two_py="2")
    instance.run(on_start_script(VALUES))
    (instance.work / "training/two.py").write_text("mine")
    (instance.work / "notebooks/own.ipynb").write_text("mine")
    instance.serve(notebooks__walkthrough_ipynb="first")
    instance.run(on_start_script(VALUES))
    kept = sorted(path.name for path in instance.work.rglob("*") if path.is_file() and path.name[0] != ".")
    assert kept == ["own.ipynb", "two.py", "walkthrough.ipynb"]


def test_an_instance_is_not_made_without_its_files(instance: Instance) -> None:
    (instance.stubs / "files.zip").unlink()
    assert instance.run(on_create_script(VALUES)).returncode != 0


def test_an_instance_starts_without_new_files(instance: Instance) -> None:
    instance.run(on_create_script(VALUES))
    (instance.stubs / "files.zip").unlink()
    done = instance.run(on_start_script(VALUES))
    assert done.returncode == 0
    assert "could not be fetched from s3://cdk-assets/0123.zip; those of the last start stay" in done.stderr
    assert instance.notebook.read_text() == "first"
    assert instance.calls("systemctl")[-1] == "start digits-idle-stop.timer"
    assert list((instance.stubs / "tmp").iterdir()) == []


def test_an_archive_cannot_write_elsewhere(instance: Instance) -> None:
    instance.serve(**{"../../.bashrc": "bad"})
    done = instance.run(on_create_script(VALUES))
    assert done.returncode != 0
    assert "names that lead out of" in done.stderr
    assert not (instance.work.parent.parent / ".bashrc").exists()


@pytest.mark.parametrize("make", [on_create_script, on_start_script])
def test_only_their_owner_writes_into_the_home_folder(instance: Instance, make: type) -> None:
    (instance.stubs / "sudo").write_text("#!/bin/bash\nexit 0\n")
    instance.run(make(VALUES))
    assert [path for path in (instance.disk / "home").rglob("*") if path.is_file()] == []


def test_kernels_find_the_package_and_their_environment(instance: Instance) -> None:
    instance.run(on_start_script(VALUES))
    startup = instance.disk / "home/ec2-user/.ipython/profile_default/startup/00-digits.py"
    names = ["DIGITS_ENVIRONMENT", "DIGITS_ASK_THROUGH", "AWS_REGION", "AWS_DEFAULT_REGION"]
    program = f"{startup.read_text()}\nimport json, training.mnist\n"
    program += f"print(json.dumps([training.mnist.PIXELS, *(os.environ[n] for n in {names})]))"
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=False)
    assert json.loads(done.stdout) == [784, "dev", "api", "eu-west-1", "eu-west-1"], done.stderr


def test_a_timer_runs_the_program_that_stops_it(instance: Instance) -> None:
    instance.run(on_start_script(replace(VALUES, open_tabs_count=True)))
    units = instance.disk / "etc/systemd/system"
    service, timer = ((units / f"digits-idle-stop.{kind}").read_text() for kind in ("service", "timer"))
    assert "ExecStart=/usr/bin/python3 /usr/local/sbin/digits-idle-stop --minutes 45 --open-tabs\n" in service
    assert "Type=oneshot" in service
    assert "User=ec2-user\nRuntimeDirectory=digits\n" in service  # as root it would run what the user put on the path
    assert "OnCalendar=*:0/5" in timer
    assert instance.calls("systemctl") == ["daemon-reload", "start digits-idle-stop.timer"]
    program = instance.disk / "usr/local/sbin/digits-idle-stop"
    installed = subprocess.run([sys.executable, str(program), "--help"], capture_output=True, text=True, check=False)
    assert "--open-tabs" in installed.stdout


def test_what_the_log_of_a_command_line_could_break_is_quoted() -> None:
    assert "files_key='a b.zip; reboot'" in on_create_script(replace(VALUES, files_key="a b.zip; reboot"))
