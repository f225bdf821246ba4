"""Pictures to upload in tests, and waiting for what happens elsewhere."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SECONDS = 300.0


def picture_of(*digits: NDArray[np.uint8], scale: int = 8, file_format: str = "PNG") -> bytes:
    """Digits of MNIST beside each other, dark on light paper, as a file."""
    images = [np.pad(255 - digit.reshape(28, 28), 6, constant_values=255) for digit in digits]
    paper = Image.fromarray(np.hstack(images))
    buffer = io.BytesIO()
    paper.resize((paper.width * scale, paper.height * scale), Image.Resampling.BICUBIC).save(buffer, file_format)
    return buffer.getvalue()


def until(done: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Wait for something that happens elsewhere."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, f"{otherwise} after {seconds:.0f} s"
        time.sleep(0.1)


def digits_of(job: Mapping[str, Any]) -> list[int]:
    """The digits of a job that is done."""
    assert job["status"] == "DONE", job
    return [digit["digit"] for digit in job["digits"]]


def is_empty(sqs: Any, queue: str) -> bool:
    """Whether there is nothing in a queue, and nothing that is being worked on."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counts = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return all(counts[name] == "0" for name in names)
