"""Uploads pictures through a deployed API as a client would: ask, send the form, ask until it has ended."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from urllib3 import PoolManager, Timeout
from urllib3.response import BaseHTTPResponse

from tools.api_client import Answer, ApiClient

JsonObject = dict[str, Any]
ENDED = ("DONE", "FAILED", "EXPIRED")
SECONDS = 90.0


def picture_of(*digits: NDArray[np.uint8], scale: int = 8, file_format: str = "PNG") -> bytes:
    """Digits of MNIST beside each other, dark on light paper, as a file."""
    images = [np.pad(255 - digit.reshape(28, 28), 6, constant_values=255) for digit in digits]
    paper = Image.fromarray(np.hstack(images))
    buffer = io.BytesIO()
    paper.resize((paper.width * scale, paper.height * scale), Image.Resampling.BICUBIC).save(buffer, file_format)
    return buffer.getvalue()


@dataclass(frozen=True, kw_only=True)
class Uploader:
    """A client of the upload routes.

    Parameters
    ----------
    api
        The API, as its caller.
    """

    api: ApiClient
    http: PoolManager

    @classmethod
    def of(cls, api: ApiClient) -> Uploader:
        """Make one with connections of its own."""
        return cls(api=api, http=PoolManager(maxsize=16, timeout=Timeout(60), retries=False))

    def ask(self, content_type: str = "image/png", size_bytes: int = 1000, **headers: str) -> Answer:
        """`POST /uploads`."""
        body = json.dumps({"content_type": content_type, "size_bytes": size_bytes}).encode()
        given = {"Content-Type": "application/json", **headers}
        return self.api.request("POST", "/uploads", body=body, headers=given)

    def send(self, form: Mapping[str, Any], body: bytes, **changes: str) -> BaseHTTPResponse:
        """Send a file with a form, some of whose fields may be changed."""
        fields: dict[str, Any] = {**form["fields"], **changes}
        fields["file"] = ("picture", body, fields.get("Content-Type", "application/octet-stream"))
        return self.http.request("POST", form["url"], fields=fields)

    def status(self, job: Mapping[str, Any]) -> JsonObject:
        """`GET /uploads/{job_id}`."""
        answer = self.api.request("GET", f"/uploads/{job['job_id']}")
        assert answer.status == 200, answer.body
        document: JsonObject = answer.json()
        return document

    def wait(self, job: Mapping[str, Any], seconds: float = SECONDS) -> JsonObject:
        """The job, once it has ended."""
        found: JsonObject = {}

        def ended() -> bool:
            found.update(self.status(job))
            return found["status"] in ENDED

        until(ended, seconds, f"job {job['job_id']} is still pending")
        return found

    def begin(self, body: bytes, content_type: str = "image/png", **headers: str) -> JsonObject:
        """Ask and send; the answer to the question."""
        answer = self.ask(content_type, len(body), **headers)
        assert answer.status == 201, answer.body
        job: JsonObject = answer.json()
        sent = self.send(job["upload"], body)
        assert sent.status == 204, sent.data
        return job

    def upload(self, body: bytes, content_type: str = "image/png") -> JsonObject:
        """Ask, send and wait; the job as it ended."""
        return self.wait(self.begin(body, content_type))


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
