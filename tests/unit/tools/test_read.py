"""What `tools.read` says of a picture: a line of JSON, or a drawing that a terminal shows and does not obey."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from contract.calibration import Calibration
from contract.canonical import canonical
from http_api.examples import SEVEN_PNG
from tools import read
from tools.read import LocalModel, Reading, drawing
from vision.sheet import DigitImage, Sheet

CALIBRATION = Calibration(temperature=2.0, unsure_below=0.7)
PROBABILITIES = tuple(0.91 if digit == 7 else 0.01 for digit in range(10))


def test_the_model_is_given_its_form_and_what_is_read_is_made_honest(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def probabilities_of(_booster: object, images: Any) -> Any:
        asked.append(images)
        return np.tile(np.array(PROBABILITIES, np.float32), (len(images), 1))

    monkeypatch.setattr(read, "probabilities_of", probabilities_of)
    digits = np.zeros((1, 784), dtype=np.uint8)
    digits.reshape(28, 28)[3:9, 4:6] = 200
    for form in (0, 1):
        model = LocalModel(booster=cast("Any", None), canonical_form=form, calibration=CALIBRATION)
        assert model.predict(digits)[0] == pytest.approx(PROBABILITIES, abs=1e-6)
        assert (asked[-1] == canonical(digits, form)).all()
    found = read.read_body(SEVEN_PNG, "seven.png", model, one=True).sheet
    assert found
    assert found.digits[0].probabilities == pytest.approx(CALIBRATION.honest(PROBABILITIES), abs=1e-6)


@pytest.mark.parametrize("name", ["there is none.png", "tests"])
def test_a_file_that_cannot_be_read_is_a_problem(name: str) -> None:
    found = read.read_file(name, cast("Any", None)).to_json()
    assert (found["file"], found["digits"]) == (name, [])
    assert found["problem"]["title"] == "the file cannot be read"


@pytest.mark.parametrize("body", [b"", b"GIF89a", b"%PDF", b"# Title"])
def test_a_file_of_another_kind_is_called_so(body: bytes) -> None:
    found = read.read_body(body, "a.png", cast("Any", None))
    assert found.problem is not None
    assert found.problem["title"] == "the file is neither PNG nor JPEG"


def test_a_file_that_is_not_there_is_told_by_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    model = LocalModel(booster=cast("Any", None), canonical_form=0, calibration=CALIBRATION)
    monkeypatch.setattr(LocalModel, "load", lambda _: model)
    text = tmp_path / "a.txt"
    text.write_text("no picture")
    assert read.main(["--json", str(text)]) == 0
    assert read.main(["--json", str(tmp_path / "none.png"), str(text)]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_a_folder_of_steps_that_cannot_be_made_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    model = LocalModel(booster=cast("Any", None), canonical_form=0, calibration=CALIBRATION)
    monkeypatch.setattr(LocalModel, "load", lambda _: model)
    file = tmp_path / "file"
    file.write_bytes(b"")
    assert read.main(["--debug", str(file / "steps"), str(file)]) == 2
    assert "--debug needs a folder that can be written" in capsys.readouterr().err


def sheet() -> Sheet:
    digit = DigitImage(probabilities=PROBABILITIES, box=(1, 2, 3, 4), pixels=bytes(784))
    return Sheet(width=9, height=9, digits=(digit,))


def test_a_digit_has_what_the_line_promises() -> None:
    found = json.loads(json.dumps(Reading(file="a.png", sheet=sheet(), seconds=0.5).to_json()))
    digit = {"digit": 7, "probability": 0.91, "box": [1, 2, 3, 4], "unsure": False}
    assert found == {"file": "a.png", "digits": [digit], "problem": None, "seconds": 0.5}


def test_what_is_in_a_name_is_shown() -> None:
    shown = drawing(Reading(file="\x1b[2J.png", sheet=sheet().calibrated(Calibration(unsure_below=0.95))))
    assert "\x1b" not in shown
    assert "7?" in shown
