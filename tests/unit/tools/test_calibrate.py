"""What is measured of a model on drawn pictures: the temperature of a known distortion, the threshold, the manifest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from contract.calibration import Calibration
from contract.digit import CLASSES, PIXELS, SIDE
from contract.manifest import read_manifest
from tests.support.training_digits import small_data_folder
from tools.calibrate import RIGHT_UNLIKE, RIGHT_UNSURE, Readings, best_temperature, main, read_pictures, thresholds
from tools.made_pictures import FIELD, picture_of
from tools.read import LocalModel
from training.commands.command_line import main as training
from training.data.dataset import Split


class Sevens(LocalModel):
    """Takes everything for a 7."""

    def predict(self, digits: NDArray[np.uint8]) -> NDArray[np.float64]:
        scores = np.full((len(digits), CLASSES), 0.01)
        scores[:, 7] = 0.91
        return scores


def bars(labels: list[int]) -> Split:
    """Upright bars, which any pen leaves readable."""
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[5:23, 12:16] = 255
    return Split(images=np.tile(image.reshape(1, PIXELS), (len(labels), 1)), labels=np.array(labels, np.uint8))


def honest_readings(count: int = 1500) -> Readings:
    """Scores whose digits come true exactly as often as they say."""
    generator = np.random.default_rng(3)
    logits = generator.normal(0, 2.0, (count, CLASSES))
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = (scores.cumsum(axis=1) > generator.random((count, 1))).argmax(axis=1)
    return Readings(scores, truth, generator.gamma(4.0, 0.25, count))


@pytest.mark.parametrize("distortion", [0.6, 1.0, 2.0])
def test_the_temperature_undoes_a_known_distortion(distortion: float) -> None:
    readings = honest_readings()
    sharper = readings.scores**distortion
    distorted = replace(readings, scores=sharper / sharper.sum(axis=1, keepdims=True))
    assert best_temperature(distorted) == pytest.approx(distortion, rel=0.12)


def test_the_thresholds_call_their_shares_of_what_is_right_unsure() -> None:
    readings = honest_readings()
    below, above = thresholds(readings)
    assert (readings.distances[readings.right] > above).mean() == pytest.approx(RIGHT_UNLIKE, abs=0.005)
    unsure = readings.unsure(Calibration(unsure_below=below, unlike_above=above))
    assert unsure[readings.right].mean() == pytest.approx(RIGHT_UNSURE, abs=0.005)


def test_one_digit_that_was_read_right_is_enough() -> None:
    readings = Readings(np.eye(CLASSES)[:2], np.array([0, 7]), np.array([1.23456, 9.0]))
    assert thresholds(readings) == (1.0, 1.235)


def test_digits_are_read_from_pictures_and_held_against_their_labels() -> None:
    model = Sevens(booster=None, canonical_form=0, calibration=Calibration())  # type: ignore[arg-type]
    readings = read_pictures(model, bars([7, 7, 1, 7]), 4)
    assert readings.truth.tolist() == [7, 7, 1, 7]
    assert readings.right.tolist() == [True, True, False, True]
    assert readings.scores[0, 7] == pytest.approx(0.91)


def test_pictures_are_those_of_their_generator_and_differ() -> None:
    image = bars([1]).images[0].reshape(SIDE, SIDE)
    drawn = [picture_of(image, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_pictures_have_ink_on_paper_in_either_polarity() -> None:
    image, generator = bars([1]).images[0].reshape(SIDE, SIDE), np.random.default_rng(5)
    inks = []
    for _ in range(12):
        grey = cv2.imdecode(np.frombuffer(picture_of(image, generator), np.uint8), cv2.IMREAD_GRAYSCALE)
        assert grey is not None
        assert grey.shape == (FIELD, FIELD)
        middle, rim = grey[FIELD // 2 - 40 : FIELD // 2 + 40], np.concatenate([grey[:8], grey[-8:]])
        inks.append(int(np.median(rim)) - int(middle.min() if np.median(rim) > 127 else middle.max()))
    assert min(map(abs, inks)) > 40
    assert {ink > 0 for ink in inks} == {True, False}


@pytest.mark.parametrize("pictures", ["0", "-1", "many"])
def test_a_number_of_pictures_is_positive(pictures: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--pictures", pictures])
    assert f"{pictures!r} is not a whole number from 1" in capsys.readouterr().err


def test_the_build_folder_is_that_of_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DIGITS_BUILD", str(tmp_path))
    assert main([]) == 2
    assert f"there is no data manifest at {tmp_path / 'data'}" in capsys.readouterr().err


@pytest.mark.slow
def test_the_manifest_that_was_named_is_the_one_that_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small_data_folder(tmp_path)
    assert main(["--build", str(tmp_path), "--manifest", str(tmp_path / "other.json")]) == 2
    told = capsys.readouterr().err
    assert (
        f"there is no manifest of a model at {tmp_path}/other.json; run: python -m training --build {tmp_path}" in told
    )


def test_what_was_measured_is_written_into_the_manifest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small_data_folder(tmp_path)
    for command in (["fit", "--num-round", "4", "--set", "nthread=1"], ["evaluate"], ["package"]):
        assert training(["--build", str(tmp_path), *command]) == 0
    manifest = read_manifest(tmp_path / "model/manifest.json")
    assert main(["--build", str(tmp_path), "--pictures", "30"]) == 0
    assert "written to" in capsys.readouterr().out
    measured = read_manifest(tmp_path / "model/manifest.json")
    assert measured == replace(manifest, calibration=measured.calibration)
    assert measured.calibration is not None
    (tmp_path / "model/model.tar.gz").unlink()
    assert main(["--build", str(tmp_path)]) == 2
    assert "model.tar.gz cannot be read" in capsys.readouterr().err
