"""The little of SageMaker that submitting a job talks to, over HTTP on loopback: it keeps every request as it came.

Signatures are not checked. It answers whatever name a job has, so that both backends get to their end.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

_CREATED = {"TrainingJobArn": "arn:aws:sagemaker:us-east-1:123456789012:training-job/job"}
_DESCRIBED = {
    **_CREATED,
    "TrainingJobStatus": "InProgress",
    "SecondaryStatus": "Starting",
    "ModelArtifacts": {"S3ModelArtifacts": ""},
    "AlgorithmSpecification": {"TrainingInputMode": "File"},
    "ResourceConfig": {"VolumeSizeInGB": 1},
    "StoppingCondition": {},
    "CreationTime": 1764000000,
}


@dataclass
class SmallSageMaker:
    """What was asked: operation and body of every request, in order."""

    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    port: int = 0

    def created(self) -> list[dict[str, Any]]:
        """The bodies of all CreateTrainingJob requests."""
        return [body for operation, body in self.requests if operation == "SageMaker.CreateTrainingJob"]

    @contextmanager
    def serving(self) -> Iterator[SmallSageMaker]:
        """Answer on a free port until the block ends."""
        service = self

        class Handler(_Handler):
            small = service

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = server.server_port
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    small: SmallSageMaker
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments: object) -> None:
        """Keep quiet."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
        operation = self.headers.get("X-Amz-Target", self.path)
        self.small.requests.append((operation, body))
        answer = {"SageMaker.CreateTrainingJob": _CREATED}.get(
            operation, {**_DESCRIBED, "TrainingJobName": body.get("TrainingJobName", "")}
        )
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
