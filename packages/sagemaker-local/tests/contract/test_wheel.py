"""The wheel, built and installed into an environment of its own, works in a folder that knows nothing of this one.

Its dependencies are those that its metadata names, linked from this environment, so the test needs no network.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path

import pytest

from sagemaker_local.daemon import function_environment
from support.emulators import ROW, Emulator, build_world, free_port, small_artifact
from support.model_servers import request, start, wait_until_serving
from support.training_recordings import case_named, lay_out, saved

pytestmark = pytest.mark.slow

PACKAGE = Path(__file__).resolve().parents[2]
UV = Path(sys.executable).with_name("uv")


@dataclass(frozen=True, kw_only=True)
class Installed:
    """An environment with the wheel, and an empty folder to work in."""

    python: Path
    folder: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment."""
        program = str(self.python.with_name(command[0]))
        return subprocess.run([program, *command[1:]], cwd=self.folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source, target = tmp_path_factory.mktemp("source") / "package", tmp_path_factory.mktemp("dist")
    shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__", "build", "dist", ".*_cache"))
    subprocess.run([UV, "build", "--offline", "--quiet", "--wheel", "--out-dir", target], cwd=source, check=True)
    return next(target.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    python = function_environment.make(tmp_path_factory.mktemp("environment"), required(wheel))
    options = ["--offline", "--no-deps", "--quiet", f"--python={python}"]
    subprocess.run([UV, "pip", "install", *options, wheel], check=True)
    return Installed(python=python, folder=tmp_path_factory.mktemp("elsewhere"))


@pytest.fixture(scope="module")
def emulator(installed: Installed) -> Iterator[Emulator]:
    """An emulator that was started with the wheel's command."""
    state, port = installed.folder / "state", free_port()
    started = installed.run("sagemaker-local", "up", "--port", str(port), "--state-dir", str(state))
    assert started.returncode == 0, started.stderr
    yield Emulator(port=port, state=state, python=installed.python)
    ended = installed.run("sagemaker-local", "down", "--state-dir", str(state))
    assert "emulator stopped" in ended.stdout


def metadata(wheel: Path) -> dict[str, list[str]]:
    """The fields of a wheel's METADATA."""
    with zipfile.ZipFile(wheel) as opened:
        name = next(name for name in opened.namelist() if name.endswith(".dist-info/METADATA"))
        message = Parser().parsestr(opened.read(name).decode())
    return {key: message.get_all(key, []) for key in set(message.keys())}


def required(wheel: Path) -> list[str]:
    """The distributions that a wheel requires on this machine, without extras."""
    lines = [line for line in metadata(wheel)["Requires-Dist"] if "extra ==" not in line]
    elsewhere = "!= 'darwin'" if sys.platform == "darwin" else "== 'darwin'"
    names = [re.match(r"[\w.-]+", line) for line in lines if elsewhere not in line]
    return [found[0] for found in names if found]


def test_the_wheel_says_what_it_is_and_has_its_data_and_types(wheel: Path) -> None:
    fields = metadata(wheel)
    assert fields["License-Expression"] == ["Apache-2.0"]
    assert fields["Provides-Extra"] == ["node"]
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())
    sources = (PACKAGE / "src").rglob("*")
    assert {
        str(path.relative_to(PACKAGE / "src")) for path in sources if path.is_file() and path.suffix != ".pyc"
    } <= names
    assert {"sagemaker_local/py.typed", "sagemaker_local/container/training/container_tracebacks.json"} <= names


def test_it_runs_from_another_folder_and_answers_boto3(installed: Installed, emulator: Emulator) -> None:
    module = installed.run("python", "-m", "sagemaker_local", "status", "--state-dir", str(emulator.state))
    assert f"emulator running at {emulator.url}" in module.stdout
    exports = installed.run("sagemaker-local", "env", "--state-dir", str(emulator.state)).stdout
    assert f"export AWS_ENDPOINT_URL={emulator.url}\n" in exports

    world = build_world(emulator, "one")
    sagemaker, runtime = emulator.client("sagemaker"), emulator.client("sagemaker-runtime")
    sagemaker.create_endpoint(EndpointName="serving", EndpointConfigName="one")
    assert world.settled("serving")["EndpointStatus"] == "InService"
    answer = runtime.invoke_endpoint(EndpointName="serving", ContentType="text/csv", Body=ROW)["Body"].read()
    assert len(answer.split(b",")) == 10


def test_the_serving_container_works_alone(installed: Installed, tmp_path: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(small_artifact(1))) as packed:
        packed.extractall(tmp_path, filter="data")
    process, port = start(tmp_path, python=installed.python, folder=installed.folder)
    try:
        wait_until_serving(port)
        status, answer = request(port, "POST", "/invocations", ROW, {"content-type": "text/csv"})
    finally:
        process.kill()
        process.communicate()
    assert (status, len(answer.split(b","))) == (200, 10)


def test_the_training_container_works_alone(installed: Installed, tmp_path: Path) -> None:
    described = installed.run("python", "-m", "sagemaker_local.training_container", "--print-hyperparameters")
    assert "num_round" in json.loads(described.stdout)["properties"]
    case = case_named("softprob with validation")
    lay_out(tmp_path, case)
    ended = installed.run("python", "-m", "sagemaker_local.training_container", "--opt-ml", str(tmp_path))
    assert ended.returncode == 0, ended.stderr
    assert saved(tmp_path) == case["recorded"]["files"]
