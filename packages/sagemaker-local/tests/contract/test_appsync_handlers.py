"""Handlers of channels in a started emulator: what they allow and change, and which definitions are refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sagemaker_local import settings
from support.emulators import Emulator, allow
from support.event_apis import RealTime
from support.guarded_events import IAM, KEY, USERS, Events, make_events, open_with, principal, sub_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def events(emulator: Emulator) -> Events:
    return make_events(emulator)


@pytest.fixture(scope="module")
def user(events: Events) -> dict[str, str]:
    return events.pool.sign_in()


def test_the_handler_lets_a_user_see_only_channels_of_its_own(events: Events, user: dict[str, str]) -> None:
    token, own = user["AccessToken"], sub_of(user["AccessToken"])
    with open_with(events.address, token) as connection:
        headers = {"Authorization": token}
        refused = connection.ask(type="subscribe", id="x", channel="/guarded/somebody/1", authorization=headers)
        assert (refused["type"], refused["id"]) == ("subscribe_error", "x")
        assert refused["errors"][0]["errorType"] == "Unauthorized"
        everything = connection.ask(type="subscribe", id="y", channel="/guarded/*", authorization=headers)
        assert everything["type"] == "subscribe_error"
        asked = connection.ask(type="subscribe", id="z", channel=f"/guarded/{own}/1", authorization=headers)
        assert asked == {"type": "subscribe_success", "id": "z"}
        status, answer = events.address.publish(f"/guarded/{own}/1", [{"n": 1}, {"hidden": True}, {"bad": 1}, {"n": 2}])
        assert status == 200
        assert [event["index"] for event in answer["successful"]] == [0, 1, 3]
        assert [(event["index"], event["message"]) for event in answer["failed"]] == [(2, "bad event")]
        told = {"path": f"/guarded/{own}/1", "by": settings.ACCOUNT}
        assert [json.loads(connection.receive()["event"]) for _ in range(2)] == [{"n": 1, **told}, {"n": 2, **told}]


def test_the_handler_knows_principals_by_their_unique_id(events: Events) -> None:
    rights = [allow("appsync:EventConnect", events.arn), allow("appsync:EventSubscribe", f"{events.arn}/*")]
    credentials, unique_id = principal(events, "service", *rights)
    with RealTime(events.address, events.address.sign("{}", credentials)) as connection:
        connection.ask(type="connection_init")
        for owner, expected in ((unique_id, "subscribe_success"), ("somebody", "subscribe_error")):
            channel = f"/guarded/{owner}/1"
            headers = events.address.sign(json.dumps({"channel": channel}, separators=(",", ":")), credentials)
            asked: dict[str, Any] = {"type": "subscribe", "id": owner, "channel": channel, "authorization": headers}
            assert connection.ask(**asked)["type"] == expected


def test_the_handler_may_refuse_a_publish(events: Events) -> None:
    status, answer = events.address.publish("/guarded/nobody", [{"n": 1}])
    assert (status, answer["errors"]) == (400, [{"errorType": "NobodyError", "message": "Nobody is there"}])


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("export function onSubscribe(ctx { return null }", "The code contains one or more errors: "),
        ("export function onSubscribe(ctx) { throw 'no' }", "APPSYNC_JS has no throw"),
        ("export const onSubscribe = async (ctx) => null", "APPSYNC_JS has no async"),
    ],
)
def test_code_that_appsync_would_not_take_is_refused(events: Events, code: str, text: str) -> None:
    appsync = events.emulator.client("appsync")
    with pytest.raises(ClientError, match="BadRequestException") as refused:
        appsync.create_channel_namespace(apiId=events.api_id, name="wrong", codeHandlers=code)
    assert text in refused.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda config: config.update(connectionAuthModes=[KEY]), "API_KEY is not among the authProviders"),
        (lambda config: config.update(authProviders=[USERS]), "needs a cognitoConfig"),
        (lambda config: config["authProviders"].append({"authType": "AWS_LAMBDA"}), "no authorization by AWS_LAMBDA"),
    ],
)
def test_definitions_that_make_no_sense_are_refused(
    events: Events, change: Callable[[dict[str, Any]], None], text: str
) -> None:
    config = {
        name: [IAM]
        for name in ("authProviders", "connectionAuthModes", "defaultPublishAuthModes", "defaultSubscribeAuthModes")
    }
    change(config)
    with pytest.raises(ClientError, match="BadRequestException") as refused:
        events.emulator.client("appsync").create_api(name="wrong", eventConfig=config)
    assert text in refused.value.response["Error"]["Message"]
