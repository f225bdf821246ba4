"""`submit`, `jobs`, `stop` and `fetch` against the emulator: jobs that really train, and jobs that never begin."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.manifest import read_manifest
from tests.support.emulator import Emulator
from tests.support.training_environments import bucket_of, said, training_environment, training_role
from training.model.promotion import check_candidate

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
BUCKET = bucket_of("jobs")
ROUND_2 = re.compile(r"^algo-1 \| .*\[2\] +train-mlogloss:\S+ +train-merror:\S+ +validation-mlogloss:", re.MULTILINE)
SMALL = ("--num-round", "3", "--set", "max_leaves=4", "--set", "nthread=1", "--on-demand")


@pytest.fixture(scope="module")
def build(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("build")
    with training_environment(emulator, "jobs", folder):
        yield folder


def test_two_hosts_train_a_model_that_can_be_promoted(build: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "digits-jobs-two-hosts"
    told = said(capsys, "submit", *SMALL, "--name", name, "--instances", "2")
    assert told.index("Training: ") < told.index("[0]") < told.index("Uploading: ") < told.index("Completed: ")
    assert len(ROUND_2.findall(told)) == 1
    assert "algo-2 | " in told
    assert "validation: merror" in told
    assert "s of each of 2 instances" in told
    assert f"fetch {name}" in told

    listed = said(capsys, "jobs", "--limit", "5")
    assert name in listed
    assert "Completed" in listed
    details = said(capsys, "jobs", name)
    assert f"channel train: s3://{BUCKET}/channels/" in details
    again = said(capsys, "jobs", name, "--follow")
    assert len(ROUND_2.findall(again)) == 1

    fetched = said(capsys, "fetch", name)
    assert "accuracy" in fetched
    manifest = read_manifest(build / "model/manifest.json")
    check_candidate(manifest, name="manifest", archive=build / "model/model.tar.gz")
    assert manifest.hyperparameters["max_leaves"] == "4"
    assert manifest.data.counts == {"train": 400, "validation": 100, "test": 100}
    assert manifest.training.host.platform == f"SageMaker ml.m5.xlarge x 2, job {name}"
    first = (build / "model/model.tar.gz").read_bytes()
    said(capsys, "fetch", name)
    assert (build / "model/model.tar.gz").read_bytes() == first

    assert "there is a job" in said(capsys, "submit", *SMALL, "--name", name, code=2)
    assert "nothing to do" in said(capsys, "stop", name)


def _start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "training", *arguments], cwd=ROOT, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip


def test_ctrl_c_stops_following_and_stop_stops_the_job(build: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "digits-jobs-long"
    endless = ("--set", "early_stopping_rounds=")
    process = _start("submit", *SMALL, *endless, "--num-round", "1000000", "--name", name)
    assert process.stdout
    assert any("validation-merror" in line for line in process.stdout)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate()
    assert (process.returncode, error) == (130, "")
    assert "no longer following; the job continues" in out
    assert f"jobs {name} --follow" in out
    assert f"stop {name}" in out

    assert "has no model yet" in said(capsys, "fetch", name, code=2)
    assert "the model so far is kept" in said(capsys, "stop", name)
    told = said(capsys, "jobs", name, "--follow", code=3)
    assert f"error: the job {name} was stopped; what there is can be fetched" in told
    said(capsys, "fetch", name)
    assert read_manifest(build / "model/manifest.json").training.best_round >= 1


def test_nothing_is_started_when_something_is_wrong(
    build: Path, emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    poor = training_role(emulator, "jobs", "digits-jobs-poor", reads="elsewhere/*")
    before = emulator.client("sagemaker").list_training_jobs(NameContains="digits-jobs-refused")["TrainingJobSummaries"]
    for number, (options, expected) in enumerate(
        [
            (["--instances", "3"], "the channel train has 2 part files for 3 hosts"),
            (
                ["--set", "validation_channel=s3://my-bucket/v/"],
                "the channels are validation, expected train once",
            ),
            (["--set", f"role_arn={poor}"], "may not do s3:GetObject"),
            (["--set", "image_tag=1.7-1"], "the image tag '1.7-1' is not known"),
        ]
    ):
        told = said(capsys, "submit", *SMALL, "--name", f"digits-jobs-refused-{number}", *options, code=2)
        assert expected in told
        assert all(line.startswith("error: ") for line in told.strip().splitlines())
    after = emulator.client("sagemaker").list_training_jobs(NameContains="digits-jobs-refused")["TrainingJobSummaries"]
    assert (before, after) == ([], [])


def test_a_dry_run_prints_the_request_and_sends_nothing(build: Path, capsys: pytest.CaptureFixture[str]) -> None:
    request = json.loads(said(capsys, "submit", *SMALL, "--dry-run", "--name", "digits-jobs-dry"))
    assert request["TrainingJobName"] == "digits-jobs-dry"
    assert request["OutputDataConfig"]["S3OutputPath"] == f"s3://{BUCKET}/jobs/"
    assert "there is no training job digits-jobs-dry" in said(capsys, "jobs", "digits-jobs-dry", code=2)


def test_an_environment_that_is_not_deployed(build: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, "submit", "--environment", "dev", code=2)
    assert "deploy the stack digits-dev-training first" in told


def test_the_jobs_of_an_environment_that_is_not_deployed(build: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, "jobs", "--environment", "nowhere", code=2)
    assert "the environment nowhere is not deployed here" in told
    assert "(AWS_ENDPOINT_URL) and not at AWS" in told
