"""What the HTTP API must answer: predictions of digits, and problem documents; everything else ends the story."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.accept.story import Differs, expect
from tools.api_client import Answer

PROBLEM_TYPE = "application/problem+json"


def predictions_of(answer: Answer, what: str) -> list[dict[str, Any]]:
    """The predictions of an answer to `what`."""
    expect(200, answer.status, f"the status of {what}, {answer.body[:200]!r}")
    predictions: list[dict[str, Any]] = answer.json()["predictions"]
    return predictions


def expect_digits(images: NDArray[np.uint8], answer: Answer, what: str) -> None:
    """Hold an answer to golden digits: each is the digit of its place, and its probabilities add up to 1.

    Parameters
    ----------
    images
        The golden digits, shape `(10, 784)`.
    answer
        The API's answer to all of them in one request.
    """
    predictions = predictions_of(answer, what)
    expect(list(range(len(images))), [each["digit"] for each in predictions], f"digits of {what}")
    for prediction in predictions:
        probabilities = prediction["probabilities"]
        if len(probabilities) != 10 or abs(sum(probabilities) - 1) > 1e-4:
            raise Differs("ten probabilities that add up to 1", probabilities)


def expect_problem(answer: Answer, status: int, slug: str, what: str) -> None:
    """Hold an answer to a problem document of RFC 9457 with this status and type."""
    seen = f"{answer.status} {answer.headers.get('content-type')} {answer.body[:300].decode(errors='replace')}"
    if (answer.status, answer.headers.get("content-type")) != (status, PROBLEM_TYPE):
        raise Differs(f"{what}: {status} {PROBLEM_TYPE} {slug}", seen)
    problem = answer.json()
    # Where API Gateway itself keeps the status of what failed, its document does not repeat it.
    named = problem["type"], problem.get("status", status)
    if named != (f"urn:digits:problem:{slug}", status) or not problem["detail"]:
        raise Differs(f"{what}: a problem {slug} with a detail", seen)


def digits_of(job: dict[str, Any]) -> list[int]:
    """The digits of an upload that is done."""
    expect("DONE", job["status"], f"the end of the upload {job}")
    return [each["digit"] for each in job["digits"]]
