"""Read digits in pictures locally, without a deployment: `python -m tools.read [--json] [--one] [--debug DIR] FILE...`.

The functions' own code finds and cuts the digits, and a model on this disk reads them in the form that its manifest
names. With `--json` a line for each picture, in the order of the arguments:
`{"file", "digits": [{"digit", "probability", "box": [x, y, width, height], "unsure"}], "problem", "seconds"}`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from contract.calibration import Calibration
from contract.canonical import canonical
from contract.digit import SIDE
from contract.errors import ContractError
from contract.manifest import read_manifest
from contract.visible import visible
from tools.pixels import braille
from training.common.errors import ArtifactError, TrainingError
from training.common.paths import BuildPaths
from training.common.terminal import prepare_terminal
from training.model.artifact import load_model, unpack
from training.model.evaluation import probabilities_of

if TYPE_CHECKING:
    import xgboost

    from vision.sheet import Sheet

FUNCTIONS = Path(__file__).resolve().parents[1] / "lambda_src"
MODEL = BuildPaths().archive
CANNOT_READ = "the file cannot be read"
STARTS = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8\xff"}
Watch = Callable[[str, NDArray[np.uint8]], None]
"""Is shown the name of a step and what it saw."""

COLUMNS = 5
"""Digits beside each other in the terminal."""


@dataclass(frozen=True, kw_only=True)
class LocalModel:
    """A packaged model on this disk: the booster, the form of digits that it knows, how its probabilities are read."""

    booster: xgboost.Booster
    canonical_form: int
    calibration: Calibration

    @classmethod
    def load(cls, archive: Path, manifest: Path | None = None) -> LocalModel:
        """Load an archive with its manifest, by default `manifest.json` beside it.

        Raises
        ------
        ContractError, TrainingError
            If one of them is missing or damaged.
        """
        told = read_manifest(manifest or archive.with_name(BuildPaths().manifest.name))
        try:
            content = archive.read_bytes()
        except OSError as error:
            raise ArtifactError(
                f"{archive} cannot be read ({error.strerror}); run: python -m training package"
            ) from None
        return cls(
            booster=load_model(unpack(content, name=str(archive)), name=str(archive)),
            canonical_form=told.canonical_form,
            calibration=told.calibration or Calibration(),
        )

    def predict(self, digits: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Give the model's own probabilities, not calibrated, shape (n, 10), of raw digits, uint8, shape (n, 784)."""
        return probabilities_of(self.booster, canonical(digits, self.canonical_form)).astype(np.float64)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was read from a file: a sheet or a problem, and the seconds that it took."""

    file: str
    sheet: Sheet | None = None
    problem: dict[str, str] | None = None
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON values."""
        digits = [
            {
                "digit": each.digit,
                "probability": round(each.probability, 6),
                "box": list(each.box),
                "unsure": each.unsure,
            }
            for each in (self.sheet.digits if self.sheet else ())
        ]
        return {"file": self.file, "digits": digits, "problem": self.problem, "seconds": round(self.seconds, 3)}


def read_file(path: str, model: LocalModel, *, one: bool = False, debug: Path | None = None) -> Reading:
    """Read a picture as the functions do; what each step saw goes into a folder, if one is given."""
    try:
        body = Path(path).read_bytes()
    except OSError as error:
        return Reading(file=path, problem=problem_of(CANNOT_READ, error.strerror or str(error)))
    return read_body(body, path, model, one=one, watch=_writer(debug / Path(path).stem) if debug else _nobody)


def problem_of(title: str, detail: str) -> dict[str, str]:
    """A problem of a file that no function has seen, as JSON values."""
    return {"type": "about:blank", "title": title, "detail": detail}


def _nobody(_: str, __: NDArray[np.uint8]) -> None:
    pass


def read_body(body: bytes, name: str, model: LocalModel, *, one: bool = False, watch: Watch = _nobody) -> Reading:
    """Read the bytes of a picture as the functions do; each step is shown to `watch`."""
    if str(FUNCTIONS) not in sys.path:
        sys.path.append(str(FUNCTIONS))
    from gateway.problems import ProblemError
    from vision.reading import read_picture

    media_type = next((kind for kind, start in STARTS.items() if body.startswith(start)), None)
    if media_type is None:
        return Reading(file=name, problem=problem_of("the file is neither PNG nor JPEG", "save it as one of them"))
    started = time.perf_counter()
    try:
        sheet = read_picture(body, media_type, model.predict, one=one, watch=watch)
    except ProblemError as error:
        problem = {"type": error.problem.uri, "title": error.problem.title, "detail": error.detail}
        return Reading(file=name, problem=problem, seconds=time.perf_counter() - started)
    sheet = sheet.calibrated(model.calibration)
    return Reading(file=name, sheet=sheet, seconds=time.perf_counter() - started)


def _writer(start: Path) -> Watch:
    """Give a function that writes each step as `DIR/NAME-NUMBER-STEP.png`."""
    start.parent.mkdir(parents=True, exist_ok=True)
    number = 0

    def write(step: str, image: NDArray[np.uint8]) -> None:
        nonlocal number
        number += 1
        Image.fromarray(image).save(start.with_name(f"{start.name}-{number}-{step}.png"))

    return write


def drawing(reading: Reading) -> str:
    """Draw what was read for a terminal: each digit as it was cut out, and what it is; `?` where that is unsure."""
    title = f"{visible(reading.file)}  ({reading.seconds:.2f} s)"
    if reading.sheet is None:
        problem = reading.problem or {}
        return f"{title}\n  {problem.get('title')}: {problem.get('detail')}"
    lines = [title]
    digits = reading.sheet.digits
    for start in range(0, len(digits), COLUMNS):
        row = digits[start : start + COLUMNS]
        pictures = [braille(np.frombuffer(each.pixels, np.uint8).reshape(SIDE, SIDE)) for each in row]
        lines += ["  " + "  ".join(parts) for parts in zip(*pictures, strict=True)]
        marks = ["?" if each.unsure else " " for each in row]
        words = [f"{each.digit}{mark} {each.probability:4.0%}" for each, mark in zip(row, marks, strict=True)]
        lines.append("  " + "  ".join(f"{word:<{SIDE // 2}}" for word in words))
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Read the files that are named; returns 0, 1 if one of them is not there or unreadable, 2 if there is no model.

    A picture on which nothing can be read is a result.
    """
    prepare_terminal()
    parser = argparse.ArgumentParser(prog="python -m tools.read", description=__doc__.partition(":")[0])
    parser.add_argument("files", nargs="+", metavar="FILE", help="PNG or JPEG")
    parser.add_argument("--json", action="store_true", help="a line of JSON for each picture")
    parser.add_argument("--one", action="store_true", help="each picture shows one digit")
    parser.add_argument(
        "--model",
        type=Path,
        default=MODEL,
        help=f"model archive, with manifest.json in the same folder (default: {MODEL})",
    )
    parser.add_argument(
        "--debug", type=Path, metavar="DIR", help="write the intermediate images of each step to this folder"
    )
    options = parser.parse_args(arguments)
    try:
        model = LocalModel.load(options.model)
    except (ContractError, TrainingError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    code = 0
    for path in options.files:
        try:
            reading = read_file(path, model, one=options.one, debug=options.debug)
        except OSError as error:
            print(f"error: {error}; --debug needs a folder that can be written", file=sys.stderr)
            return 2
        line = json.dumps(reading.to_json()) if options.json else drawing(reading)
        print(line, flush=True)
        code |= int((reading.problem or {}).get("title") == CANNOT_READ)
    return code


if __name__ == "__main__":
    sys.exit(main())
