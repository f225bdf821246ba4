"""A publish, over HTTP or in a message: checked, authorised, handled, delivered.

Faults of publishing over HTTP are put before this, in `sagemaker_local.faults`.
"""

from __future__ import annotations

import asyncio

from sagemaker_local.appsync import events as one_event
from sagemaker_local.appsync.access import Access, Presented
from sagemaker_local.appsync.channels import Channel
from sagemaker_local.appsync.delivery import Delivery
from sagemaker_local.appsync.errors import EventsError, Json, unauthorized
from sagemaker_local.appsync.events import Event
from sagemaker_local.appsync.handlers import Handlers, Occasion
from sagemaker_local.appsync.records import EventApi

_FILTERED_CODE = 400


class Publishing:
    """Takes publish requests.

    Parameters
    ----------
    access, handlers, delivery
        Who may, what the namespace makes of it, and where it goes.
    """

    def __init__(self, access: Access, handlers: Handlers, delivery: Delivery) -> None:
        self._access, self._handlers, self._delivery = access, handlers, delivery

    async def publish(self, api: EventApi, presented: Presented, document: Json, wrong: str) -> Json:
        """Publish `channel` and `events` of a document; returns what became of each event.

        Parameters
        ----------
        wrong
            `errorType` of a request that is not in order.

        Raises
        ------
        EventsError
            When the request is refused.
        """
        channel, events = _read(document, wrong)
        if channel.namespace not in api.namespaces:
            raise unauthorized(None)
        identity = self._access.publish(api, channel.namespace, presented)
        occasion = Occasion(
            channel=channel, identity=identity, headers=presented.headers, domain=presented.headers.get("host", "")
        )
        code = api.code(channel.namespace)
        outcome = await asyncio.to_thread(self._handlers.publish, code, occasion, events)
        self._delivery.deliver(api.api_id, channel, outcome.delivered)
        refused = outcome.refused
        return {
            "successful": [event.success() for event in events if event.identifier not in refused],
            "failed": [
                event.failure(_FILTERED_CODE, refused[event.identifier])
                for event in events
                if event.identifier in refused
            ],
        }


def _read(document: Json, wrong: str) -> tuple[Channel, list[Event]]:
    try:
        return Channel.parse(document.get("channel")), one_event.parse(document.get("events"))
    except ValueError as error:
        raise EventsError(wrong, str(error)) from error
