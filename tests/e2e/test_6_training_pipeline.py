"""A model that the deployed pipeline has registered is promoted once it is approved."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tools.deployment import ROOT, Deployment, stack_outputs
from training.data.data_folder import read_data_manifest, read_source_split, write_data_folder
from training.data.dataset import Dataset

COUNTS = {"train": 1500, "validation": 300, "test": 300}
QUICK = ["--num-round", "3", "--set", "MaxLeaves=8"]
EASY = ["--set", "PromotedAccuracy=0.2", "--set", "PromotedLogLoss=3"]


@pytest.fixture(scope="module")
def build(workspace: Path, good_manifest: Path) -> Path:
    """A build folder with the first few digits of each split."""
    whole = good_manifest.parent.parent / "data"
    splits = {name: read_source_split(whole, name).slice(0, count) for name, count in COUNTS.items()}
    source = read_data_manifest(whole)
    dataset = Dataset(
        train=splits["train"],
        validation=splits["validation"],
        test=splits["test"],
        source=source.source,
        sha256=source.source_sha256,
    )
    write_data_folder(workspace / "few/data", dataset, parts=2)
    return workspace / "few"


def training(deployment: Deployment, build: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m training` as a person would."""
    own: Mapping[str, str] = {"DIGITS_BUILD": str(build), "DIGITS_MANIFEST": str(build / "current.json")}
    return subprocess.run(
        [sys.executable, "-m", "training", *words],
        cwd=ROOT,
        env={**deployment.variables, **own},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def registered(deployment: Deployment, build: Path) -> str:
    """Version of a model that the pipeline registered."""
    published = training(deployment, build, "publish", "--channels")
    assert published.returncode == 0, published.stderr
    done = training(deployment, build, "pipeline", *QUICK, *EASY)
    assert done.returncode == 0, done.stdout + done.stderr
    for step in ("CheckData", "Train", "Evaluate", "Register"):
        assert f"{step}: Succeeded" in done.stdout
    found = re.search(r"registered digits-local/(\d+); it waits for approval", done.stdout)
    assert found, done.stdout
    return found[1]


@pytest.mark.exhaustive
def test_data_that_was_not_published_starts_nothing(deployment: Deployment, build: Path) -> None:
    done = training(deployment, build, "pipeline", "--channels", "0f3a")
    assert (done.returncode, done.stdout) == (2, "")
    assert "publish --channels" in done.stderr


@pytest.mark.exhaustive
def test_it_is_promoted_once_it_is_approved(deployment: Deployment, build: Path, registered: str) -> None:
    refused = training(deployment, build, "promote", "--from-registry", registered)
    assert refused.returncode == 2
    assert "is PendingManualApproval, allowed is Approved" in refused.stderr
    assert training(deployment, build, "approve", registered).returncode == 0
    done = training(deployment, build, "promote", "--from-registry")
    assert done.returncode == 0, done.stderr
    assert f"scored again on {COUNTS['test']} test images" in done.stdout
    promoted = json.loads((build / "current.json").read_text())
    bucket = stack_outputs(deployment, "storage")["BucketName"]
    archive = _content(deployment, f"s3://{bucket}/{promoted['artifact']['key']}")
    assert len(archive) == promoted["artifact"]["size_bytes"]


def _content(deployment: Deployment, uri: str) -> bytes:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    content: bytes = deployment.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return content
