"""How a model's probabilities are to be read: the temperature, the threshold, and a model that reads nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from contract.calibration import Calibration
from tools import calibrate
from tools.calibrate import RIGHT_UNSURE, Readings, best_temperature, threshold
from tools.read import LocalModel
from training.common.errors import ArtifactError


def readings(*, sure: float, right: float) -> Readings:
    """A hundred digits, of which that share is right, each with the same probability."""
    scores = np.full((100, 10), (1 - sure) / 9)
    scores[:, 3] = sure
    truth = np.full(100, 3)
    truth[int(100 * right) :] = 4
    return Readings(scores, truth)


def test_a_model_that_is_too_sure_is_made_less_sure() -> None:
    found = readings(sure=0.999, right=0.9)
    temperature = best_temperature(found)
    assert temperature > 1
    assert max(Calibration(temperature=temperature).honest(found.scores[0].tolist())) == pytest.approx(0.9, abs=0.02)
    assert best_temperature(readings(sure=0.9, right=0.9)) == pytest.approx(1, abs=0.03)
    assert best_temperature(readings(sure=0.6, right=0.9)) < 1


def test_the_threshold_calls_few_unsure_that_are_right() -> None:
    found = readings(sure=0.5, right=0.5)
    found.scores[:50, 3] = np.linspace(0.5, 1, 50)
    unsure = found.scores.max(axis=1)[found.right] < threshold(found)
    assert unsure.mean() == pytest.approx(RIGHT_UNSURE, abs=0.02)


@pytest.mark.parametrize("count", [0, 5])
def test_a_model_that_reads_nothing_right_is_refused(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    nothing = Readings(np.full((count, 10), 0.1), np.full(count, 9))
    model = LocalModel(booster=cast("Any", None), canonical_form=1, calibration=Calibration())
    monkeypatch.setattr(LocalModel, "load", lambda _archive: model)
    monkeypatch.setattr(calibrate, "read_pictures", lambda *_: nothing)
    with pytest.raises(ArtifactError, match="reads none of 7 pictures right"):
        calibrate.calibrate(Path("model.tar.gz"), cast("Any", None), 7)
