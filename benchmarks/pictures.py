"""How well real pictures are read: `python -m benchmarks.pictures --pictures DIR`, beside the plain way of OpenCV.

DIR holds pictures and `truth.csv`: `type` (single, multi), `file`, `truth` (digits in reading order), `notes`; a sheet
whose notes say SIDEWAYS, or of more than 100 digits, is counted apart. Found digits are aligned with the truth by edit
distance: without boxes in the truth, a substitution is a digit that was found and misread. The peer is what a tutorial
would do with the same model: adaptive threshold, connected components, rows, the data set's normalising. A made
photograph of 12 megapixels is read by a process of its own that imports nothing but the functions' code.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "lambda_src")]  # so that it runs as a module and as a file

from benchmarks.report import Cell, Report  # noqa: E402 after the line above
from benchmarks.upload_reading import SCENES  # noqa: E402
from contract.digit import PIXEL_MAX, PIXELS, SIDE  # noqa: E402
from likeness.distance import distances  # noqa: E402
from tests.support.photographs import mnist_digits, photograph  # noqa: E402
from tools.read import MODEL, LocalModel, read_file  # noqa: E402
from vision.limits import UPLOAD_DIGITS_MAX  # noqa: E402

OURS, PEER = "vision.reading", "adaptive threshold + connected components"

LARGE = "12 megapixels, desk"
ALONE = """
import re, sys, time
from pathlib import Path
import cv2, numpy
from vision.reading import read_picture
cv2.setNumThreads(1)
body, started = Path(sys.argv[1]).read_bytes(), time.process_time()
sheet = read_picture(body, "image/jpeg", lambda rows: numpy.full((len(rows), 10), 0.1))
seconds, peak = time.process_time() - started, re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())
print(len(sheet.digits), "digits,", f"{seconds:.2f} s of one processor, {int(peak[1]) // 1024} MB resident at most")
"""
"""Reads a picture with the functions' code alone, without the model. Linux keeps `ru_maxrss` of the parent over `exec`,
so `getrusage` would tell of that."""

Digits = list[tuple[int, float, bool]]
"""What was read in reading order: digit, probability, whether it is called unsure."""

Reader = Callable[[Path, bool], Digits]


@dataclass(kw_only=True)
class Tally:
    """What came out of the pictures of a folder."""

    singles: int = 0
    singles_right: int = 0
    sheets: int = 0
    sheets_right: int = 0
    digits: int = 0
    digits_right: int = 0
    spurious: int = 0
    right: list[tuple[float, bool]] = field(default_factory=list)
    wrong: list[tuple[float, bool]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def row(self, name: str) -> dict[str, Cell]:
        """Give the line of the table."""
        return {
            "reader": name,
            "singles %": _percent(self.singles_right, self.singles),
            "sheets exact %": _percent(self.sheets_right, self.sheets),
            "digits right %": _percent(self.digits_right, self.digits),
            "spurious": self.spurious,
            "unsure of wrong %": _percent(sum(unsure for _, unsure in self.wrong), len(self.wrong)),
            "unsure of right %": _percent(sum(unsure for _, unsure in self.right), len(self.right)),
            "calibration error": round(self.calibration_error(), 3),
            "median s": round(statistics.median(self.seconds), 3),
            "longest s": round(max(self.seconds), 3),
        }

    def calibration_error(self) -> float:
        """Give the expected calibration error in ten bins of probability (Guo et al. 2017)."""
        known = [(p, 1.0) for p, _ in self.right] + [(p, 0.0) for p, _ in self.wrong]
        bins: dict[int, list[tuple[float, float]]] = {}
        for probability, right in known:
            bins.setdefault(min(9, int(10 * probability)), []).append((probability, right))
        gaps = [abs(sum(p - right for p, right in each)) for each in bins.values()]
        return sum(gaps) / max(1, len(known))


def _percent(part: int, whole: int) -> float:
    return round(100 * part / max(1, whole), 1)


def aligned(truth: str, found: str) -> Iterator[tuple[int | None, int | None]]:
    """Give pairs of places in the truth and in what was found, by the least edit distance; None where one lacks."""
    costs = np.zeros((len(truth) + 1, len(found) + 1), int)
    costs[:, 0], costs[0] = range(len(truth) + 1), range(len(found) + 1)
    for row, digit in enumerate(truth, 1):
        for column, other in enumerate(found, 1):
            same = costs[row - 1, column - 1] + (digit != other)
            costs[row, column] = min(same, costs[row - 1, column] + 1, costs[row, column - 1] + 1)
    row, column = len(truth), len(found)
    while row or column:
        here = costs[row, column]
        if row and column and here == costs[row - 1, column - 1] + (truth[row - 1] != found[column - 1]):
            row, column = row - 1, column - 1
            yield row, column
        elif row and here == costs[row - 1, column] + 1:
            row -= 1
            yield row, None
        else:
            column -= 1
            yield None, column


def score(folder: Path, truth: Sequence[Mapping[str, str]], read: Reader) -> Tally:
    """Read all pictures of a folder and compare with their truth."""
    tally = Tally()
    for line in truth:
        one = line["type"] == "single"
        if len(line["truth"]) > UPLOAD_DIGITS_MAX or "SIDEWAYS" in line.get("notes", ""):
            continue
        started = time.perf_counter()
        digits = read(folder / line["file"], one)
        tally.seconds.append(time.perf_counter() - started)
        found = "".join(str(digit) for digit, _, _ in digits)
        if one:
            tally.singles += 1
            tally.singles_right += found == line["truth"]
        else:
            tally.sheets += 1
            tally.sheets_right += found == line["truth"]
            tally.digits += len(line["truth"])
        for place, at in aligned(line["truth"], found):
            right = place is not None and at is not None and line["truth"][place] == found[at]
            if at is not None:
                (tally.right if right else tally.wrong).append(digits[at][1:])
            if not one:
                tally.digits_right += right
                tally.spurious += place is None
    return tally


def ours(model: LocalModel) -> Reader:
    """Give the functions' own way."""

    def read(path: Path, one: bool) -> Digits:
        lines = read_file(str(path), model, one=one).to_json()["digits"]
        return [(line["digit"], line["probability"], line["unsure"]) for line in lines]

    return read


def peer(model: LocalModel) -> Reader:
    """Give the plain way."""

    def read(path: Path, one: bool) -> Digits:
        boxes, mask = _components(path, 280 if one else 1200)
        if not boxes:
            return []
        if one:
            boxes = [max(boxes, key=lambda box: box[2] * box[3])]
        crops = [_as_mnist(mask[top : top + height, left : left + width]) for left, top, width, height in boxes]
        scores = model.predict(np.stack(crops).reshape(-1, PIXELS))
        honest = [model.calibration.honest(row) for row in scores.tolist()]
        found = [(row.index(max(row)), max(row)) for row in honest]
        far = distances([crop.tobytes() for crop in crops], [digit for digit, _ in found]).tolist()
        return [(*each, model.calibration.unsure(each[1], away)) for each, away in zip(found, far, strict=True)]

    return read


def _components(path: Path, side: int) -> tuple[list[tuple[int, int, int, int]], NDArray[np.uint8]]:
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        return [], np.zeros((1, 1), np.uint8)
    scale = side / max(grey.shape)
    grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(grey, (5, 5), 0)
    mask = cv2.adaptiveThreshold(soft, 1, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY_INV, 51, 10)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    boxes = [
        (x, y, w, h) for x, y, w, h, area in stats[1:].tolist() if h >= 20 and area >= 50 and max(w, h) < 0.98 * side
    ]
    usual = statistics.median([box[3] for box in boxes] or [1])
    boxes = [box for box in boxes if box[3] >= usual / 2]
    boxes.sort(key=lambda box: (int((box[1] + box[3] / 2) // (1.5 * usual)), box[0]))
    return boxes, np.asarray(mask, np.uint8)


def _as_mnist(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    scale = 20 / max(mask.shape)
    size = tuple(max(1, round(side * scale)) for side in mask.shape[::-1])
    small = cv2.resize(mask * np.uint8(PIXEL_MAX), size, interpolation=cv2.INTER_AREA)
    moments = cv2.moments(small)
    mass = max(moments["m00"], 1)
    left, top = (
        min(max(round(SIDE / 2 - moments[name] / mass), 0), SIDE - side)
        for name, side in zip(("m10", "m01"), size, strict=True)
    )
    digit = np.zeros((SIDE, SIDE), np.uint8)
    digit[top : top + size[1], left : left + size[0]] = small
    return digit


def large_picture() -> str:
    """Tell what reading a photograph of 12 megapixels costs a process."""
    seen = photograph(SCENES[LARGE], mnist_digits()[0], range(SCENES[LARGE].rows * SCENES[LARGE].columns), 1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "large.jpg")
        path.write_bytes(seen.jpeg(SCENES[LARGE].quality))
        environment = {"PYTHONPATH": f"{ROOT}:{ROOT / 'lambda_src'}"}
        command = [sys.executable, "-c", ALONE, str(path)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def main() -> None:
    """Measure both and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True, help="folder with truth.csv")
    parser.add_argument("--model", type=Path, default=MODEL, help="archive with its manifest beside it")
    options = parser.parse_args()
    model = LocalModel.load(options.model)
    with (options.pictures / "truth.csv").open(newline="", encoding="utf-8") as file:
        truth = list(csv.DictReader(file))
    tallies = {name: score(options.pictures, truth, make(model)) for name, make in ((OURS, ours), (PEER, peer))}
    mine, other = tallies[OURS], tallies[PEER]
    Report(
        name="pictures",
        title="real pictures: single digits and sheets, found and read",
        rows=[tally.row(name) for name, tally in tallies.items()],
        ratios={
            "singles right, in times of the peer": mine.singles_right / max(1, other.singles_right),
            "sheets exact, in times of the peer": mine.sheets_right / max(1, other.sheets_right),
            "digits right, in times of the peer": mine.digits_right / max(1, other.digits_right),
        },
        packages=["opencv-python-headless", "pillow", "numpy", "xgboost-cpu"],
        notes=[
            f"{mine.singles} single digits; {mine.sheets} sheets of at most {UPLOAD_DIGITS_MAX}, {mine.digits} digits",
            f"a photograph of 12 megapixels: {large_picture()}",
            "spurious: found where no digit was written; unsure: below the threshold of the model's manifest",
        ],
    ).publish()


if __name__ == "__main__":
    main()
