"""What the canonical form costs the JSON route of the prediction function: processor time to its first answer.

Run it with `PYTHONPATH=lambda_src python -m benchmarks.first_answer`. New processes take turns: import the handler and
answer one row, for a model of the raw form and for one of the canonical form, with an endpoint that answers at once.
Then each answers 1,000 rows in one request. No process may have loaded an imaging library.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.report import Cell, Report
from contract.digit import CANONICAL_FORM, CANONICAL_FORMS, CLASSES, PIXELS, RAW_FORM

ROOT = Path(__file__).resolve().parents[1]
ROWS = 1000
NAMES = {RAW_FORM: "raw, no numpy", CANONICAL_FORM: "canonical form 1"}
IMAGING = ("PIL", "cv2")


def answer(form: int) -> None:
    """Be such a process, and print what it took in milliseconds as JSON."""
    from contract.model_card import ModelCard
    from digit_model.classify import EndpointOutput
    from gateway.http_app import respond
    from prediction.application import Application
    from prediction.handler import logger

    class Endpoint:
        """An endpoint without a model."""

        def invoke(self, csv: bytes, *, correlation_id: str = "") -> EndpointOutput:  # noqa: ARG002 of the Protocol
            """Answer that every digit is as likely."""
            scores = [{"score": [1 / CLASSES] * CLASSES}] * (csv.count(b"\n") + 1)
            return EndpointOutput(content_type="application/json", body=json.dumps({"predictions": scores}).encode())

    application = Application(card=ModelCard(document={}, sha256="0" * 64, canonical_form=form), endpoint=Endpoint())
    event = json.loads((ROOT / "tests/events/predict_json.json").read_text())
    logger.setLevel("ERROR")
    milliseconds = []
    for rows in (1, ROWS):
        row = [value % 256 for value in range(PIXELS)]
        started = time.process_time() if rows > 1 else 0.0
        response = respond(
            {**event, "body": json.dumps({"instances": [row] * rows})}, None, lambda: application, logger
        )
        milliseconds.append((time.process_time() - started) * 1000)
        if response["statusCode"] != 200:
            raise SystemExit(response["body"])
    loaded = [name for name in IMAGING if name in sys.modules]
    print(json.dumps({"milliseconds": milliseconds, "imaging": loaded}))


def measure(repeats: int) -> dict[int, list[list[float]]]:
    """Milliseconds of each process, by the form."""
    found: dict[int, list[list[float]]] = {form: [] for form in CANONICAL_FORMS}
    for _ in range(repeats):
        for form in CANONICAL_FORMS:
            command = [sys.executable, "-m", "benchmarks.first_answer", "--answer", str(form)]
            output = json.loads(
                subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.splitlines()[-1]
            )
            if output["imaging"]:
                raise SystemExit(f"form {form} loads {output['imaging']}")
            found[form].append(output["milliseconds"])
    return found


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--answer", type=int)
    options = parser.parse_args()
    if options.answer is not None:
        answer(options.answer)
        return
    found = measure(options.repeats)
    medians = {form: [statistics.median(each) for each in zip(*runs, strict=True)] for form, runs in found.items()}
    rows: list[dict[str, Cell]] = [
        {
            "model": NAMES[form],
            "import and first answer, ms": round(first),
            f"{ROWS} rows, ms": round(many),
        }
        for form, (first, many) in medians.items()
    ]
    added = medians[CANONICAL_FORM][0] - medians[RAW_FORM][0]
    Report(
        name="first_answer",
        title="processor time of a new process of the prediction function, JSON rows",
        rows=rows,
        ratios={"first answer, canonical : raw": medians[CANONICAL_FORM][0] / medians[RAW_FORM][0]},
        packages=("numpy",),
        notes=(
            f"the canonical form adds {added:.0f} ms of processor time to the first answer, numpy's import included",
        ),
    ).publish()


if __name__ == "__main__":
    main()
