"""What runs the walkthrough and opens it: tidy outputs, the command of JupyterLab, plain lines of a job."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from tests.support.job_fakes import FakeJobs, FakeLogs, job, phase
from tools.deployment import DeploymentError
from tools.lab import lab_command
from tools.notebook import read_notebook, tidied
from training.aws.predictions import Prediction
from training.common.errors import JobEndedError
from training.data.dataset import Split
from training.jobs.reporting import cost_in_words, follow_in_words
from training.pictures.predictions import predicted_digits

STREAM = "digits-local-20261122-213045-3f9a/algo-1-1764000000"


def test_tidying_leaves_out_what_tells_runs_apart(tmp_path: Path) -> None:
    streams = [{"output_type": "stream", "name": "stdout", "text": text} for text in ("one\n", "two\n")]
    result = {"output_type": "execute_result", "data": {"text/plain": "3"}, "execution_count": 1, "metadata": {}}
    cell = {
        "id": "code-01",
        "cell_type": "code",
        "source": "1",
        "execution_count": 1,
        "metadata": {"execution": {"shell.execute_reply": "2026-11-22"}},
        "outputs": [*streams, result],
    }
    metadata = {"language_info": {"name": "python", "version": "3.11.7"}}
    document = {"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "any.ipynb").write_text(json.dumps(document))
    notebook = tidied(read_notebook(tmp_path / "any.ipynb"))
    nbformat.validate(notebook)
    assert [output.get("text") for output in notebook.cells[0].outputs] == ["one\ntwo\n", None]
    assert notebook.cells[0].metadata == {}
    assert notebook.metadata.language_info == {"name": "python"}


def test_jupyterlab_listens_on_this_machine_only(tmp_path: Path) -> None:
    python = tmp_path / "bin/python"
    with pytest.raises(DeploymentError, match="run 'make lab', which installs it"):
        lab_command([], python=python)
    python.parent.mkdir()
    python.touch()
    command = lab_command(["--no-browser"], python=python)
    assert command[:4] == [str(python), "-m", "jupyterlab", "notebooks/walkthrough.ipynb"]
    assert "--ServerApp.ip=127.0.0.1" in command
    assert command[-1] == "--no-browser"


def test_a_job_is_reported_in_plain_lines() -> None:
    phases = [phase("Training", "in progress"), phase("Completed", "done")]
    done = job(SecondaryStatusTransitions=phases, ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 1})
    reported: list[str] = []
    logs = FakeLogs(turns=[{STREAM: ["starting", "[0]#011train-merror:0.1"]}])
    ended = follow_in_words(done.name, jobs=FakeJobs([done]), logs=logs, report=reported.append, pause=0)
    assert ended == done
    assert reported == [
        "21:30:45 Training: in progress",
        "starting",
        "[0] train-merror:0.1",
        "21:30:45 Completed: done",
    ]


def test_a_job_of_several_hosts_names_them() -> None:
    reported: list[str] = []
    follow_in_words(
        "digits", jobs=FakeJobs([job()]), logs=FakeLogs(turns=[{STREAM: ["hello"]}]), report=reported.append, pause=0
    )
    assert reported == ["algo-1 | hello"]


def test_a_job_that_failed_is_an_error() -> None:
    failed = job(TrainingJobStatus="Failed", SecondaryStatus="Failed", FailureReason="AlgorithmError: no")
    with pytest.raises(JobEndedError, match="AlgorithmError: no"):
        follow_in_words("digits", jobs=FakeJobs([failed]), logs=FakeLogs(turns=[]), report=print, pause=0)


def test_the_cost_in_words() -> None:
    assert re.fullmatch(
        r"50 s on 2 x ml\.m5\.xlarge, \$0\.\d+ by prices of .*", cost_in_words(job(), region="us-east-1")
    )
    assert cost_in_words(job(BillableTimeInSeconds=None), region="us-east-1") == "nothing is billed yet"
    unknown = job(ResourceConfig={"InstanceType": "ml.unknown.large", "InstanceCount": 1})
    assert cost_in_words(unknown, region="us-east-1") == "50 s on 1 x ml.unknown.large, no price known"


@pytest.mark.parametrize(("count", "width", "height"), [(1, 273, 429), (5, 1261, 429), (7, 1261, 786)])
@pytest.mark.slow
def test_predictions_are_drawn_five_in_a_row(count: int, width: int, height: int) -> None:
    split = Split(images=np.zeros((count, 784), dtype=np.uint8), labels=np.arange(count, dtype=np.uint8))
    predictions = [Prediction(digit=0, probabilities=(1.0, *[0.0] * 9))] * count
    png = predicted_digits(split, predictions)
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert abs(int.from_bytes(png[16:20]) - width) <= 2
    assert abs(int.from_bytes(png[20:24]) - height) <= 2


def test_the_first_image_of_each_digit_is_found() -> None:
    labels = np.array([3, 1, 0, 2, 4, 5, 6, 7, 8, 9, 3], dtype=np.uint8)
    images = np.repeat(np.arange(11, dtype=np.uint8)[:, None], 784, axis=1)
    found = Split(images=images, labels=labels).first_of_each()
    assert found.labels.tolist() == list(range(10))
    assert found.images[:, 0].tolist() == [2, 1, 3, 0, 4, 5, 6, 7, 8, 9]
