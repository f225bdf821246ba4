"""The faults of services, in front of the application that plays them: what a fault hits gets the answer here.

A request of the emulator itself is never hit; it says in `User-Agent` that it is one (`OWN_USER_AGENT`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from sagemaker_local.asgi import Json, Receive, Send, respond
from sagemaker_local.faults import answers, requests
from sagemaker_local.faults.fault import Fault, Kind
from sagemaker_local.faults.store import Faults, Request
from sagemaker_local.faults.targets import S3

logger = logging.getLogger("sagemaker_local.faults")

OWN_USER_AGENT = "sagemaker-local"
CorsHeaders = Callable[[str, str, dict[str, str]], Mapping[str, str]]


class FaultyServices:
    """An ASGI application in front of another.

    Parameters
    ----------
    services
        The application that plays the services.
    faults
        The faults that are set.
    cors
        Gives the CORS headers of an answer from a bucket, a method and the headers of a request.
    """

    def __init__(self, services: Any, faults: Faults, cors: CorsHeaders) -> None:
        self._services, self._faults, self._cors = services, faults, cors

    async def __call__(self, scope: Json, receive: Receive, send: Send) -> None:
        """Answer one ASGI request."""
        if scope["type"] != "http" or scope["method"] == "OPTIONS":
            await self._services(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
        query = scope.get("query_string", b"").decode("latin-1")
        service = requests.service_of(scope["method"], path, query, headers)
        if not service or not self._faults.any_of(service) or OWN_USER_AGENT in headers.get("user-agent", ""):
            await self._services(scope, receive, send)
            return
        messages = await _all(receive)
        body = b"".join(message.get("body", b"") for message in messages)
        request = requests.read(service, scope["method"], path, query, headers, body)
        fault = self._faults.take_for(request)
        if fault is not None:
            logger.info("%s on %s:%s hits %s", fault.kind, service, request.resource, request.operation)
            if (answer := self._answer(fault, request, scope["method"], headers, body)) is not None:
                await respond(send, *answer)
                return
            if fault.kind is Kind.LATENCY:
                await asyncio.sleep(fault.seconds)
        cut = fault is not None and fault.kind is Kind.DISCONNECT
        await self._services(scope, _again(messages, receive), _cutting(send) if cut else send)

    def _answer(
        self, fault: Fault, request: Request, method: str, headers: dict[str, str], body: bytes
    ) -> answers.Answer | None:
        if fault.kind is Kind.LOST:
            return answers.published(body)
        made = answers.error(request, fault.kind, method=method, content_type=headers.get("content-type", ""))
        if made is None or request.service != S3:
            return made
        status, own, content = made
        return status, {**own, **self._cors(request.resource, method, headers)}, content


async def _all(receive: Receive) -> list[Json]:
    """The messages of a request, to its end."""
    messages = [await receive()]
    while messages[-1]["type"] == "http.request" and messages[-1].get("more_body"):
        messages.append(await receive())
    return messages


def _again(messages: list[Json], receive: Receive) -> Receive:
    """Gives messages that were read already, then what comes."""
    waiting = list(messages)

    async def next_message() -> Json:
        return waiting.pop(0) if waiting else await receive()

    return next_message


def _cutting(send: Send) -> Send:
    """Sends a beginning that promises more than comes: what was asked has been done, and its caller never learns it."""

    async def cut(message: Json) -> None:
        if message["type"] == "http.response.start":
            kept = [(name, value) for name, value in message["headers"] if name.lower() != b"content-length"]
            await send({**message, "headers": [*kept, (b"content-length", b"1048576")]})
        elif message["type"] == "http.response.body":
            await send({"type": "http.response.body", "body": b""})

    return cut
