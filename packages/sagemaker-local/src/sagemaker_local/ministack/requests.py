"""Requests of the services that speak the query protocol, looked at before MiniStack answers them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from sagemaker_local.ministack.registry import private

Answer = tuple[int, dict[str, str], bytes]
Parameters = dict[str, str]
Handle = Callable[[], Awaitable[Answer]]
Before = Callable[[Parameters, Handle], Awaitable[Answer]]


def intercept(service: str, before: Before) -> None:
    """Let something of this package answer requests for a service of MiniStack.

    Parameters
    ----------
    service
        Its name in MiniStack's table, for example `iam`.
    before
        Gets the parameters of a request, the first value of each, and what lets MiniStack answer it.
    """
    handlers = private("ministack.app:SERVICE_HANDLERS")
    answer = handlers[service]

    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Answer:
        async def as_before() -> Answer:
            found: Answer = await answer(method, path, headers, body, query)
            return found

        return await before(parameters(body, query), as_before)

    handlers[service] = handle


def parameters(body: bytes, query: dict[str, Any]) -> Parameters:
    """The parameters of a request, in its form or in its address, the first value of each."""
    given = {**query, **parse_qs(body.decode("utf-8", errors="replace"), keep_blank_values=True)}
    return {name: str(value[0] if isinstance(value, list) else value) for name, value in given.items() if value}


def refusal(status: int, code: str, message: str, namespace: str) -> Answer:
    """An error in the query protocol.

    Parameters
    ----------
    status, code, message
        What the client gets to read.
    namespace
        XML namespace of the service.
    """
    text = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    body = f'<ErrorResponse xmlns="{namespace}">{text}<RequestId>{_REQUEST}</RequestId></ErrorResponse>'
    return status, {"Content-Type": "text/xml"}, body.encode()


_REQUEST = "00000000-0000-0000-0000-000000000000"
