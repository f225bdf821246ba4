"""Calibrate the probabilities of a model: `python -m tools.calibrate`, between package and promote.

Digits of the validation split are drawn as pictures and read by the functions' own code. The temperature is the one
that makes the probabilities of their true digits likeliest; the two thresholds, of the distance from the digits of the
class and of the probability, call few of the digits unsure that are right. All are written into the manifest.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contract.bucket_layout import ARCHIVE_NAME
from contract.calibration import Calibration
from contract.digit import CLASSES, SIDE
from contract.errors import ContractError
from contract.manifest import read_manifest
from tools.made_pictures import picture_of
from tools.read import LocalModel, read_body
from training.common.errors import ArtifactError, TrainingError
from training.common.files import write_file
from training.common.invocation import Invocation
from training.common.paths import BuildPaths
from training.common.terminal import prepare_terminal
from training.data.data_folder import read_source_split
from training.data.dataset import Split, require_images

PICTURES = 500
SEED = 1
TEMPERATURES = np.round(np.geomspace(0.4, 4.0, 93), 3)
"""What is tried; neighbours differ by 2.5 %."""

RIGHT_UNLIKE, RIGHT_UNSURE = 0.04, 0.09
"""Shares of the digits read right that are called unsure for their distance, and for either reason. Of real
pictures it is about as many."""


@dataclass(frozen=True)
class Readings:
    """What was read of the pictures: scores, float64, shape (n, 10), the true digits and the distances, shape (n,)."""

    scores: NDArray[np.float64]
    truth: NDArray[np.int64]
    distances: NDArray[np.float64]

    @property
    def right(self) -> NDArray[np.bool_]:
        """Which digits were read right."""
        correct: NDArray[np.bool_] = self.scores.argmax(axis=1) == self.truth
        return correct

    def unsure(self, calibration: Calibration) -> NDArray[np.bool_]:
        """Which digits a calibration calls unsure, of scores that it has made honest."""
        pairs = zip(self.scores.max(axis=1).tolist(), self.distances.tolist(), strict=True)
        return np.array([calibration.unsure(*pair) for pair in pairs], bool)


def read_pictures(model: LocalModel, split: Split, count: int) -> Readings:
    """Draw digits of a split, spread over it, as pictures, and read each as a picture of one digit."""
    generator = np.random.default_rng(SEED)
    found, truth = [], []
    for index in np.linspace(0, len(split) - 1, count).astype(int):
        picture = picture_of(split.images[index].reshape(SIDE, SIDE), generator)
        reading = read_body(picture, "drawn", model, one=True)
        if reading.sheet is not None and reading.sheet.digits:
            found.append(reading.sheet.digits[0])
            truth.append(int(split.labels[index]))
    scores = np.array([each.probabilities for each in found], np.float64).reshape(-1, CLASSES)
    return Readings(scores, np.array(truth, np.int64), np.array([each.distance for each in found], np.float64))


def best_temperature(readings: Readings) -> float:
    """Give the temperature with the least mean log-loss of the true digits.

    The loss has one valley: it is convex in the inverse of the temperature. So half of what is left is ruled out by the
    slope in its middle.
    """
    losses = [partial(_log_loss, readings, Calibration(temperature=float(each))) for each in TEMPERATURES]
    low, high = 0, len(losses) - 1
    while low < high:
        middle = (low + high) // 2
        if losses[middle]() <= losses[middle + 1]():
            high = middle
        else:
            low = middle + 1
    return float(TEMPERATURES[low])


def thresholds(readings: Readings) -> tuple[float, float]:
    """Give `unsure_below` and `unlike_above`: the latter first, then what is left for the probability."""
    right = readings.right
    above = float(np.quantile(readings.distances[right], 1 - RIGHT_UNLIKE))
    alike = right & (readings.distances <= above)
    left = RIGHT_UNSURE - (1 - alike.sum() / right.sum())
    below = float(np.quantile(readings.scores.max(axis=1)[alike], max(0.0, left * right.sum() / alike.sum())))
    return round(below, 3), round(above, 3)


def _log_loss(readings: Readings, calibration: Calibration) -> float:
    rows: Sequence[Sequence[float]] = readings.scores.tolist()
    chances = [calibration.honest(row)[digit] for row, digit in zip(rows, readings.truth, strict=True)]
    return float(-np.log(np.maximum(chances, 1e-12)).mean())


def calibrate(
    archive: Path, split: Split, count: int = PICTURES, *, manifest: Path | None = None
) -> tuple[Calibration, Readings]:
    """Measure a packaged model with its manifest, by default `manifest.json` beside it.

    Raises
    ------
    ContractError, TrainingError
        If one of them is missing or damaged, or the model reads no picture right.
    """
    readings = read_pictures(replace(LocalModel.load(archive, manifest), calibration=Calibration()), split, count)
    if not readings.right.any():
        raise ArtifactError(f"{archive} reads none of {count} drawn digits right; there is nothing to calibrate")
    temperature = best_temperature(readings)
    honest = [Calibration(temperature=temperature).honest(row) for row in readings.scores.tolist()]
    readings = replace(readings, scores=np.array(honest))
    below, above = thresholds(readings)
    return Calibration(temperature=temperature, unsure_below=below, unlike_above=above), readings


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        msg = f"{text!r} is not a whole number from 1"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def main(arguments: list[str] | None = None) -> int:
    """Calibrate the packaged model of a build folder; returns 0, or 2 if there is none."""
    prepare_terminal()
    parser = argparse.ArgumentParser(prog="python -m tools.calibrate", description=__doc__.partition(":")[0])
    parser.add_argument(
        "--build",
        type=Path,
        default=Path(os.environ.get("DIGITS_BUILD") or BuildPaths().build),
        help="folder of data and model (default: that of DIGITS_BUILD, or build)",
    )
    parser.add_argument(
        "--manifest",
        type=Path,
        help="manifest of a packaged model, with its archive in the same folder (default: BUILD/model/manifest.json)",
    )
    parser.add_argument(
        "--pictures", type=_number, default=PICTURES, help=f"number of pictures to draw (default: {PICTURES})"
    )
    options = parser.parse_args(arguments)
    path = options.manifest or options.build / "model/manifest.json"
    try:
        require_images("calibration")
        split = read_source_split(options.build / "data", "validation")
        calibration, readings = calibrate(path.with_name(ARCHIVE_NAME), split, options.pictures, manifest=path)
        write_file(path, replace(read_manifest(path), calibration=calibration).to_bytes())
    except (ContractError, TrainingError, OSError) as error:
        told = Invocation(paths=BuildPaths(build=options.build)).repeated(str(error))
        print(f"error: {told}", file=sys.stderr)
        return 2
    unsure = readings.unsure(calibration)
    wrong = ~readings.right
    print(
        f"{len(wrong)} pictures drawn of the validation split: {wrong.sum()} read wrong, {unsure[wrong].sum()} of them "
        f"unsure, and {unsure[~wrong].sum()} of the others\n"
        f"temperature {calibration.temperature}, unsure below {calibration.unsure_below}, unlike above "
        f"{calibration.unlike_above}: written to {path}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
