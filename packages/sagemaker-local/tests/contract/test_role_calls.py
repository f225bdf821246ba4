"""Requests that the emulator sends to itself with the rights of a role, as a server meets them."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sagemaker_local import settings
from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.records import Scope
from sagemaker_local.sagemaker.role_calls import RoleCalls

SCOPE = Scope(account="123456789012", region="us-east-1")
ROLE = "arn:aws:iam::123456789012:role/pipeline"


class Sessions:
    """Implements `RoleSessions`: the key that a role gets is its name."""

    def assume(self, _: Scope, role: str) -> dict[str, str]:
        return {"aws_access_key_id": role.rpartition("/")[2], "aws_secret_access_key": "s", "aws_session_token": "t"}


class Server(ThreadingHTTPServer):
    """Remembers the headers of requests, and answers them alike."""

    def __init__(self) -> None:
        super().__init__((settings.HOST, 0), Handler)
        self.seen: list[dict[str, str]] = []
        self.answer: tuple[int, dict[str, Any]] = (200, {"Models": []})


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append(dict(self.headers))
        status, document = self.server.answer
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as started:
        thread = threading.Thread(target=started.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield started
        started.shutdown()
        thread.join()


def called(server: Server) -> dict[str, Any]:
    calls = RoleCalls(Sessions(), lambda *_: None, server.server_port)
    return asyncio.run(calls.call(SCOPE, ROLE, "ListModels", {}))


def test_a_call_is_signed_by_the_role_and_leaves_no_connection_open(server: Server) -> None:
    assert called(server) == {"Models": []}
    (headers,) = server.seen
    assert headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=pipeline/")
    assert (headers["X-Amz-Target"], headers["Connection"]) == ("SageMaker.ListModels", "close")


def test_a_refusal_is_told_as_the_service_words_it(server: Server) -> None:
    server.answer = (400, {"__type": "AccessDeniedException", "Message": "not authorized"})
    with pytest.raises(ServiceError, match="not authorized") as caught:
        called(server)
    assert (caught.value.code, caught.value.status) == ("AccessDeniedException", 400)
