"""Upload pictures through the deployed API as a service would: ask for a form, send it, ask until the job has ended.

For the demonstration, the benchmarks and the end-to-end tests. It listens to no channel: what counts is the status.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from urllib3 import PoolManager, Timeout
from urllib3.response import BaseHTTPResponse

from tools.api_client import Answer, ApiClient
from tools.deployment import DeploymentError
from training.aws.connections import connections

JsonObject = dict[str, Any]
SECONDS = 90.0
"""How long to wait for the end of a job."""
PAUSE_SECONDS = 0.1
PENDING = "PENDING"


@dataclass(frozen=True, kw_only=True)
class Uploader:
    """A client of the upload routes.

    Parameters
    ----------
    api
        The API, as its caller.
    http
        Connections to S3.
    """

    api: ApiClient
    http: PoolManager

    @classmethod
    def of(cls, api: ApiClient) -> Uploader:
        """Make one with connections of its own."""
        return cls(api=api, http=connections(api.url, maxsize=16, timeout=Timeout(60), retries=False))

    def ask(self, content_type: str = "image/png", size_bytes: int = 1000) -> Answer:
        """`POST /uploads`."""
        body = json.dumps({"content_type": content_type, "size_bytes": size_bytes}).encode()
        return self.api.request("POST", "/uploads", body=body, headers={"Content-Type": "application/json"})

    def send(self, form: Mapping[str, Any], body: bytes, **changes: str) -> BaseHTTPResponse:
        """Send a file with a form, some of whose fields may be changed; whatever S3 answers."""
        fields: dict[str, Any] = {**form["fields"], **changes}
        fields["file"] = ("picture", body, fields.get("Content-Type", "application/octet-stream"))
        return self.http.request("POST", form["url"], fields=fields)

    def status(self, job: Mapping[str, Any]) -> JsonObject:
        """`GET /uploads/{job_id}`.

        Raises
        ------
        DeploymentError
            If it is not answered.
        """
        answer = self.api.request("GET", f"/uploads/{job['job_id']}")
        _expect(answer.status, 200, answer.body)
        document: JsonObject = answer.json()
        return document

    def begin(self, body: bytes, content_type: str = "image/png") -> JsonObject:
        """Ask and send; the answer to the question.

        Raises
        ------
        DeploymentError
            If API or S3 refuse.
        """
        answer = self.ask(content_type, len(body))
        _expect(answer.status, 201, answer.body)
        job: JsonObject = answer.json()
        sent = self.send(job["upload"], body)
        _expect(sent.status, 204, sent.data)
        return job

    def wait(self, job: Mapping[str, Any], seconds: float = SECONDS) -> JsonObject:
        """The job, once it has ended.

        Raises
        ------
        DeploymentError
            If it has not after so many seconds.
        """
        deadline = time.monotonic() + seconds
        while (found := self.status(job))["status"] == PENDING:
            if time.monotonic() > deadline:
                msg = f"job {job['job_id']} is still {PENDING} after {seconds:.0f} s"
                raise DeploymentError(msg)
            time.sleep(PAUSE_SECONDS)
        return found

    def upload(self, body: bytes, content_type: str = "image/png") -> JsonObject:
        """Ask, send and wait; the job as it ended."""
        return self.wait(self.begin(body, content_type))


def _expect(status: int, wanted: int, body: bytes) -> None:
    if status != wanted:
        msg = f"the answer was {status} {body[:500].decode(errors='replace')}, expected {wanted}"
        raise DeploymentError(msg)
