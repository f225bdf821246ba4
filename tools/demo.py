"""The demonstration, `make demo`: deploy into the emulator, ask the API about real test images, show what it said.

It ends well only when the answers are right: the ten digits that are shown carry the label that people gave them, of a
batch of 1,000 test images at least 97 in 100 do, an image sent as PNG gives the same digit as its pixels, and a
photograph that is uploaded is read digit by digit. It makes an account for the web page, and says so.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contract.digit import CLASSES, SIDE
from contract.manifest import read_manifest
from stacks.settings import LOCAL
from tools.accounts import DEMONSTRATION, Account
from tools.api_client import Answer, ApiClient
from tools.command_line import take_no_options
from tools.deployment import FAILURES, HOW_TO_GET_A_MANIFEST, ROOT, Deployment, DeploymentError, api_client, api_url
from tools.local import DEFAULT_MANIFEST, bring_up, local_deployment, start_emulator
from tools.pixels import braille, photograph_of, png_of, shades
from tools.upload_client import Uploader
from training.common.certainty import certainty
from training.common.errors import INTERRUPTED, TrainingError
from training.common.interrupts import WholeLines
from training.common.terminal import prepare_terminal
from training.data.data_folder import read_source_split
from training.data.dataset import Split, require_images

BATCH = 1000
LEAST_RIGHT = 970
DATA = ROOT / "build/data"

PHOTOGRAPHED = (7, 2, 4)
"""The digits on the photograph that is uploaded."""

NEXT_STEPS = """\
  source .venv/bin/activate       once in a shell, then:
  python -m training look         pictures of the data, and of the digits hardest for the model
  sagemaker-local status          show status; 'sagemaker-local logs' shows the log
  eval "$(sagemaker-local env)"   boto3 and the AWS CLI in this shell use the emulator
  python -m training fit --help   train another model, evaluate and package it; 'make up' serves it
  python -m training publish --channels && python -m training submit --num-round 10
                                  the same as a SageMaker training job, with its log
  make lab                        the walkthrough notebook
  sagemaker-local faults --help   inject faults into S3, the endpoint, ...; retry with 'make redrive'
  make down                       stop the emulator and delete its data"""

console = WholeLines(highlight=False, soft_wrap=True)


def one_of_each(split: Split) -> list[int]:
    """Positions of the first image of each digit 0..9."""
    return [int(np.argmax(split.labels == digit)) for digit in range(CLASSES)]


def predict(api: ApiClient, images: NDArray[np.uint8]) -> list[dict[str, Any]]:
    """Ask the API about images, shape `(n, 784)`; returns its predictions in their order."""
    return predictions_of(api.predict(images.tolist()), len(images))


def predictions_of(answer: Answer, count: int) -> list[dict[str, Any]]:
    """The predictions of an answer; raises `DeploymentError` when it is not `count` predictions."""
    if answer.status != 200 or len(answer.json()["predictions"]) != count:
        msg = f"the API answered {answer.status} {answer.body[:500].decode(errors='replace')}"
        raise DeploymentError(msg)
    predictions: list[dict[str, Any]] = answer.json()["predictions"]
    return predictions


def show_digits(images: NDArray[np.uint8], labels: list[int], predictions: list[dict[str, Any]]) -> None:
    """Draw the images, five in a row, with what was predicted below each."""
    draw = braille if console.encoding.lower().startswith("utf") else shades
    for start in (0, 5):
        chosen = range(start, start + 5)
        for line in zip(*(draw(images[index].reshape(SIDE, SIDE)) for index in chosen), strict=True):
            console.print("  ".join(line))
        captions = (_caption(labels[index], predictions[index]) for index in chosen)
        console.print("  ".join(f"{caption:^14}" for caption in captions), end="\n\n")


def _caption(label: int, prediction: dict[str, Any]) -> str:
    digit = prediction["digit"]
    return f"{digit} {certainty(prediction['probabilities'][digit])}" + ("" if digit == label else f" not {label}!")


def write_examples(folder: Path, image: NDArray[np.uint8]) -> tuple[Path, Path]:
    """Write one digit as a JSON request and as a PNG file, for use with curl."""
    request, picture = folder / "digit.json", folder / "digit.png"
    request.write_text(json.dumps({"instances": [image.tolist()]}), encoding="utf-8")
    picture.write_bytes(png_of(image))
    return request, picture


def ask(api: ApiClient, split: Split) -> list[str]:
    """Ask about ten images, a batch and a PNG file, show the answers, and return what was wrong with them."""
    shown = one_of_each(split)
    images, labels = split.images[shown], [int(label) for label in split.labels[shown]]
    predictions = predict(api, images)
    console.print("\n[bold]Ten test images with the predictions of the API[/bold]\n")
    show_digits(images, labels, predictions)
    started = time.perf_counter()
    digits = np.array([prediction["digit"] for prediction in predict(api, split.images[:BATCH])])
    seconds = time.perf_counter() - started
    right = int((digits == split.labels[:BATCH]).sum())
    console.print(f"{BATCH} test images in one request: {right} right, in {seconds:.2f} s")
    picture = predictions_of(api.predict_image(png_of(images[7])), 1)[0]["digit"]
    console.print(f"a 7 drawn on white paper, sent as a PNG file of 280 x 280 pixels: {picture}")
    wrong = [
        f"a {label} was called {p['digit']}"
        for label, p in zip(labels, predictions, strict=True)
        if label != p["digit"]
    ]
    wrong += [] if right >= LEAST_RIGHT else [f"only {right} of {BATCH} were right, at least {LEAST_RIGHT} must be"]
    return wrong + ([] if picture == 7 else [f"the picture of a 7 was called {picture}"])


def upload(api: ApiClient, images: list[NDArray[np.uint8]]) -> list[str]:
    """Upload a photograph of some digits, and return what was wrong with the answer."""
    body = photograph_of(images)
    started = time.perf_counter()
    job = Uploader.of(api).upload(body, "image/jpeg")
    seconds = time.perf_counter() - started
    if job["status"] != "DONE":
        return [f"the upload ended as {job['status']}: {job['reason']['detail']}"]
    read = tuple(digit["digit"] for digit in job["digits"])
    size = f"{job['width']} x {job['height']} pixels, {len(body) / 1e6:.1f} MB"
    console.print(f"a photograph of {size}, uploaded and read: {_spaced(read)}, after {seconds:.1f} s")
    return [] if read == PHOTOGRAPHED else [f"the photograph of {_spaced(PHOTOGRAPHED)} was read as {_spaced(read)}"]


def _spaced(digits: tuple[int, ...]) -> str:
    return " ".join(map(str, digits))


def show_next_steps(deployment: Deployment, image: NDArray[np.uint8], site: str | None, account: Account) -> None:
    """Say where API and page are, how to call and how to sign in, and what to try."""
    request, picture = (path.relative_to(ROOT) for path in write_examples(deployment.folder, image))
    url, variables = api_url(deployment), deployment.variables
    key = f"{variables['AWS_ACCESS_KEY_ID']}:{variables['AWS_SECRET_ACCESS_KEY']}"
    curl = f'curl --aws-sigv4 "aws:amz:{variables["AWS_REGION"]}:execute-api" --user {key}'
    console.print(f"\n[bold]The API is at[/bold] {url}\n", markup=True)
    console.print(f"  {curl} -H 'Content-Type: application/json' --data @{request} {url}/predictions", markup=False)
    console.print(f"  {curl} -H 'Content-Type: image/png' --data-binary @{picture} {url}/predictions", markup=False)
    console.print(f"  {curl} {url}/model", markup=False)
    if site:
        console.print(
            f"\n[bold]The page is at[/bold] {site}   (sign in as {account.email}, password {account.password})"
        )
    console.print("\n[bold]What to try next[/bold]\n")
    console.print(NEXT_STEPS, markup=False)


def main() -> int:
    """Run the demonstration; returns the exit code."""
    prepare_terminal()
    take_no_options("tools.demo", __doc__)
    try:
        require_images("the demonstration")
        read_manifest(DEFAULT_MANIFEST, how_to_get=HOW_TO_GET_A_MANIFEST)
        split = read_source_split(DATA, "test")
        console.print("step 5 of 6: the emulator, and the stacks in it")
        deployment = local_deployment(start_emulator(), manifest=DEFAULT_MANIFEST)
        site = bring_up(deployment)
        api = api_client(deployment)
        console.print("step 6 of 6: predictions")
        wrong = ask(api, split)
        if LOCAL.parts.uploads:
            wrong += upload(api, [split.images[one_of_each(split)[digit]] for digit in PHOTOGRAPHED])
        if LOCAL.parts.left_out:
            console.print(f"left out by stacks/settings.py, so not shown: {', '.join(LOCAL.parts.left_out)}")
        show_next_steps(deployment, split.images[one_of_each(split)[7]], site, DEMONSTRATION)
    except (*FAILURES, TrainingError) as error:
        wrong = [str(error)]
    except KeyboardInterrupt:
        print("interrupted: 'make demo' continues, 'make down' stops the emulator", file=sys.stderr)
        return INTERRUPTED
    for sentence in wrong:
        print(f"error: {sentence}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
