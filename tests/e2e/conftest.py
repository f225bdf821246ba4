"""An emulator and a deployment by the CDK CLI for each process that runs end-to-end tests, of models really trained.

The files run in the order of their numbers: what is deployed is asked, misused, updated, trained with, then removed.
Two processes share the files between them (`make e2e`), each with an emulator of its own; models are trained once.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session

from tests.support.event_apis import Address
from tests.support.hostile_shell import HOSTILE_OF_AWS
from tests.support.uploading import until
from tools.api_client import ApiClient
from tools.deployment import (
    ROOT,
    Deployment,
    api_client,
    api_url,
    bootstrap,
    deploy,
    stack_outputs,
    synthesise,
)
from tools.local import local_deployment, start_emulator
from tools.process_environment import adopt
from tools.site_publishing import publish as publish_site
from training.data.data_folder import read_source_split
from training.data.dataset import Split

# The first test waits for training, bootstrap and deployment; on a busy machine that is minutes.
SECONDS = 1200


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every end-to-end test the time that its fixtures may take."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(SECONDS))


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for everything that the end-to-end tests write."""
    return tmp_path_factory.mktemp("e2e")


@pytest.fixture(scope="session")
def emulator_options(workspace: Path) -> list[str]:
    """Options of `sagemaker-local` that keep this emulator apart from one that a person runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return ["--port", str(port), "--state-dir", str(workspace / "emulator")]


@pytest.fixture(scope="session")
def variables(emulator_options: list[str]) -> Iterator[Mapping[str, str]]:
    """The process environment that reaches a running emulator, with signatures and policies enforced."""
    # Like everything that goes to the emulator, this takes over nothing of AWS from the shell.
    adopt(os.environ | HOSTILE_OF_AWS)
    yield start_emulator(*emulator_options)
    subprocess.run([sys.executable, "-m", "sagemaker_local", "down", *emulator_options], cwd=ROOT, check=True)


@pytest.fixture(scope="session")
def good_manifest(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The manifest of a model that knows its digits: trained by the process that asks first, for all."""
    own = tmp_path_factory.getbasetemp()
    build = (own if worker_id == "master" else own.parent) / "good"
    _once(build, lambda: _train(build, "--num-round", "12"))
    return build / "model/manifest.json"


@pytest.fixture(scope="session")
def assembly(good_manifest: Path, variables: Mapping[str, str]) -> Path:
    """The cloud assembly with the good model, templates and bundles: made by the process that asks first, for all."""
    folder = good_manifest.parent.parent.parent / "assembly"
    _once(folder, lambda: synthesise(replace(local_deployment(variables, manifest=good_manifest), folder=folder)))
    return folder / "cdk.out"


@pytest.fixture(scope="session")
def hasty_manifest(workspace: Path, good_manifest: Path) -> Path:
    """The manifest of a model that was trained for one round on the same data."""
    build = workspace / "hasty"
    build.mkdir()
    (build / "data").symlink_to(good_manifest.parent.parent / "data")
    return _train(build, "--num-round", "1")


@pytest.fixture(scope="session")
def test_split(good_manifest: Path) -> Split:
    """The 10,000 test images."""
    return read_source_split(good_manifest.parent.parent / "data", "test")


@pytest.fixture(scope="session")
def deployment(workspace: Path, variables: Mapping[str, str], good_manifest: Path, assembly: Path) -> Deployment:
    """The application, deployed with the good model."""
    deployment = replace(local_deployment(variables, manifest=good_manifest), folder=workspace / "deployment")
    shutil.copytree(assembly, deployment.assembly)
    bootstrap(deployment)
    deploy(deployment)
    publish_site(deployment)
    return deployment


@pytest.fixture(scope="session")
def api(deployment: Deployment) -> ApiClient:
    """A client of the deployed API, signing as the root of the emulated account."""
    return api_client(deployment)


@pytest.fixture(scope="session")
def events(deployment: Deployment) -> Address:
    """The deployed Event API, as a page reaches it."""
    port = int(deployment.variables["AWS_ENDPOINT_URL"].rpartition(":")[2])
    return Address.by_path(port, stack_outputs(deployment, "upload")["EventsApiId"])


@pytest.fixture
def faults(emulator_options: list[str]) -> Iterator[Callable[..., None]]:
    """A function that makes something fail, as `sagemaker-local faults` does; it is well again afterwards."""
    failing: set[str] = set()

    def set_fault(target: str, *words: str) -> None:
        failing.add(target)
        command = [sys.executable, "-m", "sagemaker_local", "faults", target, *words, *emulator_options]
        subprocess.run(command, check=True)

    yield set_fault
    for target in failing:
        set_fault(target, "clear")


@pytest.fixture
def caller(deployment: Deployment) -> Iterator[Any]:
    """A function that makes an IAM user with a policy and returns an API client that signs as that user."""
    iam = deployment.client("iam")
    created: list[str] = []

    def make(*statements: dict[str, Any]) -> ApiClient:
        name = f"caller-{len(created)}"
        iam.create_user(UserName=name)
        created.append(name)
        if statements:
            policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
            iam.put_user_policy(UserName=name, PolicyName="calls", PolicyDocument=policy)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        session = Session()
        session.set_config_variable("region", deployment.variables["AWS_REGION"])
        session.set_credentials(key["AccessKeyId"], key["SecretAccessKey"])
        return ApiClient(api_url(deployment), session)

    yield make
    for name in created:
        for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        for policy in iam.list_user_policies(UserName=name)["PolicyNames"]:
            iam.delete_user_policy(UserName=name, PolicyName=policy)
        iam.delete_user(UserName=name)


def _once(folder: Path, make: Callable[[], object]) -> None:
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


def _train(build: Path, *fit_options: str) -> Path:
    """Run the training commands as a person would; returns the manifest of the packaged model."""
    # Threads that wait without spinning: slower alone, much faster where others compute as well.
    environment = {**os.environ, "DIGITS_BUILD": str(build), "OMP_WAIT_POLICY": "PASSIVE"}
    for stage in (["prepare", "--copies", "0"], ["fit", *fit_options], ["evaluate"], ["package"]):
        subprocess.run([sys.executable, "-m", "training", *stage], cwd=ROOT, env=environment, check=True)
    return build / "model/manifest.json"


def one_of_each(split: Split) -> dict[int, Any]:
    """The first image of each digit, by the digit."""
    return {digit: split.images[int((split.labels == digit).argmax())] for digit in range(10)}
