"""The WebSocket protocol `aws-appsync-event-ws`: connect, subscribe, publish, unsubscribe, keep-alive.

https://docs.aws.amazon.com/appsync/latest/eventapi/event-api-websocket-protocol.html
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable

from sagemaker_local.appsync.access import Access, Presented
from sagemaker_local.appsync.channels import Channel
from sagemaker_local.appsync.delivery import Connection, Delivery
from sagemaker_local.appsync.errors import INVALID_INPUT, EventsError, Json, unauthorized
from sagemaker_local.appsync.handlers import Handlers, Occasion
from sagemaker_local.appsync.publishing import Publishing
from sagemaker_local.appsync.records import EventApi
from sagemaker_local.json_text import read_json

PROTOCOL = "aws-appsync-event-ws"
TIMEOUT_MILLISECONDS = 300_000
KEEP_ALIVE_SECONDS = 60.0
SUBSCRIPTIONS_MAX = 100
_CLOSE_SECONDS = 0.3
Find = Callable[[], EventApi | None]
Send = Callable[[Json], Awaitable[None]]
Receive = Callable[[], Awaitable[str | None]]


class Session:
    """One client on one connection.

    Parameters
    ----------
    find
        Gives the API as it is now; it may change, or go, while the client is connected.
    connection
        Its subscriptions and outbox.
    path, source
        Path that its signatures are for, and its address.
    access, handlers, publishing, delivery
        What does the work.
    keep_alive_seconds
        Time between two messages that say nothing else.
    """

    def __init__(
        self,
        find: Find,
        connection: Connection,
        *,
        path: str,
        source: str,
        access: Access,
        handlers: Handlers,
        publishing: Publishing,
        delivery: Delivery,
        keep_alive_seconds: float = KEEP_ALIVE_SECONDS,
    ) -> None:
        self._find, self._connection = find, connection
        self._path, self._source = path, source
        self._access, self._handlers, self._publishing, self._delivery = access, handlers, publishing, delivery
        self._keep_alive_seconds = keep_alive_seconds

    async def run(self, receive: Receive, send: Send, headers: Json) -> None:
        """Talk with the client until it goes.

        Parameters
        ----------
        receive, send
            Next text of the client, `None` when it went; and to it.
        headers
            What it brought in the subprotocol `header-...`.
        """
        try:
            self._access.connect(self._api(), self._presented(headers, "{}"))
        except EventsError as error:
            await receive()  # its connection_init: a client looks for answers from then on
            await send({"type": "connection_error", **error.document()})
            with contextlib.suppress(TimeoutError):  # Amplify hangs up itself; over TLS only one side should
                async with asyncio.timeout(_CLOSE_SECONDS):
                    while await receive() is not None:
                        pass
            return
        self._delivery.add(self._connection)
        sending = asyncio.create_task(self._send_all(send))
        try:
            while (text := await receive()) is not None:
                await self._take(text)
        finally:
            self._delivery.remove(self._connection)
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sending

    async def _send_all(self, send: Send) -> None:
        """Send what waits, and every minute that the connection is alive."""
        outbox, loop = self._connection.outbox, asyncio.get_running_loop()
        due = loop.time() + self._keep_alive_seconds
        while True:
            try:
                message = await asyncio.wait_for(outbox.get(), timeout=max(0.0, due - loop.time()))
            except TimeoutError:
                message, due = {"type": "ka"}, loop.time() + self._keep_alive_seconds
            await send(message)

    async def _take(self, text: str) -> None:
        try:
            message = read_json(text)
        except ValueError:
            message = None
        if not isinstance(message, dict):
            self._answer("error", None, EventsError(INVALID_INPUT, "a message must be a JSON object").document())
            return
        kind, identifier = message.get("type"), message.get("id")
        if kind == "connection_init":
            self._answer("connection_ack", None, {"connectionTimeoutMs": TIMEOUT_MILLISECONDS})
        elif kind in ("subscribe", "unsubscribe", "publish"):
            try:
                self._answer(f"{kind}_success", identifier, await self._do(kind, message))
            except EventsError as error:
                self._answer(f"{kind}_error", identifier, error.document())
        elif kind != "ka":
            self._answer("error", identifier, EventsError("UnsupportedOperation", f"unknown type {kind!r}").document())

    async def _do(self, kind: str, message: Json) -> Json:
        if not isinstance(message.get("id"), str) or not message["id"]:
            raise EventsError(INVALID_INPUT, "a message needs an id")
        if kind == "unsubscribe":
            return self._unsubscribe(message["id"])
        authorization = message.get("authorization")
        headers = authorization if isinstance(authorization, dict) else {}
        if kind == "subscribe":
            return await self._subscribe(message["id"], message.get("channel"), headers)
        signed = {"channel": message.get("channel"), "events": message.get("events")}
        return await self._publishing.publish(
            self._api(), self._presented(headers, _compact(signed)), message, INVALID_INPUT
        )

    async def _subscribe(self, identifier: str, text: object, headers: Json) -> Json:
        subscriptions = self._connection.subscriptions
        if identifier in subscriptions:
            raise EventsError(INVALID_INPUT, f"the subscription {identifier} exists already on this connection")
        if len(subscriptions) >= SUBSCRIPTIONS_MAX:
            raise EventsError("MaxSubscriptionsReachedError", f"a connection has at most {SUBSCRIPTIONS_MAX}")
        try:
            channel = Channel.parse(text, wildcard=True)
        except ValueError as error:
            raise EventsError(INVALID_INPUT, str(error)) from error
        api, presented = self._api(), self._presented(headers, _compact({"channel": text}))
        if channel.namespace not in api.namespaces:
            raise unauthorized(None)
        occasion = Occasion(
            channel=channel,
            identity=self._access.subscribe(api, channel.namespace, presented),
            headers=presented.headers,
            domain=presented.headers.get("host", ""),
        )
        await asyncio.to_thread(self._handlers.subscribe, api.code(channel.namespace), occasion)
        subscriptions[identifier] = channel
        return {}

    def _unsubscribe(self, identifier: str) -> Json:
        if self._connection.subscriptions.pop(identifier, None) is None:
            raise EventsError("UnknownOperationError", f"Unknown operation id {identifier}")
        return {}

    def _answer(self, kind: str, identifier: object, rest: Json) -> None:
        reference = {} if identifier is None else {"id": identifier}
        self._connection.outbox.put_nowait({"type": kind, **reference, **rest})

    def _api(self) -> EventApi:
        found = self._find()
        if found is None:
            raise unauthorized()
        return found

    def _presented(self, headers: Json, signed: str) -> Presented:
        fields = {str(name).lower(): str(value) for name, value in headers.items()}
        return Presented(headers=fields, path=self._path, body=signed.encode(), source=self._source)


def _compact(document: Json) -> str:
    """As `JSON.stringify` writes it, which is what clients sign."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
