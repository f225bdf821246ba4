"""A WebSocket session of an Event API with everything around it made up: access, handlers, keep-alive."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from typing import Any

import pytest

from sagemaker_local.appsync.access import Access, Presented
from sagemaker_local.appsync.channels import Channel
from sagemaker_local.appsync.delivery import Connection, Delivery
from sagemaker_local.appsync.errors import EventsError, Json
from sagemaker_local.appsync.events import Event
from sagemaker_local.appsync.events import parse as parse_events
from sagemaker_local.appsync.handlers import Handlers, Occasion
from sagemaker_local.appsync.identity import Caller
from sagemaker_local.appsync.publishing import Publishing
from sagemaker_local.appsync.realtime import SUBSCRIPTIONS_MAX, Session
from sagemaker_local.appsync.records import EventApi

IAM = [{"authType": "AWS_IAM"}]
API = EventApi(
    api_id="api",
    account="1",
    region="r",
    record={
        "apiArn": "arn:api",
        "eventConfig": {
            "authProviders": IAM,
            "connectionAuthModes": IAM,
            "defaultPublishAuthModes": IAM,
            "defaultSubscribeAuthModes": IAM,
        },
    },
    namespaces={"n": {}},
)
SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=a/b"}


class Everybody:
    """Lets everybody in, and remembers what was asked."""

    enforced = True

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, bytes]] = []

    def keys(self, pool_id: str) -> Iterable[dict[str, str]]:
        raise AssertionError(pool_id)

    def principal(self, presented: Presented, _api: EventApi, action: str, resource: str) -> Caller:
        self.asked.append((action, resource, presented.body))
        return Caller(account="1", arn="arn:user", unique_id="AIDA")


def _not_run(code: str, name: str, context: Json) -> Any:
    raise AssertionError((code, name, context))


async def _talk(
    messages: list[Json], everybody: Everybody, *, stays_for: int = 0, keep_alive_seconds: float = 60.0
) -> list[Json]:
    """What a client gets that sends these messages, and goes once it has got so many."""
    access, handlers, delivery = Access(everybody), Handlers(_not_run), Delivery()
    session = Session(
        lambda: API,
        Connection(api_id="api"),
        path="/event",
        source="127.0.0.1",
        access=access,
        handlers=handlers,
        publishing=Publishing(access, handlers, delivery),
        delivery=delivery,
        keep_alive_seconds=keep_alive_seconds,
    )
    said, got = iter(messages), list[Json]()

    async def receive() -> str | None:
        message = next(said, None)
        await asyncio.sleep(0.02)
        while message is None and len(got) < stays_for:
            await asyncio.sleep(0.02)
        return None if message is None else json.dumps(message)

    async def send(message: Json) -> None:
        got.append(message)

    await session.run(receive, send, SIGNED)
    return got


def test_what_is_asked_of_iam_and_what_was_signed() -> None:
    everybody = Everybody()
    messages = [
        {"type": "subscribe", "id": "1", "channel": "/n/a", "authorization": SIGNED},
        {"type": "publish", "id": "2", "channel": "/n/a", "events": ["{}"], "authorization": SIGNED},
    ]
    got = asyncio.run(_talk(messages, everybody))
    assert everybody.asked == [
        ("appsync:EventConnect", "arn:api", b"{}"),
        ("appsync:EventSubscribe", "arn:api/channelNamespace/n", b'{"channel":"/n/a"}'),
        ("appsync:EventPublish", "arn:api/channelNamespace/n", b'{"channel":"/n/a","events":["{}"]}'),
    ]
    assert [message["type"] for message in got] == ["subscribe_success", "data", "publish_success"]


def test_a_quiet_connection_is_kept_alive() -> None:
    got = asyncio.run(_talk([], Everybody(), stays_for=2, keep_alive_seconds=0.1))
    assert got[:2] == [{"type": "ka"}, {"type": "ka"}]


def test_a_connection_has_a_hundred_subscriptions() -> None:
    messages = [
        {"type": "subscribe", "id": str(number), "channel": "/n/a", "authorization": SIGNED}
        for number in range(SUBSCRIPTIONS_MAX + 1)
    ]
    got = asyncio.run(_talk(messages, Everybody()))
    assert [message["type"] for message in got] == ["subscribe_success"] * 100 + ["subscribe_error"]
    assert got[-1]["errors"][0]["errorType"] == "MaxSubscriptionsReachedError"


def _occasion() -> Occasion:
    headers = {"a": "b", "authorization": "x"}
    return Occasion(channel=Channel.parse("/n/a"), identity={"sub": "s"}, headers=headers, domain="h")


def _published(answer: Any) -> tuple[list[Event], list[Event], dict[str, str], Json]:
    """The events, what a handler with that answer lets through and refuses, and the context that it got."""
    seen: list[Json] = []

    def evaluate(code: str, name: str, context: Json) -> Any:
        assert name in code
        seen.append(context)
        return answer(context["events"]) if callable(answer) else answer

    events = parse_events(['{"n": 1}', '{"n": 2}'])
    outcome = Handlers(evaluate).publish("export function onPublish(ctx) {}", _occasion(), events)
    return events, outcome.delivered, outcome.refused, seen[0]


def test_the_context_of_a_handler_hides_credentials() -> None:
    events, delivered, refused, context = _published(lambda given: given)
    assert [event.text for event in delivered] == ['{"n":1}', '{"n":2}']
    assert refused == {}
    assert context["identity"] == {"sub": "s"}
    assert context["request"] == {"headers": {"a": "b"}, "domainName": "h"}
    assert context["info"] == {
        "channel": {"path": "/n/a", "segments": ["n", "a"]},
        "channelNamespace": {"name": "n"},
        "operation": "PUBLISH",
    }
    assert [event["id"] for event in context["events"]] == [event.identifier for event in events]
    assert [event["payload"] for event in context["events"]] == [{"n": 1}, {"n": 2}]


def test_a_handler_drops_refuses_and_changes_events() -> None:
    made = _published(lambda given: [{**given[1], "payload": "ä"}, {**given[0], "error": "no"}])
    events, delivered, refused, _ = made
    assert [(event.index, event.text) for event in delivered] == [(1, '"ä"')]
    assert refused == {events[0].identifier: "no"}
    assert _published(None)[1] == _published([])[1] == []


@pytest.mark.parametrize("answer", ["text", [{"id": "unknown"}], [7], {"payload": 1}])
def test_a_handler_that_returns_something_else_fails(answer: Any) -> None:
    with pytest.raises(EventsError, match="onPublish must return a list of events"):
        _published(answer)
