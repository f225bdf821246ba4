"""Listen to a channel of AppSync Events, as a service that signs or as a person with a token.

https://docs.aws.amazon.com/appsync/latest/eventapi/event-api-websocket-protocol.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Literal
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import NoCredentialsError
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tools.accept.stage import Stage

Json = dict[str, Any]
SECONDS = 90.0
SIGNED_FIELDS = {
    "accept": "application/json, text/javascript",
    "content-encoding": "amz-1.0",
    "content-type": "application/json; charset=UTF-8",
}
"""What AWS's page has signed beside the host, letter by letter."""


def _addresses(stage: Stage) -> tuple[str, str]:
    """The address that is signed, and that of the WebSocket. The emulator serves every API under one path."""
    outputs = stage.outputs("upload")
    if not stage.deployment.is_emulated:
        return f"https://{outputs['EventsHttpHost']}/event", f"wss://{outputs['EventsRealtimeHost']}/event/realtime"
    host = urlsplit(stage.deployment.variables["AWS_ENDPOINT_URL"]).netloc
    path = f"{host}/_aws/appsync-events/{outputs['EventsApiId']}/event"
    return f"https://{path}", f"ws://{path}/realtime"


def signed(stage: Stage, body: str) -> dict[str, str]:
    """Header fields with which IAM lets the caller in; `body` is `{}` to connect, the channel to subscribe."""
    url, _ = _addresses(stage)
    headers = {**SIGNED_FIELDS, "host": urlsplit(url).netloc}
    request = AWSRequest("POST", url, headers, body)
    credentials = stage.deployment.session().get_credentials()
    if credentials is None:
        raise NoCredentialsError
    SigV4Auth(credentials, "appsync", stage.settings.region).add_auth(request)
    return {name.lower(): value for name, value in request.headers.items()}


def with_token(stage: Stage, token: str) -> dict[str, str]:
    """Header fields with which the user pool lets a person in."""
    url, _ = _addresses(stage)
    return {"Authorization": token, "host": urlsplit(url).netloc}


class Listener:
    """A connection that is open, as whoever the header fields are of.

    Parameters
    ----------
    stage
        Where it is.
    headers
        Those of `signed(stage, "{}")` or `with_token`.
    """

    def __init__(self, stage: Stage, headers: Mapping[str, str]) -> None:
        encoded = base64.urlsafe_b64encode(json.dumps(dict(headers)).encode()).decode().rstrip("=")
        offered = [Subprotocol("aws-appsync-event-ws"), Subprotocol(f"header-{encoded}")]
        _, url = _addresses(stage)
        # A proxy of the surroundings leads nowhere when the other side is on this machine.
        proxy: Literal[True] | None = None if stage.deployment.is_emulated else True
        self._socket = connect(url, subprotocols=offered, proxy=proxy, legacy=True)
        self._socket.send(json.dumps({"type": "connection_init"}))
        self.greeting = self._receive()["type"]
        """`connection_ack` when it is let in."""

    def __enter__(self) -> Listener:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def subscribe(self, channel: str, authorization: Mapping[str, str]) -> str:
        """Ask to hear a channel; returns `subscribe_success` or `subscribe_error`."""
        message = {"type": "subscribe", "id": channel, "channel": channel, "authorization": dict(authorization)}
        self._socket.send(json.dumps(message))
        while (answer := self._receive())["type"] == "ka":
            pass
        return str(answer["type"])

    def next_event(self) -> Json:
        """The next event that is pushed; waits for it."""
        while (message := self._receive())["type"] != "data":
            pass
        event: Json = json.loads(message["event"])
        return event

    def _receive(self) -> Json:
        message: Json = json.loads(self._socket.recv(timeout=SECONDS))
        return message


def channel_body(channel: str) -> str:
    """What is signed to subscribe to a channel, as `JSON.stringify` writes it."""
    return json.dumps({"channel": channel}, separators=(",", ":"))
