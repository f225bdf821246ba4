"""The walkthrough runs with the rights of the notebook's role, and says what it said when it was committed."""

from __future__ import annotations

import base64
import io
import re
from typing import Any

import numpy as np
import pytest
from nbformat import NotebookNode
from PIL import Image

from tools.deployment import Deployment, stack_outputs
from tools.notebook import (
    WALKTHROUGH,
    Credentials,
    credentials_of_notebook,
    execute,
    kernel_variables,
    read_notebook,
    remove_user,
)

ABSENT_ON_INSTANCE = ("xgboost", "typer", "rich", "scipy")
"""What a kernel of the notebook instance has not, or need not have."""

WHAT_DIFFERS = (
    (r"digits-local-\d{8}-\d{6}-[0-9a-f]{4}", "<job>"),
    (r"digits-local-storage-[0-9a-z-]+", "<bucket>"),
    (r"\b[0-9a-f]{64}\b", "<digest>"),
    (r"\d{4}-\d{2}-\d{2}:\d{2}:\d{2}:\d{2}", "<moment>"),
    (r"\b\d{2}:\d{2}:\d{2}\b", "<time>"),
    (r"\.parquet-?\d+", ".parquet<number>"),
    (r"^\d+ s on .*", "<cost>"),
    (r"[\d,]+ bytes(?=  (<job>|jobs/))", "<size> bytes"),
    (r"^\s+", ""),
    (r"boosting\.py:\d+|c_api\.cc:\d+", "<line>"),
)
NUMBER = re.compile(r"\d+\.\d{3,}")


@pytest.fixture(scope="module")
def credentials(deployment: Deployment) -> Any:
    """A user that may do exactly what the role of the notebook may."""
    yield credentials_of_notebook(deployment)
    remove_user(deployment.client("iam"))


@pytest.fixture(scope="module")
def executed(
    deployment: Deployment, credentials: Credentials, tmp_path_factory: pytest.TempPathFactory
) -> NotebookNode:
    """The walkthrough as it runs now, where a notebook instance's kernel lacks packages too."""
    folder = tmp_path_factory.mktemp("notebook")
    (folder / "sitecustomize.py").write_text(f"import sys\nsys.modules.update(dict.fromkeys({ABSENT_ON_INSTANCE!r}))\n")
    variables = kernel_variables(deployment, credentials)
    variables["PYTHONPATH"] += f":{folder}"
    return execute(WALKTHROUGH, variables=variables, folder=folder)


@pytest.fixture(scope="module")
def committed() -> NotebookNode:
    return read_notebook(WALKTHROUGH)


def lines(cell: NotebookNode) -> list[str]:
    """The lines that a cell wrote, without what tells one run from another."""
    texts = (
        output.text if output.output_type == "stream" else output.data.get("text/plain", "") for output in cell.outputs
    )
    found = []
    for line in "\n".join(texts).splitlines():
        for pattern, name in WHAT_DIFFERS:
            line = re.sub(pattern, name, line)
        found.append(NUMBER.sub("<number>", line))
    return found


def numbers(cell: NotebookNode) -> list[float]:
    """Losses and errors that a cell wrote."""
    texts = (output.text for output in cell.outputs if output.output_type == "stream")
    return [float(number) for number in NUMBER.findall(re.sub(r".*\$.*", "", "\n".join(texts)))]


def code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.mark.exhaustive
def test_it_says_what_it_said(executed: NotebookNode, committed: NotebookNode) -> None:
    for now, then in zip(code(executed), code(committed), strict=True):
        if "follow_in_words" in now.source and "jobs.submit" in now.source:
            # The log and the phases come from two places, which take turns as they like; how a job starts is told in
            # two steps, and the first may be over before anybody looks.
            told, had_told = (sorted(line for line in lines(cell) if "Starting: " not in line) for cell in (now, then))
            assert told == had_told
            assert len(told) > 30
        else:
            assert lines(now) == lines(then), now.source
        np.testing.assert_allclose(numbers(now), numbers(then), atol=0.003)


@pytest.mark.exhaustive
def test_its_pictures_are_those_that_they_were(executed: NotebookNode, committed: NotebookNode) -> None:
    pairs = list(zip(pictures(executed), pictures(committed), strict=True))
    assert len(pairs) == 3
    for now, then in pairs:
        assert now.shape == then.shape
    for now, then in pairs[:2]:  # the last one shows how sure the deployed model is, which is another one here
        assert np.abs(now - then).mean() < 1


def pictures(notebook: NotebookNode) -> list[np.ndarray]:
    """Every picture as an array of shape (height, width, 3)."""
    data = [output.data.get("image/png") for cell in code(notebook) for output in cell.outputs if "data" in output]
    opened = (Image.open(io.BytesIO(base64.b64decode(content))) for content in data if content)
    return [np.asarray(picture.convert("RGB"), dtype=float) for picture in opened]


@pytest.mark.exhaustive
def test_the_model_learnt(executed: NotebookNode) -> None:
    (text,) = (cell.outputs[0].text for cell in code(executed) if cell.source.startswith("for metric, value"))
    assert float(re.findall(r"validation:merror +([\d.]+)", text)[0]) < 0.1


@pytest.mark.exhaustive
def test_it_left_nothing_on_this_machine_and_its_model_in_the_bucket(
    executed: NotebookNode, deployment: Deployment
) -> None:
    name = re.findall(r"digits-local-\d{8}-\d{6}-[0-9a-f]{4}", executed.cells[-1].outputs[0].text)[0]
    bucket = stack_outputs(deployment, "storage")["BucketName"]
    key = f"jobs/{name}/output/model.tar.gz"
    assert deployment.client("s3").head_object(Bucket=bucket, Key=key)["ContentLength"] > 10_000
