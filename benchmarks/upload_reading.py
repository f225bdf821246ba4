"""How well digits are found on photographed sheets: against the plain way, and against digits that need no finding.

Run it with `python -m benchmarks upload_reading` after `make train`; it takes some minutes. The photographs are
synthetic (`tests/support/photographs.py`): real MNIST test digits on paper, turned, lit, shadowed, blurred, noisy, on a
desk, JPEG. Peers: the threshold of Otsu and connected components, as tutorials do it, and the same digits given to the
model directly.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from benchmarks.report import Cell, Report
from contract.digit import PIXELS
from gateway.problems import ProblemError
from tests.support.photographs import BLUE, BOARD, CHALK, PENCIL, WOOD, Photograph, Scene, mnist_digits, photograph
from tools.read import MODEL, LocalModel
from vision.decoding import decode
from vision.limits import UPLOAD_PIXELS_MAX
from vision.normalise import normalise
from vision.reading import WORKING_SIDE, Predict, read_picture, scaled
from vision.sheet import DigitImage, Sheet

SHEETS = 8
OURS, PEER = "vision.reading", "Otsu + connected components"

SCENES: Mapping[str, Scene] = {
    "even light": Scene(noise=1, blur=0.5),
    "lamp on one side": Scene(light=0.6, noise=5, blur=1.2, turn=3),
    "paper on a dark desk": Scene(desk=WOOD, turn=5, light=0.6, noise=5),
    "the same, turned by 10 degrees": Scene(desk=WOOD, turn=-10, light=0.5, noise=6, blur=1.5),
    "paper on a light desk": Scene(desk=(170, 140, 105), turn=5, light=0.7, noise=5),
    "rows aslant by 9 degrees": Scene(slant=9, rows=2, columns=6, light=0.7),
    "ruled paper": Scene(lines="ruled", light=0.7),
    "squared paper, blue ink": Scene(lines="squared", light=0.7, ink=BLUE),
    "pencil": Scene(ink=PENCIL, light=0.6, noise=5),
    "blackboard": Scene(paper=BOARD, ink=CHALK, light=0.6, noise=5),
    "shadow": Scene(shadow=0.55, light=0.8, noise=5),
    "shadow, desk": Scene(shadow=0.5, light=0.8, noise=5, desk=WOOD, turn=4),
    "thin pen": Scene(thin=0.6, light=0.7),
    "thick pen": Scene(thin=-0.8, light=0.7),
    "unlike heights": Scene(height=(0.3, 0.75), light=0.7),
    "72 digits": Scene(rows=6, columns=12, height=(0.5, 0.75), light=0.7),
    "noise, JPEG of quality 50": Scene(light=0.5, noise=16, blur=2, quality=50),
    "640 x 480": Scene(size=(640, 480), light=0.6, noise=5),
    "12 megapixels, desk": Scene(size=(4000, 3000), light=0.6, noise=8, blur=3, desk=WOOD, turn=4),
}


@dataclass(kw_only=True)
class Tally:
    """What came out of the sheets of one scene."""

    sheets: int = 0
    right_sheets: int = 0
    digits: int = 0
    found: int = 0
    extra: int = 0
    read: int = 0
    direct: int = 0
    seconds: list[float] = field(default_factory=list)


def plain(body: bytes, media_type: str, predict: Predict) -> Sheet:
    """Read as tutorials do: one threshold, parts that hang together, no small ones, rows of the height of a digit."""
    picture = decode(body, media_type, side=WORKING_SIDE, pixels_max=UPLOAD_PIXELS_MAX)
    _, mask = cv2.threshold(picture.grey, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    found = [(label, box) for label, box in enumerate(stats.tolist()) if label and box[3] >= 20]
    usual = statistics.median([box[3] for _, box in found] or [1])
    found.sort(key=lambda each: ((each[1][1] + each[1][3] / 2) // (1.5 * usual), each[1][0]))
    digits = []
    for label, (left, top, width, height, _) in found:
        pixels = normalise((labels[top : top + height, left : left + width] == label).astype(np.uint8), 1.0, 0.0)
        box = scaled((left, top, left + width, top + height), mask.shape, (picture.width, picture.height))
        scores = tuple(predict(pixels.reshape(1, PIXELS))[0].tolist())
        digits.append(DigitImage(pixels=pixels.tobytes(), box=box, probabilities=scores))
    return Sheet(width=picture.width, height=picture.height, digits=tuple(digits))


def matches(seen: Photograph, digits: Sequence[DigitImage]) -> list[int | None]:
    """Give for each digit that was written the place of the first one found whose box is around its middle."""
    found: list[int | None] = []
    for x, y in seen.middles:
        around = (
            place
            for place, (left, top, width, height) in enumerate(digit.box for digit in digits)
            if place not in found and left <= x <= left + width and top <= y <= top + height
        )
        found.append(next(around, None))
    return found


def measure(read: Callable[[bytes, str, Predict], Sheet], scene: Scene, sheets: int, model: LocalModel) -> Tally:
    """Read the sheets of a scene."""
    images, labels = mnist_digits()
    tally = Tally()
    for seed in range(sheets):
        count = scene.rows * scene.columns
        indices = np.random.default_rng(1000 + seed).integers(0, len(images), count)
        seen = photograph(scene, images, indices.tolist(), seed)
        body = seen.jpeg(scene.quality)
        started = time.perf_counter()
        try:
            digits = read(body, "image/jpeg", model.predict).digits
        except ProblemError:
            digits = ()
        tally.seconds.append(time.perf_counter() - started)
        places = matches(seen, digits)
        found = [place for place in places if place is not None]
        tally.sheets += 1
        tally.right_sheets += places == list(range(count)) and len(digits) == count
        tally.digits += count
        tally.found += len(found)
        tally.extra += len(digits) - len(found)
        tally.read += sum(
            place is not None and digits[place].digit == labels[index]
            for place, index in zip(places, indices, strict=True)
        )
        direct = model.predict(images[indices].reshape(-1, PIXELS)).argmax(axis=1)
        tally.direct += int((direct == labels[indices]).sum())
    return tally


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=MODEL, help="archive with its manifest beside it")
    parser.add_argument("--sheets", type=int, default=SHEETS, help="photographs of each scene")
    options = parser.parse_args()
    model = LocalModel.load(options.model)
    rows: list[dict[str, Cell]] = []
    totals = {OURS: Tally(), PEER: Tally()}
    for name, scene in SCENES.items():
        row: dict[str, Cell] = {"photographs": name}
        for contestant, read in ((OURS, read_picture), (PEER, plain)):
            tally = measure(read, scene, options.sheets, model)
            add(totals[contestant], tally)
            whose = "" if contestant == OURS else "peer's "
            row[f"{whose}sheets %"] = round(100 * tally.right_sheets / tally.sheets, 1)
            row[f"{whose}found %"] = round(100 * tally.found / tally.digits, 2)
            row[f"{whose}extra"] = tally.extra
            row[f"{whose}read %"] = round(100 * tally.read / tally.digits, 2)
            row[f"{whose}s"] = round(statistics.median(tally.seconds), 3)
        row["direct %"] = round(100 * tally.direct / tally.digits, 2)
        rows.append(row)
    report(rows, totals)


def add(total: Tally, tally: Tally) -> None:
    """Add the tally of a scene."""
    for name in ("sheets", "right_sheets", "digits", "found", "extra", "read", "direct"):
        setattr(total, name, getattr(total, name) + getattr(tally, name))
    total.seconds.extend(tally.seconds)


def report(rows: Sequence[Mapping[str, Cell]], totals: Mapping[str, Tally]) -> None:
    """Print the table and write the file."""
    ours, peer = totals[OURS], totals[PEER]
    Report(
        name="upload_reading",
        title="digits on synthetic photographs: found, in order, and read",
        rows=rows,
        ratios={
            "whole sheets right, in times of Otsu + connected components": ours.right_sheets
            / max(1, peer.right_sheets),
            "digits read, in times of Otsu + connected components": ours.read / max(1, peer.read),
            "digits read, in times of the same digits given directly": ours.read / ours.direct,
        },
        packages=["opencv-python-headless", "pillow", "xgboost-cpu", "numpy"],
        notes=[
            f"{ours.sheets} photographs, {ours.digits} digits; read % is of all digits written, found or not",
            "sheets %: of whole sheets that are right; direct %: the same digits given to the model as they are",
            "a sheet is right if every digit is found, in reading order, and nothing else is",
        ],
    ).publish()


if __name__ == "__main__":
    main()
