"""Both backends send the same request over the wire: one host, several, spot, a VPC with a key."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.small_sagemaker import SmallSageMaker
from tests.support.training_jobs import SHAPES
from training.jobs.aws_jobs import AwsJobs

pytestmark = pytest.mark.exhaustive

ROOT = Path(__file__).resolve().parents[3]
SDK_PYTHON = ROOT / ".venv-sagemaker/bin/python"


def variables_of(port: int) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
    }


@dataclass(frozen=True, kw_only=True)
class Sdk:
    """What the SDK did: the requests that it made, and the hosts that it connected to."""

    requests: list[tuple[str, dict[str, Any]]]
    created: list[dict[str, Any]]
    hosts: list[str]


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Sdk:
    """All shapes submitted by one process of the SDK's environment."""
    if not SDK_PYTHON.exists():
        pytest.fail(f"{SDK_PYTHON} is missing; run: make .venv-sagemaker/.stamp")
    home = tmp_path_factory.mktemp("home")
    config = home / ".config/sagemaker/config.yaml"
    config.parent.mkdir(parents=True)
    config.write_text(
        'SchemaVersion: "1.0"\nSageMaker:\n  TrainingJob:\n    EnableNetworkIsolation: true\n'
        "    Environment: {SOMEBODY: else}\n"
    )
    with SmallSageMaker().serving() as small:
        process = subprocess.run(
            [SDK_PYTHON, ROOT / "tests/support/sdk_submissions.py"], capture_output=True, check=False,
            input=pickle.dumps(list(SHAPES.values())),
            env={
                "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                **variables_of(small.port),
            },
        )  # fmt: skip
        assert process.returncode == 0, process.stderr.decode()
        hosts = json.loads(process.stdout.splitlines()[-1])
        return Sdk(requests=list(small.requests), created=small.created(), hosts=hosts)


@pytest.fixture(scope="module")
def boto3_requests() -> list[tuple[str, dict[str, Any]]]:
    """What the other backend sends for the same jobs."""
    with SmallSageMaker().serving() as small, pytest.MonkeyPatch.context() as patch:
        for name, value in variables_of(small.port).items():
            patch.setenv(name, value)
        for name in ("AWS_PROFILE", "AWS_REGION", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_SAGEMAKER"):
            patch.delenv(name, raising=False)
        jobs = AwsJobs()
        for spec in SHAPES.values():
            jobs.submit(spec)
    return small.requests


@pytest.mark.parametrize("shape", SHAPES)
def test_both_backends_send_the_same_request(
    sdk: Sdk, boto3_requests: list[tuple[str, dict[str, Any]]], shape: str
) -> None:
    place = list(SHAPES).index(shape)
    operation, body = boto3_requests[place]
    assert (operation, len(boto3_requests)) == ("SageMaker.CreateTrainingJob", len(SHAPES))
    assert sdk.created[place] == body


def test_the_sdk_asks_nothing_but_for_its_jobs(sdk: Sdk) -> None:
    assert [operation for operation, _ in sdk.requests] == [
        "SageMaker.CreateTrainingJob",
        "SageMaker.DescribeTrainingJob",
    ] * len(SHAPES)
    assert {body["TrainingJobName"] for _, body in sdk.requests} == {spec.name for spec in SHAPES.values()}


def test_the_sdk_tells_nobody(sdk: Sdk) -> None:
    assert sdk.hosts == ["127.0.0.1"]
