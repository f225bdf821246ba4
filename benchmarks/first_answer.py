"""Processor time of a new process of the prediction function to its first answer: most of what a cold start adds.

Run it with `PYTHONPATH=lambda_src python -m benchmarks.first_answer`. New processes take turns: import the handler and
answer one row, for a model of the raw form and for one of the canonical form, or one picture, with an endpoint that
answers at once. Then those of rows answer 1,000 in one request, the others the picture again. No process that answers
rows may have loaded an imaging library.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import Cell, Report
from contract.digit import CANONICAL_FORM, CLASSES, PIXELS, RAW_FORM

ROOT = Path(__file__).resolve().parents[1]
ROWS = 1000
IMAGING = ("PIL", "cv2")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A model and a request.

    Parameters
    ----------
    form
        the canonical form of the model
    event
        the first request, a file in `tests/events`
    """

    form: int
    event: str


CASES = {
    "rows, raw form, no numpy": Case(form=RAW_FORM, event="predict_json"),
    "rows, canonical form 1": Case(form=CANONICAL_FORM, event="predict_json"),
    "a picture": Case(form=CANONICAL_FORM, event="predict_png"),
}
ROWS_RAW, ROWS_CANONICAL, PICTURE = CASES


def answer(name: str) -> None:
    """Be such a process, and print what it took in milliseconds as JSON."""
    from contract.calibration import Calibration
    from contract.model_card import ModelCard
    from digit_model.classify import EndpointOutput
    from gateway.http_app import respond
    from prediction.application import Application
    from prediction.handler import logger

    case = CASES[name]

    class Endpoint:
        """An endpoint without a model."""

        def invoke(self, csv: bytes, *, correlation_id: str = "") -> EndpointOutput:  # noqa: ARG002 of the Protocol
            """Answer that every digit is as likely."""
            scores = [{"score": [1 / CLASSES] * CLASSES}] * (csv.count(b"\n") + 1)
            return EndpointOutput(content_type="application/json", body=json.dumps({"predictions": scores}).encode())

    # As today's models: a distance is measured of what is in the canonical form.
    calibration = Calibration() if case.form == RAW_FORM else Calibration(unlike_above=2.4)
    card = ModelCard(document={}, sha256="0" * 64, canonical_form=case.form, calibration=calibration)
    application = Application(card=card, endpoint=Endpoint())
    event = json.loads((ROOT / f"tests/events/{case.event}.json").read_text())
    row = [value % 256 for value in range(PIXELS)]
    later = event if name == PICTURE else {**event, "body": json.dumps({"instances": [row] * ROWS})}
    logger.setLevel("ERROR")
    milliseconds: list[float] = []
    for request in (event, later):
        started = time.process_time() if milliseconds else 0.0
        response = respond(request, None, lambda: application, logger)
        milliseconds.append((time.process_time() - started) * 1000)
        if response["statusCode"] != 200:
            raise SystemExit(response["body"])
    print(json.dumps({"milliseconds": milliseconds, "imaging": [each for each in IMAGING if each in sys.modules]}))


def measure(repeats: int) -> dict[str, list[list[float]]]:
    """Milliseconds of each process, by the name of its case."""
    found: dict[str, list[list[float]]] = {name: [] for name in CASES}
    for _ in range(repeats):
        for name in CASES:
            command = [sys.executable, "-m", "benchmarks.first_answer", "--answer", name]
            output = json.loads(
                subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.splitlines()[-1]
            )
            if bool(output["imaging"]) != (name == PICTURE):
                raise SystemExit(f"the process of {name!r} has loaded {output['imaging']}")
            found[name].append(output["milliseconds"])
    return found


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--answer", choices=CASES)
    options = parser.parse_args()
    if options.answer is not None:
        answer(options.answer)
        return
    found = measure(options.repeats)
    medians = {name: [statistics.median(each) for each in zip(*runs, strict=True)] for name, runs in found.items()}
    rows: list[dict[str, Cell]] = [
        {
            "request": name,
            "import and first answer, ms": round(first),
            f"the same picture again, or {ROWS} rows, ms": round(later),
        }
        for name, (first, later) in medians.items()
    ]
    added = medians[ROWS_CANONICAL][0] - medians[ROWS_RAW][0]
    Report(
        name="first_answer",
        title="processor time of a new process of the prediction function",
        rows=rows,
        ratios={
            "first answer, canonical : raw": medians[ROWS_CANONICAL][0] / medians[ROWS_RAW][0],
            "first answer, a picture : rows": medians[PICTURE][0] / medians[ROWS_CANONICAL][0],
        },
        packages=("numpy", "opencv-python-headless", "pillow"),
        notes=(
            f"the canonical form adds {added:.0f} ms of processor time to the first answer, numpy's import included",
        ),
    ).publish()


if __name__ == "__main__":
    main()
