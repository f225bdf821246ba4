"""`tune --where sagemaker` against the emulator: jobs that really train, followed, reported, stopped, refused."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.emulator import Emulator
from tests.support.training_environments import said, training_environment
from training.tuning.aws_tuning import AwsTuning
from training.tuning.trials import Outcome, read_best
from training.tuning.tuning_job import follow

pytestmark = pytest.mark.slow

SMALL = (
    "tune", "--where", "sagemaker", "--search", "eta=0.1:0.5:log", "--search", "max_depth=1:3", "--num-round", "2",
    "--set", "max_leaves=4", "--set", "nthread=1", "--trials", "3", "--set", "parallel=2", "--set", "spot=false",
    "--no-wait",
)  # fmt: skip


@pytest.fixture(scope="module")
def build(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("build")
    with training_environment(emulator, "tuning", folder):
        yield folder


def started(told: str) -> str:
    """The name of the tuning job that a command says it started."""
    return told.split("started ")[1].split(":")[0]


def test_training_jobs_train_and_the_best_of_them_is_found(build: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = started(said(capsys, *SMALL))
    assert name.startswith("digits-tuning-t-")
    assert len(name) <= 32
    job, found = follow(name, service=AwsTuning(), on_change=lambda *_now: None, sleep=lambda _s: time.sleep(0.2))
    assert (job.status, len(found.trials)) == ("Completed", 3)
    assert all(trial.outcome is not Outcome.FAILED for trial in found.trials)
    told = said(capsys, "tune", "--attach", name)
    assert "the best 3 of 3 trials" in told
    assert "fit --from-tuning" in told
    assert found.best is not None
    given = {"max_leaves": "4", "nthread": "1"}
    assert read_best(build / "tuning/best.json") == {**given, **found.best.values}
    assert set(found.best.values) == {"eta", "max_depth"}
    assert (build / "tuning/trials.png").read_bytes().startswith(b"\x89PNG")
    assert f"nothing to do: {name} has ended already" in said(capsys, "tune", "--stop", name)


def test_one_that_is_stopped_starts_no_more_jobs(build: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = started(said(capsys, *SMALL, "--num-round", "100000", "--set", "early_stopping_rounds="))
    assert "the results so far are kept" in said(capsys, "tune", "--stop", name)
    job, found = follow(name, service=AwsTuning(), on_change=lambda *_now: None, sleep=lambda _s: time.sleep(0.2))
    assert job.status == "Stopped"
    assert len(found.trials) <= 2


def test_what_would_be_refused_starts_nothing(
    build: Path, emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    sagemaker = emulator.client("sagemaker")
    before = len(sagemaker.list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"])
    told = said(capsys, *SMALL, "--set", "instance_count=3", code=2)
    assert "2 part" in told
    assert "there is no tuning job nobody" in said(capsys, "tune", "--attach", "nobody", code=2)
    assert "eta is both set and searched" in said(capsys, *SMALL, "--set", "eta=0.3", code=2)
    request = json.loads(said(capsys, *SMALL, "--dry-run"))
    assert request["TrainingJobDefinition"]["ResourceConfig"]["InstanceType"] == "ml.m5.xlarge"
    assert len(sagemaker.list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"]) == before
