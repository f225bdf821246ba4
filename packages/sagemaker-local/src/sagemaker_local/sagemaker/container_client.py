"""Talks HTTP to one model server on this machine: kept connections, no delay, never blocking the event loop.

A connection that the server closed while it lay idle is replaced and the request sent again; a request that the server
began to answer is never repeated.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

import h11

_READ_BYTES = 1 << 18


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the model server said; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class StaleConnectionError(ConnectionError):
    """A kept connection was closed before the server began to answer."""


class ContainerClient:
    """A pool of connections to `127.0.0.1:port`; asyncio sets TCP_NODELAY on each of them."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._host, self._port = host, port
        self._idle: list[_Connection] = []

    async def request(self, method: str, target: str, *, headers: dict[str, str], body: bytes = b"") -> Answer:
        """Send one request and read its whole answer.

        Raises
        ------
        ConnectionError
            When the server cannot be reached, or goes away before the answer is complete.
        """
        while self._idle:
            with contextlib.suppress(StaleConnectionError):
                return await self._exchange(self._idle.pop(), method, target, headers, body)
        reader, writer = await asyncio.open_connection(self._host, self._port, limit=_READ_BYTES)
        return await self._exchange(_Connection(reader, writer), method, target, headers, body)

    async def _exchange(
        self, connection: _Connection, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> Answer:
        try:
            answer = await connection.exchange(method, target, headers, body)
        except BaseException:
            connection.close()
            raise
        if connection.reusable():
            self._idle.append(connection)
        else:
            connection.close()
        return answer

    def close(self) -> None:
        """Close the kept connections."""
        while self._idle:
            self._idle.pop().close()


class _Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._http = h11.Connection(h11.CLIENT)
        self._used = False

    async def exchange(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        kept, self._used = self._used, True
        fields = [("host", "localhost"), ("content-length", str(len(body))), *headers.items()]
        request = h11.Request(method=method, target=target, headers=fields)
        message = b"".join(self._http.send(part) or b"" for part in (request, h11.Data(body), h11.EndOfMessage()))
        try:
            self._writer.write(message)
            first = await self._next_event()
        except (ConnectionError, h11.RemoteProtocolError) as error:
            raise (StaleConnectionError if kept else ConnectionError)(str(error)) from error
        return await self._answer(first)

    async def _answer(self, event: object) -> Answer:
        while not isinstance(event, h11.Response):
            event = await self._next_event()
        head, chunks = event, []
        while not isinstance(event := await self._next_event(), h11.EndOfMessage):
            chunks.append(bytes(event.data) if isinstance(event, h11.Data) else b"")
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
        return Answer(status=head.status_code, headers=headers, body=b"".join(chunks))

    async def _next_event(self) -> object:
        while True:
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError as error:
                raise ConnectionError(str(error)) from error
            if event is h11.NEED_DATA:
                self._http.receive_data(await self._reader.read(_READ_BYTES))
            elif isinstance(event, h11.ConnectionClosed):
                raise ConnectionError("the model server closed the connection")
            else:
                return event

    def reusable(self) -> bool:
        """Make ready for another request, if both sides allow it."""
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE or self._reader.at_eof():
            return False
        self._http.start_next_cycle()
        return True

    def close(self) -> None:
        self._writer.close()
