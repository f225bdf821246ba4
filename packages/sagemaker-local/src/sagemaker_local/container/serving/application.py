"""The HTTP face of the container as an ASGI application: routes, methods, body limits.

Two servers stand in the real one, nginx and Flask; which of them answers a wrong path or method shows in the answer, so
it shows here too.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from http import HTTPStatus
from typing import Any, TypeAlias

from sagemaker_local.container.serving.invocation import Invocation, ScoringService
from sagemaker_local.container.serving.responses import UNKNOWN_PATH, Answer, error_page

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_CONTAINER_PATHS = ("/ping", "/invocations", "/execution-parameters")
_REPEATED_SLASHES = re.compile("//+")
_METHODS = {
    "/ping": ("GET", "HEAD", "OPTIONS"),
    "/execution-parameters": ("GET", "HEAD", "OPTIONS"),
    "/invocations": ("OPTIONS", "POST"),
}
# Longer bodies are answered off the event loop, so that /ping does not wait for them.
_INLINE_BYTES = 32 * 1024


class ContainerApplication:
    """Serves `/ping`, `/execution-parameters` and `/invocations`.

    Parameters
    ----------
    service
        Answers the invocations.
    """

    def __init__(self, service: ScoringService) -> None:
        self._service = service
        self._limit = service.settings.max_content_length_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI entry)."""
        body, length = await _read_body(receive, keep=self._limit)
        answer = await self._answer(scope, body, length)
        await _send(send, answer)

    async def _answer(self, scope: Scope, body: bytes, length: int) -> Answer:
        path, method = _REPEATED_SLASHES.sub("/", scope["path"]), scope["method"]
        if not path.startswith(_CONTAINER_PATHS):
            return UNKNOWN_PATH
        methods = _METHODS.get(path)
        if methods is None:
            return error_page(HTTPStatus.NOT_FOUND)
        if method not in methods:
            return error_page(HTTPStatus.METHOD_NOT_ALLOWED, allow=", ".join(methods))
        if method == "OPTIONS":
            return Answer(headers={"allow": ", ".join(methods)})
        if path == "/ping":
            return Answer()
        if path == "/execution-parameters":
            return self._execution_parameters()
        return await self._invocation(scope["headers"], body, length)

    def _execution_parameters(self) -> Answer:
        parameters = {
            "MaxConcurrentTransforms": os.cpu_count(),
            "BatchStrategy": "MULTI_RECORD",
            "MaxPayloadInMB": int(self._limit / 1024**2),
        }
        return Answer(body=json.dumps(parameters).encode(), content_type="application/json")

    async def _invocation(self, headers: Iterable[tuple[bytes, bytes]], body: bytes, length: int) -> Answer:
        if length > self._limit:
            return error_page(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        found = {name: value.decode("latin-1") for name, value in headers if name in {b"content-type", b"accept"}}
        invocation = Invocation(body=body, content_type=found.get(b"content-type"), accept=found.get(b"accept", ""))
        if length <= _INLINE_BYTES:
            return self._service.answer(invocation)
        return await asyncio.to_thread(self._service.answer, invocation)


async def _read_body(receive: Receive, *, keep: int) -> tuple[bytes, int]:
    """Read the whole body, though a client that sends too much only gets to know its length.

    Returns
    -------
    bytes, int
        The body, empty if longer than `keep`; its length.
    """
    chunks, length = [], 0
    while True:
        message = await receive()
        chunk = message.get("body", b"")
        length += len(chunk)
        if length <= keep:
            chunks.append(chunk)
        else:
            chunks.clear()
        if not message.get("more_body", False):
            return b"".join(chunks), length


async def _send(send: Send, answer: Answer) -> None:
    headers = [(b"content-type", answer.content_type.encode("latin-1"))] if answer.content_type else []
    headers += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
    if answer.status != HTTPStatus.NO_CONTENT:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": int(answer.status), "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
