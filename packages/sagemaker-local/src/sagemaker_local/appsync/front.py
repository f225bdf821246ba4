"""The two ways into an Event API, before anything of MiniStack: `POST /event`, and a WebSocket at `/event/realtime`.

An API is found by its host name, as in AWS, or below `/_aws/appsync-events/API_ID`, because a browser cannot choose a
`Host`.
"""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import Callable
from typing import Any

from sagemaker_local import rs256
from sagemaker_local.appsync.access import Access, Presented
from sagemaker_local.appsync.delivery import Connection, Delivery
from sagemaker_local.appsync.errors import BAD_REQUEST, EventsError, Json
from sagemaker_local.appsync.handlers import Handlers
from sagemaker_local.appsync.publishing import Publishing
from sagemaker_local.appsync.realtime import PROTOCOL, Session
from sagemaker_local.appsync.records import EventApi
from sagemaker_local.asgi import Receive, Send, read_body, respond
from sagemaker_local.json_text import read_json

Find = Callable[[str], EventApi | None]

_HOST = re.compile(r"([a-z0-9]+)\.appsync-(?:realtime-)?api\.", re.IGNORECASE)
_PATH = re.compile(r"/_aws/appsync-events/([A-Za-z0-9]+)(/.*)")
_CORS = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "x-amzn-RequestId,x-amzn-ErrorType",
}
_PREFLIGHT = {
    **_CORS,
    "access-control-allow-methods": "OPTIONS,POST",
    "access-control-allow-headers": "accept,authorization,content-type,host,x-amz-date,x-amz-security-token,"
    "x-amz-content-sha256,x-amz-user-agent,x-amzn-requestid,x-api-key,x-amzn-trace-id",
    "access-control-max-age": "172800",
}


class EventsFront:
    """An ASGI application in front of another, which gets what is not for an Event API.

    Parameters
    ----------
    services
        The other application.
    find
        Gives an API by its id.
    access, handlers
        Who may, and what namespaces make of it.
    """

    def __init__(self, services: Any, find: Find, access: Access, handlers: Handlers) -> None:
        self._services, self._find = services, find
        self._access, self._handlers, self._delivery = access, handlers, Delivery()
        self._publishing = Publishing(access, handlers, self._delivery)

    async def __call__(self, scope: Json, receive: Receive, send: Send) -> None:
        """Answer one ASGI request or connection."""
        asked = _asked(scope) if scope["type"] in ("http", "websocket") else None
        api = self._find(asked[0]) if asked else None
        if asked is None or (api is None and not scope["path"].startswith("/_aws/appsync-events/")):
            await self._services(scope, receive, send)  # a GraphQL API has the same host names
        elif scope["type"] == "websocket":
            await self._connect(asked, scope, receive, send)
        else:
            await _respond(send, *await self._answer(asked, api, scope, receive))

    async def _answer(
        self, asked: tuple[str, str], api: EventApi | None, scope: Json, receive: Receive
    ) -> tuple[int, dict[str, str], Json | None]:
        if scope["method"] == "OPTIONS":
            return 200, _PREFLIGHT, None
        try:
            if api is None:
                raise EventsError("ResourceNotFoundException", "Unable to find the Api.", status=404)  # noqa: TRY301
            if (scope["method"], asked[1]) != ("POST", "/event"):
                raise EventsError("UnknownOperationException", "Unknown Operation Request.", status=404)  # noqa: TRY301
            body = await read_body(receive)
            presented = Presented(headers=_headers(scope), path=_raw_path(scope), body=body, source=_source(scope))
            return 200, _CORS, await self._publishing.publish(api, presented, _document(body), BAD_REQUEST)
        except EventsError as error:
            message = error.message and error.message[0].upper() + error.message[1:]
            refusal = EventsError(error.kind, message)
            return error.status, {**_CORS, "x-amzn-errortype": error.kind}, refusal.document()

    async def _connect(self, asked: tuple[str, str], scope: Json, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        offered = [name.strip() for name in _headers(scope).get("sec-websocket-protocol", "").split(",")]
        headers = _from_subprotocol(offered)
        if asked[1] != "/event/realtime" or PROTOCOL not in offered or headers is None:
            await send({"type": "websocket.close"})
            return
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
        session = Session(
            lambda: self._find(asked[0]),
            Connection(api_id=asked[0]),
            path=_raw_path(scope).removesuffix("/realtime"),
            source=_source(scope),
            access=self._access,
            handlers=self._handlers,
            publishing=self._publishing,
            delivery=self._delivery,
        )

        gone = asyncio.Event()

        async def next_text() -> str | None:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                gone.set()
                return None
            return str(message.get("text") or (message.get("bytes") or b"").decode(errors="replace"))

        async def send_message(message: Json) -> None:
            await send({"type": "websocket.send", "text": json.dumps(message, ensure_ascii=False)})

        await session.run(next_text, send_message, headers)
        if not gone.is_set():
            await send({"type": "websocket.close"})


def _asked(scope: Json) -> tuple[str, str] | None:
    """Id of the API that is asked, and the path in it."""
    if (found := _PATH.fullmatch(scope["path"])) is not None:
        return found[1], found[2]
    if (found := _HOST.match(_headers(scope).get("host", ""))) is not None:
        return found[1].lower(), scope["path"]
    return None


def _headers(scope: Json) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]},{text}" if key in headers else text
    return headers


def _raw_path(scope: Json) -> str:
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.decode("latin-1").partition("?")[0]


def _source(scope: Json) -> str:
    return str((scope.get("client") or ("127.0.0.1",))[0])


def _from_subprotocol(offered: list[str]) -> Json | None:
    """The header fields in `header-BASE64URL`; none without it, `None` if nobody can read it."""
    encoded = next((name.removeprefix("header-") for name in offered if name.startswith("header-")), None)
    if encoded is None:
        return {}
    try:
        headers = read_json(rs256.from_base64url(encoded))
    except ValueError:
        return None
    return headers if isinstance(headers, dict) else None


def _document(body: bytes) -> Json:
    try:
        document = read_json(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise EventsError("SerializationException", "Unable to parse request body")
    return document


async def _respond(send: Send, status: int, headers: dict[str, str], document: Json | None) -> None:
    body = b"" if document is None else json.dumps(document).encode()
    kind = {} if document is None else {"content-type": "application/json"}
    await respond(send, status, {**headers, **kind, "x-amzn-requestid": str(uuid.uuid4())}, body)
