"""Clients of Event APIs for tests: signed requests, publishing over HTTP, and the WebSocket protocol of AppSync."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.support.emulator import HOST, KEY, REGION, SECRET

Json = dict[str, Any]
ROOT = Credentials(KEY, SECRET)


@dataclass(frozen=True, kw_only=True)
class Address:
    """How an Event API is reached: the emulator's port, the `Host` that is signed, and the path of `/event`."""

    port: int
    host: str
    path: str = "/event"

    @classmethod
    def by_path(cls, port: int, api_id: str) -> Address:
        """The address that a browser uses."""
        return cls(port=port, host=f"localhost:{port}", path=f"/_aws/appsync-events/{api_id}/event")

    def sign(self, body: str, credentials: Credentials = ROOT) -> dict[str, str]:
        """Header fields of a request that IAM lets in; what is signed for a message is a request too."""
        headers = {"host": self.host, "content-type": "application/json"}
        request = AWSRequest("POST", f"https://{self.host}{self.path}", headers, body)
        SigV4Auth(credentials, "appsync", REGION).add_auth(request)
        return {name.lower(): value for name, value in request.headers.items()}

    def publish(
        self,
        channel: str,
        events: list[Any],
        headers: dict[str, str] | None = None,
        *,
        credentials: Credentials = ROOT,
    ) -> tuple[int, Json]:
        """Publish events, signed with credentials or with other header fields; returns status and answer."""
        body = json.dumps({"channel": channel, "events": [json.dumps(event) for event in events]})
        fields = self.sign(body, credentials) if headers is None else headers
        with contextlib.closing(http.client.HTTPConnection(HOST, self.port)) as connection:
            told = {"content-type": "application/json", **fields, "host": self.host}
            connection.request("POST", self.path, body.encode(), told)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())


class RealTime:
    """A WebSocket of an Event API that is opened with those header fields; sends JSON and receives JSON."""

    def __init__(self, address: Address, headers: dict[str, str]) -> None:
        encoded = base64.urlsafe_b64encode(json.dumps(headers).encode()).decode().rstrip("=")
        offered = [Subprotocol("aws-appsync-event-ws"), Subprotocol(f"header-{encoded}")]
        url = f"ws://{address.host}{address.path}/realtime"
        self._socket = connect(url, subprotocols=offered, proxy=None, legacy=True)

    def __enter__(self) -> RealTime:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def ask(self, **message: Any) -> Json:
        """Send a message and return the next that comes."""
        self._socket.send(json.dumps(message))
        return self.receive()

    def receive(self, seconds: float = 200.0) -> Json:
        """The next message."""
        message: Json = json.loads(self._socket.recv(timeout=seconds))
        return message
