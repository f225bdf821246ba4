"""Brings events to the subscriptions of all connections."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from sagemaker_local.appsync.channels import Channel
from sagemaker_local.appsync.errors import Json
from sagemaker_local.appsync.events import Event


@dataclass(kw_only=True, eq=False)
class Connection:
    """One WebSocket.

    Parameters
    ----------
    api_id
        The API that it is connected to.
    outbox
        Messages that wait to be sent.
    subscriptions
        Channels by the ids that the client gave them.
    """

    api_id: str
    outbox: asyncio.Queue[Json] = field(default_factory=asyncio.Queue)
    subscriptions: dict[str, Channel] = field(default_factory=dict)


class Delivery:
    """The connections that are open."""

    def __init__(self) -> None:
        self._open: set[Connection] = set()

    def add(self, connection: Connection) -> None:
        """A connection that was opened."""
        self._open.add(connection)

    def remove(self, connection: Connection) -> None:
        """A connection that was closed."""
        self._open.discard(connection)

    def deliver(self, api_id: str, channel: Channel, events: Iterable[Event]) -> None:
        """Give the events to every subscription that receives the channel, one message each."""
        matching = [
            (connection, identifier)
            for connection in self._open
            if connection.api_id == api_id
            for identifier, subscribed in connection.subscriptions.items()
            if subscribed.receives(channel)
        ]
        for event in events:
            for connection, identifier in matching:
                connection.outbox.put_nowait({"type": "data", "id": identifier, "event": event.text})
