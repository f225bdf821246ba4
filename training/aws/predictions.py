"""Ask the deployed model which digits images show, through the HTTP API, or the endpoint where there is no way to it.

The API is the way for everybody. A notebook in a network without internet reaches the SageMaker endpoint only; there
`DIGITS_ASK_THROUGH` is `endpoint`. Both return the same predictions: the API calls the same endpoint, and what it does
before and after, `contract.canonical` and `contract.calibration`, is done here where the endpoint is asked.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from contract.canonical import canonical
from contract.digit import CLASSES, PIXELS
from contract.json_text import read_json
from training.aws.clients import client
from training.aws.errors import explained
from training.aws.platform import platform_of
from training.aws.prediction_api import read_address, send
from training.common.errors import PredictionError

MOST_IMAGES = 1000
"""What the API takes at once: see docs/api.md."""
WAYS = ("api", "endpoint")


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What the model says about one image: the likeliest digit, and how likely it holds each of the ten."""

    digit: int
    probabilities: tuple[float, ...]


def ask(images: npt.NDArray[np.uint8], *, environment: str, through: str | None = None) -> list[Prediction]:
    """Predictions for images, in their order.

    Parameters
    ----------
    images
        uint8, shape (n, 784) with n of 1..1000, raw pixels 0..255
    environment
        whose model: `local`, `dev` or `prod`
    through
        one of `WAYS`; None is what the variable `DIGITS_ASK_THROUGH` says, `api` unless it is set

    Raises
    ------
    PredictionError
        when the images have another shape, or the response is an error or has no predictions
    PublicationError
        when AWS cannot be reached
    """
    way = through or os.environ.get("DIGITS_ASK_THROUGH") or WAYS[0]
    if way not in WAYS:
        raise PredictionError(f"DIGITS_ASK_THROUGH is {way!r}, allowed are {', '.join(WAYS)}; correct it or unset it")
    if images.ndim != 2 or images.shape[1] != PIXELS or not 1 <= len(images) <= MOST_IMAGES:
        raise PredictionError(
            f"the images have the shape {images.shape}, expected (n, {PIXELS}), n of 1..{MOST_IMAGES}; pass raw rows"
        )
    found = _ask_api(images, environment) if way == "api" else _ask_endpoint(images, environment)
    if len(found) != len(images):
        raise PredictionError(f"{len(images)} images were sent and {len(found)} predictions came back; see the logs")
    return [_prediction(probabilities) for probabilities in found]


def _ask_api(images: npt.NDArray[np.uint8], environment: str) -> list[Sequence[float]]:
    body = json.dumps({"instances": images.tolist()}).encode()
    response = send(read_address(environment), "POST", "/predictions", body=body)
    try:
        return [each["probabilities"] for each in response["predictions"]]
    except (KeyError, TypeError):
        raise PredictionError(
            f"the API returned {str(response)[:200]}, which has no predictions; see its logs"
        ) from None


def _ask_endpoint(images: npt.NDArray[np.uint8], environment: str) -> list[Sequence[float]]:
    """Without the API in front: 784 values a line, see packages/sagemaker-local/docs/container-contract.md."""
    platform, rows = platform_of(environment), io.StringIO()
    np.savetxt(rows, canonical(images, platform.canonical_form), fmt="%d", delimiter=",")
    with explained(f"the endpoint digits-{environment}"):
        response = client("sagemaker-runtime").invoke_endpoint(
            EndpointName=f"digits-{environment}",
            ContentType="text/csv",
            Accept="application/json",
            Body=rows.getvalue().encode(),
        )
        content = response["Body"].read()
    try:
        return [platform.calibration.honest(each["score"]) for each in read_json(content)["predictions"]]
    except (KeyError, TypeError, ValueError):
        raise PredictionError(
            f"the endpoint returned {content[:200]!r}, which has no predictions; see its logs"
        ) from None


def _prediction(probabilities: Sequence[float]) -> Prediction:
    if len(probabilities) != CLASSES:
        raise PredictionError(f"a prediction has {len(probabilities)} probabilities, expected {CLASSES}; see the logs")
    return Prediction(digit=int(np.argmax(probabilities)), probabilities=tuple(map(float, probabilities)))
