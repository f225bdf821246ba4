"""Training and serving agree on zeros: the same images as CSV and as libsvm get the same labels.

A model that learned zero as "missing" answers dense rows wrongly and without any error, so this is held end to end:
channels on disk -> fit -> package -> the endpoint process -> text/csv and text/libsvm with every zero.
"""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.support.emulator import free_port
from tests.support.training_digits import SMALL, as_libsvm, small_split
from training.common.files import write_file
from training.data.channel_reading import read_channel
from training.data.channels import write_channel
from training.model.artifact import load_model, pack, unpack
from training.model.evaluation import probabilities_of
from training.model.fitting import fit

pytestmark = pytest.mark.slow

IMAGES = small_split(40, seed=4)


@pytest.fixture(scope="module", params=["csv", "libsvm"])
def model_file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model inside the archive that comes of training on a channel in that format."""
    folder = tmp_path_factory.mktemp("model")
    train = small_split(400, seed=1)
    if request.param == "csv":
        write_channel(folder / "train", train, file_format="csv", parts=2)
    else:
        write_file(folder / "train/part-00000.libsvm", as_libsvm(train))
    booster = fit(read_channel(folder / "train"), small_split(100, seed=2), SMALL).booster
    archive = pack(bytes(booster.save_raw("ubj")))
    write_file(folder / "served/xgboost-model", unpack(archive, name="model.tar.gz"))
    return folder / "served/xgboost-model"


@pytest.fixture(scope="module")
def endpoint(model_file: Path) -> Iterator[str]:
    """The address of an endpoint process that serves the model."""
    port = free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "sagemaker_local.xgboost_container", "--exit-with-stdin"),
            *("--model-dir", model_file.parent, "--port", str(port)),
        ],
        stdin=subprocess.PIPE,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/ping", process)
        yield f"http://127.0.0.1:{port}/invocations"
    finally:
        process.communicate()


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 200
    while time.monotonic() < deadline:
        assert process.poll() is None, "the endpoint process ended"
        try:
            urllib.request.urlopen(url).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the endpoint process does not answer")


def invoke(url: str, body: bytes, content_type: str) -> np.ndarray:
    """The probabilities that the endpoint answers, as CSV."""
    request = urllib.request.Request(url, data=body, headers={"Content-Type": content_type, "Accept": "text/csv"})
    with urllib.request.urlopen(request) as answer:
        return np.array([[float(cell) for cell in line.split(",")] for line in answer.read().decode().split()])


def test_csv_and_libsvm_with_zeros_get_the_labels_that_training_measured(endpoint: str, model_file: Path) -> None:
    rows = "".join(",".join(map(str, row)) + "\n" for row in IMAGES.images.tolist()).encode()
    from_csv = invoke(endpoint, rows, "text/csv")
    from_libsvm = invoke(endpoint, as_libsvm(IMAGES), "text/libsvm")
    expected = probabilities_of(load_model(model_file.read_bytes(), name="model"), IMAGES.images)
    assert np.allclose(from_csv, expected, atol=1e-6)
    assert np.allclose(from_libsvm, expected, atol=1e-6)
    assert (from_csv.argmax(axis=1) == IMAGES.labels).mean() > 0.8


def test_leaving_zeros_out_is_another_question_and_this_test_can_tell(endpoint: str) -> None:
    sparse = b"\n".join(
        b" ".join(cell for cell in line.split() if not cell.endswith(b":0")) for line in as_libsvm(IMAGES).splitlines()
    )
    dense = invoke(endpoint, as_libsvm(IMAGES), "text/libsvm")
    assert not np.allclose(invoke(endpoint, sparse, "text/libsvm"), dense, atol=1e-3)
