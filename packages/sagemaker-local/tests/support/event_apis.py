"""Clients of Event APIs for tests: signatures, publishing over HTTP, and the WebSocket protocol on a plain socket."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import socket
import struct
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sagemaker_local import settings

Json = dict[str, Any]
PROTOCOL = "aws-appsync-event-ws"
ROOT = Credentials(settings.ROOT_ACCESS_KEY, settings.ROOT_SECRET_KEY)


@dataclass(frozen=True, kw_only=True)
class Address:
    """How an Event API is reached: by path, as a page does, or by its host name.

    Parameters
    ----------
    port
        Port of the emulator.
    host
        What is said in `Host` and is signed.
    path
        Path of `/event`.
    """

    port: int
    host: str
    path: str = "/event"

    @classmethod
    def by_path(cls, port: int, api_id: str) -> Address:
        """The address that a browser uses."""
        return cls(port=port, host=f"localhost:{port}", path=f"/_aws/appsync-events/{api_id}/event")

    def sign(self, body: str, credentials: Credentials = ROOT) -> dict[str, str]:
        """Header fields of a request that IAM lets in; what is signed for a message is a request too."""
        request = AWSRequest(
            "POST", f"https://{self.host}{self.path}", {"host": self.host, "content-type": "application/json"}, body
        )
        SigV4Auth(credentials, "appsync", settings.REGION).add_auth(request)
        return {name.lower(): value for name, value in request.headers.items()}

    def publish(self, channel: str, events: list[Any], headers: dict[str, str] | None = None) -> tuple[int, Json]:
        """Publish events, signed by the root user or with other header fields; returns status and answer."""
        body = json.dumps({"channel": channel, "events": [json.dumps(event) for event in events]})
        return self.post(body, self.sign(body) if headers is None else headers)

    def post(self, body: str, headers: dict[str, str]) -> tuple[int, Json]:
        """Send a body as it is."""
        fields = {"content-type": "application/json", **headers, "host": self.host}
        with contextlib.closing(http.client.HTTPConnection(settings.HOST, self.port)) as connection:
            connection.request("POST", self.path, body.encode(), fields)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())


class RealTime:
    """A WebSocket of an Event API; sends JSON and receives JSON.

    Parameters
    ----------
    address
        Where.
    headers
        Header fields for the subprotocol `header-...`; `None` leaves it out.
    """

    def __init__(self, address: Address, headers: dict[str, str] | None, **further: str) -> None:
        self._socket = socket.create_connection((settings.HOST, address.port))
        offered = [PROTOCOL]
        if headers is not None:
            offered.append(f"header-{base64.urlsafe_b64encode(json.dumps(headers).encode()).decode().rstrip('=')}")
        fields = {
            "Host": address.host,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            "Sec-WebSocket-Protocol": ", ".join(offered),
            **further,
        }
        lines = [f"GET {address.path}/realtime HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self._received = b""
        while b"\r\n\r\n" not in self._received:
            self._received += self._more()
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        self.status = int(head.split()[1])
        self.head = head.decode("latin-1").lower()

    def __enter__(self) -> RealTime:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def ask(self, **message: Any) -> Json:
        """Send a message and return the next that comes."""
        self.send(**message)
        return self.receive()

    def send(self, **message: Any) -> None:
        """Send a message in a masked frame."""
        self.send_text(json.dumps(message))

    def send_text(self, text: str) -> None:
        """Send a text as it is."""
        data, mask = text.encode(), os.urandom(4)
        size = len(data)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack("!H", size)
        if size > 0xFFFF:
            length = b"\xff" + struct.pack("!Q", size)
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(data))
        self._socket.sendall(b"\x81" + length + mask + masked)

    def receive(self) -> Json:
        """The next message."""
        kind, data = self._frame()
        assert kind == 1, f"the connection was closed: {data!r}"
        message: Json = json.loads(data)
        return message

    def is_closed(self) -> bool:
        """Whether the next that comes is the end."""
        try:
            return self._frame()[0] == 8
        except ConnectionError:
            return True

    def _frame(self) -> tuple[int, bytes]:
        first, second = self._take(2)
        size = second & 0x7F
        if size == 126:
            size = struct.unpack("!H", self._take(2))[0]
        elif size == 127:
            size = struct.unpack("!Q", self._take(8))[0]
        return first & 0x0F, self._take(size)

    def _take(self, count: int) -> bytes:
        while len(self._received) < count:
            self._received += self._more()
        taken, self._received = self._received[:count], self._received[count:]
        return taken

    def _more(self) -> bytes:
        data = self._socket.recv(65_536)
        if not data:
            msg = "the connection was closed"
            raise ConnectionError(msg)
        return data
