"""A job with the role, bucket and limits of the deployed training stack: two hosts train, and the model comes back."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tools.deployment import ROOT, Deployment
from training.data.data_folder import read_data_manifest, read_source_split, write_data_folder
from training.data.dataset import Dataset

COUNTS = {"train": 1500, "validation": 300, "test": 300}
QUICK = ["--num-round", "3", "--set", "max_leaves=8", "--set", "nthread=1"]
NAME = "digits-local-two-hosts"


@pytest.fixture(scope="module")
def build(workspace: Path, good_manifest: Path) -> Path:
    """A build folder with the first few digits of each split, in two parts."""
    whole = good_manifest.parent.parent / "data"
    splits = {name: read_source_split(whole, name).slice(0, count) for name, count in COUNTS.items()}
    source = read_data_manifest(whole)
    train, validation, test = (splits[name] for name in COUNTS)
    dataset = Dataset(train=train, validation=validation, test=test, source=source.source, sha256=source.source_sha256)
    write_data_folder(workspace / "job/data", dataset, parts=2)
    return workspace / "job"


def training(deployment: Deployment, build: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m training` as a person would."""
    return subprocess.run(
        [sys.executable, "-m", "training", "--build", str(build), *words],
        cwd=ROOT, env=dict(deployment.variables), capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_two_hosts_train_a_model_as_the_stack_has_it(deployment: Deployment, build: Path) -> None:
    published = training(deployment, build, "publish", "--channels")
    assert published.returncode == 0, published.stderr
    submitted = training(deployment, build, "submit", *QUICK, "--instances", "2", "--name", NAME)
    assert submitted.returncode == 0, submitted.stdout + submitted.stderr
    assert submitted.stderr == ""
    assert "algo-2 | " in submitted.stdout
    fetched = training(deployment, build, "fetch", NAME)
    assert fetched.returncode == 0, fetched.stderr
    manifest = json.loads((build / "model/manifest.json").read_bytes())
    assert manifest["training"]["host"]["platform"].endswith(f"x 2, spot, job {NAME}")
    assert manifest["metrics"]["accuracy"] > 0.5
