"""The program of the pipeline's steps, called as a function: what it writes, and what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from contract.manifest import read_manifest
from tests.support.archives import archive
from tests.support.training_digits import SMALL, small_data_folder, small_dataset, small_split
from training.common.errors import ArtifactError, DataError, ManifestError
from training.common.files import pretty_json, sha256_of_bytes, write_file
from training.data.channels import write_channel
from training.data.data_checks import check_splits, shared_images
from training.data.dataset import Split
from training.data.mnist import IDX_SHA256
from training.model.artifact import MODEL_NAME, unpack
from training.model.fitting import fit
from training.model.job_model import adopt, processors_of, training_of_job
from training.model.rescoring import score_again
from training.pipeline.steps import compare, main

pytestmark = pytest.mark.slow

COUNTS = {"train": 400, "validation": 100, "test": 100}


@pytest.fixture(scope="module")
def job_archive() -> bytes:
    """A model as a job leaves it: with notes in it, packed by somebody else."""
    data = small_dataset()
    booster = fit(data.train, data.validation, SMALL).booster
    assert booster.num_boosted_rounds() > 1
    booster.set_attr(best_iteration="0", best_score="0.5")
    return archive({MODEL_NAME: bytes(booster.save_raw("ubj"))})


@pytest.fixture
def work(tmp_path: Path, job_archive: bytes) -> Path:
    """The folders that a step finds in its container."""
    for name, split in small_dataset().splits().items():
        write_channel(tmp_path / name, split, file_format="csv", parts=2)
    described = {"source": "npm:small", "source_sha256": dict(IDX_SHA256), "split": "as they come", "counts": COUNTS}
    write_file(tmp_path / "manifest.json", pretty_json(described))
    write_file(tmp_path / "model/model.tar.gz", job_archive)
    return tmp_path


def check(work: Path, *more: str) -> int:
    folders = [word for name in COUNTS for word in (f"--{name}", str(work / name))]
    words = [*folders, "--manifest", str(work / "manifest.json"), "--hosts", "2", "--report", str(work / "check")]
    words += ["--most-hosts", "4"]
    return main(["check-data", *words, *more])


def evaluate(work: Path, *, accuracy: float = 0.5) -> dict[str, Any]:
    words = ["--model", str(work / "model/model.tar.gz"), "--test", str(work / "test")]
    words += ["--manifest", str(work / "manifest.json"), "--results", str(work / "out"), "--hosts", "2"]
    words += ["--promoted-accuracy", str(accuracy), "--promoted-log-loss", "1.5", "--instance-type", "ml.m5.xlarge"]
    words += ["--seconds", "61", "--job", "digits-dev-1"]
    words += [word for name, text in SMALL.to_sagemaker().items() for word in ("--set", f"{name}={text}")]
    assert main(["evaluate", *words]) == 0
    document: dict[str, Any] = json.loads((work / "out/evaluation.json").read_bytes())
    return document


def test_good_data_is_reported(work: Path) -> None:
    assert check(work) == 0
    report = json.loads((work / "check/check.json").read_bytes())
    assert (report["counts"], report["parts"]) == (COUNTS, {"train": 2, "validation": 2, "test": 2})
    assert report["repeated"] == 0


def test_what_is_wrong_is_said_in_the_log_and_ends_the_job(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "train/part-00001.csv").unlink()
    assert check(work) == 1
    said = capsys.readouterr().out
    assert "the train split holds 200 images, its manifest says 400" in said
    assert "Traceback" not in said
    assert not (work / "check").exists()


def test_more_machines_than_the_settings_allow_do_not_train(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(work, "--most-hosts", "1") == 1
    assert "2 machines are asked for; allowed is 1 to 1: ask for fewer" in capsys.readouterr().out


def test_the_evaluation_is_of_the_model_that_would_be_served(work: Path) -> None:
    document = evaluate(work)
    content = (work / "out/model.tar.gz").read_bytes()
    assert document["artifact_sha256"] == sha256_of_bytes(content)
    assert document["model_sha256"] == sha256_of_bytes(unpack(content, name="out"))
    manifest = read_manifest(work / "out/manifest.json")
    assert manifest.artifact.sha256 == document["artifact_sha256"]
    assert manifest.metrics.accuracy == document["metrics"]["accuracy"]
    assert manifest.hyperparameters == SMALL.to_sagemaker()
    assert (manifest.training.best_round, manifest.training.seconds) == (1, 61.0)
    assert (manifest.training.host.platform, manifest.training.host.processors) == ("SageMaker ml.m5.xlarge x 2", 8)


def test_the_comparison_is_with_the_promoted_model(work: Path) -> None:
    document = evaluate(work)
    assert document["accuracy_gain"] == pytest.approx(document["metrics"]["accuracy"] - 0.5)
    assert document["summary"].startswith(
        f"accuracy {document['metrics']['accuracy']:.4f} against 0.5000 of the promoted"
    )
    assert document["log_loss_growth"] == pytest.approx(document["metrics"]["log_loss"] - 1.5)


def test_equal_models_differ_by_nothing(work: Path) -> None:
    document = evaluate(work)
    metrics = read_manifest(work / "out/manifest.json").metrics
    assert document["metrics"]["accuracy"] == metrics.accuracy
    same = compare(metrics, accuracy=metrics.accuracy, log_loss=metrics.log_loss)
    assert (same["accuracy_gain"], same["log_loss_growth"]) == (0.0, 0.0)


def test_the_card_is_short_json_with_the_figures_of_the_manifest(work: Path) -> None:
    document = evaluate(work)
    card = json.loads(document["model_card"])
    assert len(document["model_card"]) < 10_000
    groups = card["evaluation_details"][0]["metric_groups"]
    figures = {entry["name"]: entry["value"] for entry in groups[0]["metric_data"]}
    assert figures == {name: document["metrics"][name] for name in ("accuracy", "log_loss")}
    assert len(groups[1]["metric_data"]) == 10


def test_an_archive_of_a_job_is_adopted_to_the_same_bytes(job_archive: bytes) -> None:
    adopted = adopt(job_archive, name="model.tar.gz")
    assert adopted.best_round == adopted.booster.num_boosted_rounds() == 1
    assert adopted.booster.attributes() == {}
    again = adopt(archive({"./xgboost-model": unpack(job_archive, name="")}), name="model.tar.gz")
    assert again.archive == adopted.archive
    assert adopt(adopted.archive, name="again").archive == adopted.archive


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no archive", "is not a gzipped tar archive"),
        (archive({}), "holds nothing"),
        (archive({"xgboost-model": b"{L", "xgboost-model-1": b"{L"}), "holds xgboost-model, xgboost-model-1"),
        (archive({"xgboost-model": b"\x80\x04"}), "is a pickle"),
    ],
    ids=["bytes", "empty", "two", "pickle"],
)
def test_other_archives_are_refused(content: bytes, said: str) -> None:
    with pytest.raises(ArtifactError, match=said):
        adopt(content, name="model.tar.gz")


def test_processors_follow_from_the_size() -> None:
    types = ("ml.m5.large", "ml.m5.xlarge", "ml.c5.18xlarge", "ml.t3.medium")
    assert [processors_of(name) for name in types] == [2, 4, 72, 2]
    one = training_of_job(best_round=5, seconds=1, instance_type="ml.m5.large", hosts=1)
    assert (one.host.platform, one.rounds) == ("SageMaker ml.m5.large", 5)


def splits(**changes: Split) -> dict[str, Split]:
    return {**small_dataset().splits(), **changes}


PARTS = {"train": 2, "validation": 2, "test": 1}


@pytest.mark.parametrize("other", ["train", "validation"])
def test_an_image_of_the_test_split_that_was_learned_from_is_found(other: str) -> None:
    leaking = splits()
    leaking[other].images[7] = leaking["test"].images[3]
    with pytest.raises(DataError, match=f"1 images of the test split are also in {other}, pixel for pixel"):
        check_splits(leaking, parts=PARTS, counts=COUNTS, hosts=2)


def test_a_rare_digit_is_found() -> None:
    rare = small_split(400, seed=9)
    rare.labels[rare.labels == 3] = 4
    rare.labels[0] = 3
    with pytest.raises(DataError, match=r"of the train split 0\.2% are images of the digit 3"):
        check_splits(splits(train=rare), parts=PARTS, counts=COUNTS, hosts=2)


def test_too_few_parts_for_the_machines() -> None:
    with pytest.raises(DataError, match="the train channel has 2 part files for 3 machines"):
        check_splits(splits(), parts=PARTS, counts=COUNTS, hosts=3)


def test_shared_images_are_counted_once() -> None:
    one = np.zeros((3, 784), dtype=np.uint8)
    one[1, 5] = 1
    assert shared_images(one, np.zeros((2, 784), dtype=np.uint8)) == 1
    assert shared_images(one, np.full((2, 784), 9, dtype=np.uint8)) == 0


@pytest.mark.slow
def test_a_registered_model_is_scored_again_where_the_same_images_are(work: Path, tmp_path: Path) -> None:
    evaluate(work)
    manifest = read_manifest(work / "out/manifest.json")
    content = (work / "out/model.tar.gz").read_bytes()
    small_data_folder(tmp_path / "here")
    assert score_again(content, manifest, data=tmp_path / "here/data")
    assert not score_again(content, manifest, data=tmp_path / "nothing")
    elsewhere = replace(manifest, data=replace(manifest.data, sha256={"train": "0" * 64}))
    assert not score_again(content, elsewhere, data=tmp_path / "here/data")


def test_a_model_that_does_worse_than_it_claims_is_refused(work: Path, tmp_path: Path) -> None:
    evaluate(work)
    manifest = read_manifest(work / "out/manifest.json")
    small_data_folder(tmp_path / "here")
    flattered = replace(manifest, metrics=replace(manifest.metrics, log_loss=manifest.metrics.log_loss / 2))
    with pytest.raises(ManifestError, match="its manifest claims"):
        score_again((work / "out/model.tar.gz").read_bytes(), flattered, data=tmp_path / "here/data")
