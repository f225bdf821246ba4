"""Event APIs of a started emulator: both ways in, every way of authorization, handlers, and what is refused."""

from __future__ import annotations

import contextlib
import http.client
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from sagemaker_local import settings
from support.emulators import Emulator, allow, trust
from support.event_apis import Address, Json, RealTime
from support.tokens import claims, forged
from support.user_pools import Pool, make_pool

pytestmark = pytest.mark.slow

IAM, USERS, KEY = ({"authType": kind} for kind in ("AWS_IAM", "AMAZON_COGNITO_USER_POOLS", "API_KEY"))
CODE = """
import { util } from '@aws-appsync/utils';

export function onSubscribe(ctx) {
  const owner = ctx.identity.sub ? ctx.identity.sub : ctx.identity.username.split(':')[0];
  if (ctx.info.channel.segments[1] !== owner) {
    util.unauthorized();
  }
}

export function onPublish(ctx) {
  if (ctx.info.channel.segments[1] === 'nobody') {
    util.error('nobody is there', 'NobodyError');
  }
  return ctx.events
    .filter((event) => event.payload.hidden !== true)
    .map((event) => event.payload.bad ? { ...event, error: 'bad event' } : {
      ...event,
      payload: { ...event.payload, path: ctx.info.channel.path, by: ctx.identity.accountId },
    });
}
"""


@dataclass(frozen=True, kw_only=True)
class Events:
    """An Event API with the namespaces `plain`, `guarded` (handlers) and `keyed` (API key only)."""

    emulator: Emulator
    api_id: str
    arn: str
    key: str
    pool: Pool

    @property
    def address(self) -> Address:
        return Address.by_path(self.emulator.port, self.api_id)

    @property
    def by_host(self) -> Address:
        return Address(port=self.emulator.port, host=f"{self.api_id}.appsync-api.{settings.REGION}.amazonaws.com")


@pytest.fixture(scope="module")
def events(emulator: Emulator) -> Events:
    pool, appsync = make_pool(emulator, "watchers"), emulator.client("appsync")
    users = {**USERS, "cognitoConfig": {"userPoolId": pool.pool_id, "awsRegion": settings.REGION}}
    config = {
        "authProviders": [IAM, users, KEY],
        "connectionAuthModes": [IAM, USERS],
        "defaultPublishAuthModes": [IAM],
        "defaultSubscribeAuthModes": [IAM, USERS],
    }
    api = appsync.create_api(name="events", eventConfig=config)["api"]
    appsync.create_channel_namespace(apiId=api["apiId"], name="plain")
    appsync.create_channel_namespace(apiId=api["apiId"], name="guarded", codeHandlers=CODE)
    appsync.create_channel_namespace(apiId=api["apiId"], name="keyed", publishAuthModes=[KEY], subscribeAuthModes=[KEY])
    key = appsync.create_api_key(apiId=api["apiId"], expires=int(time.time()) + 3600)["apiKey"]["id"]
    return Events(emulator=emulator, api_id=api["apiId"], arn=api["apiArn"], key=key, pool=pool)


def _sub(token: str) -> str:
    return str(claims(token)["sub"])


@pytest.fixture(scope="module")
def user(events: Events) -> dict[str, str]:
    return events.pool.sign_in()


def _open(address: Address, token: str) -> RealTime:
    connection = RealTime(address, {"host": address.host, "Authorization": token})
    assert connection.ask(type="connection_init") == {"type": "connection_ack", "connectionTimeoutMs": 300_000}
    return connection


def _principal(events: Events, name: str, *policies: str) -> tuple[Credentials, str]:
    """A user of IAM with those policies; its keys and its unique id."""
    iam = events.emulator.client("iam")
    made = iam.create_user(UserName=name)["User"]
    for number, policy in enumerate(policies):
        iam.put_user_policy(UserName=name, PolicyName=f"p{number}", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"]), made["UserId"]


def test_an_api_has_the_ids_and_host_names_of_aws(events: Events) -> None:
    api = events.emulator.client("appsync").get_api(apiId=events.api_id)["api"]
    assert len(events.api_id) == 26
    assert events.api_id.isalnum()
    assert events.api_id == events.api_id.lower()
    assert api["dns"] == {
        "HTTP": f"{events.api_id}.appsync-api.us-east-1.amazonaws.com",
        "REALTIME": f"{events.api_id}.appsync-realtime-api.us-east-1.amazonaws.com",
    }


def test_a_user_receives_what_is_published_with_a_signature(events: Events, user: dict[str, str]) -> None:
    token = user["AccessToken"]
    with _open(events.address, token) as connection:
        assert "sec-websocket-protocol: aws-appsync-event-ws" in connection.head
        headers = {"host": events.address.host, "Authorization": token}
        subscribed = connection.ask(type="subscribe", id="one", channel="/plain/a/b", authorization=headers)
        assert subscribed == {"type": "subscribe_success", "id": "one"}
        status, answer = events.address.publish("/plain/a/b", [{"score": 7}, [1]])
        assert (status, answer["failed"]) == (200, [])
        assert [event["index"] for event in answer["successful"]] == [0, 1]
        assert connection.receive() == {"type": "data", "id": "one", "event": '{"score": 7}'}
        assert connection.receive() == {"type": "data", "id": "one", "event": "[1]"}
        assert connection.ask(type="unsubscribe", id="one") == {"type": "unsubscribe_success", "id": "one"}
        assert events.by_host.publish("plain/a/b", [1])[0] == 200
        assert connection.ask(type="unsubscribe", id="one")["errors"] == [
            {"errorType": "UnknownOperationError", "message": "Unknown operation id one"}
        ]


def test_a_wildcard_receives_all_channels_below(events: Events, user: dict[str, str]) -> None:
    headers = {"Authorization": user["IdToken"]}
    with _open(events.address, user["IdToken"]) as connection:
        assert connection.ask(type="subscribe", id="all", channel="plain/w/*", authorization=headers)["id"] == "all"
        for channel in ("/plain/w", "/plain/other/x", "/plain/w/x", "/plain/w/x/y"):
            assert events.address.publish(channel, [channel])[0] == 200
        assert [json.loads(connection.receive()["event"]) for _ in range(2)] == ["/plain/w/x", "/plain/w/x/y"]


def test_a_signature_opens_connections_by_path_and_by_host(events: Events) -> None:
    realtime = Address(
        port=events.emulator.port, host=events.by_host.host.replace("appsync-api", "appsync-realtime-api")
    )
    for signed_for, opened in ((events.address, events.address), (events.by_host, realtime)):
        with RealTime(opened, signed_for.sign("{}")) as connection:
            assert connection.ask(type="connection_init")["type"] == "connection_ack"
            headers = signed_for.sign('{"channel":"/plain/signed"}')
            asked = {"type": "subscribe", "id": "s", "channel": "/plain/signed"}
            assert connection.ask(**asked, authorization=headers)["type"] == "subscribe_success"


def test_events_are_published_on_a_connection_too(events: Events) -> None:
    with RealTime(events.address, events.address.sign("{}")) as connection:
        connection.ask(type="connection_init")
        message = {"channel": "/plain/socket", "events": ["1"]}
        headers = events.address.sign(json.dumps(message, separators=(",", ":")))
        answer = connection.ask(type="publish", id="p", **message, authorization=headers)
        assert (answer["type"], answer["id"], answer["failed"]) == ("publish_success", "p", [])
        many = {"channel": "/plain/socket", "events": ["1"] * 6}
        refused = connection.ask(type="publish", id="q", **many, authorization=headers)
        assert refused["errors"] == [{"errorType": "InvalidInputError", "message": "input exceeded 5 event limit"}]
        unknown = connection.ask(type="publish", id="r", channel="/bad/channel", events=["1"], authorization=headers)
        assert unknown["errors"] == [{"errorType": "UnauthorizedException"}]


def _refusal(events: Events, headers: dict[str, str] | None) -> Json:
    with RealTime(events.address, headers) as connection:
        answer = connection.ask(type="connection_init")
        assert answer["type"] == "connection_error"
        assert connection.is_closed()
        error: Json = answer["errors"][0]
        return error


def test_connections_are_refused_as_amplify_understands_it(
    events: Events, user: dict[str, str], emulator: Emulator
) -> None:
    changed = forged(user["AccessToken"], exp=int(time.time()) - 1)
    stranger = make_pool(emulator, "foreigners").sign_in()["AccessToken"]
    unauthorized = {"errorType": "UnauthorizedException", "message": "You are not authorized to make this call."}
    assert _refusal(events, None)["message"] == "Valid authorization header not provided."
    assert _refusal(events, {"x-api-key": events.key}) == unauthorized
    assert _refusal(events, {"Authorization": stranger}) == unauthorized
    assert _refusal(events, {"Authorization": changed}) == unauthorized
    assert _refusal(events, {"Authorization": "nonsense"})["message"] == "Unable to parse JWT token."
    assert _refusal(events, {**events.address.sign("{}"), "x-amz-date": "20200101T000000Z"})["errorType"] == (
        "InvalidSignatureException"
    )
    assert _refusal(events, events.address.sign('{"channel":"/plain/a"}'))["errorType"] == "InvalidSignatureException"


def test_tokens_may_not_publish_where_only_signatures_may(events: Events, user: dict[str, str]) -> None:
    status, answer = events.address.publish("/plain/a", [1], {"authorization": user["AccessToken"]})
    assert status == 401
    assert answer["errors"][0]["errorType"] == "UnauthorizedException"
    assert events.address.publish("/plain/a", [1], {})[0] == 401
    assert events.address.publish("/plain/a", [1], {"x-api-key": events.key})[0] == 401


def test_a_namespace_may_choose_an_api_key(events: Events, user: dict[str, str]) -> None:
    assert events.address.publish("/keyed/a", [1], {"x-api-key": events.key})[0] == 200
    assert events.address.publish("/keyed/a", [1], {"x-api-key": "da2-wrong"})[0] == 401
    assert events.address.publish("/keyed/a", [1])[0] == 401
    with _open(events.address, user["AccessToken"]) as connection:
        asked: dict[str, Any] = {"type": "subscribe", "id": "k", "channel": "/keyed/a"}
        assert connection.ask(**asked, authorization={"x-api-key": events.key})["type"] == "subscribe_success"


def test_policies_decide_who_connects_subscribes_and_publishes(events: Events) -> None:
    publisher, _ = _principal(
        events, "publisher", allow("appsync:EventPublish", f"{events.arn}/channelNamespace/plain")
    )
    body = {
        "plain": '{"channel": "/plain/x", "events": ["1"]}',
        "guarded": '{"channel": "/guarded/x", "events": ["1"]}',
    }
    assert events.by_host.post(body["plain"], events.by_host.sign(body["plain"], publisher))[0] == 200
    status, answer = events.by_host.post(body["guarded"], events.by_host.sign(body["guarded"], publisher))
    assert (status, answer["errors"]) == (
        401,
        [{"errorType": "UnauthorizedException", "message": "Permission denied"}],
    )
    assert _refusal(events, events.address.sign("{}", publisher))["message"] == "Permission denied"
    watcher, _ = _principal(events, "watcher", allow("appsync:EventConnect", events.arn))
    with RealTime(events.address, events.address.sign("{}", watcher)) as connection:
        assert connection.ask(type="connection_init")["type"] == "connection_ack"
        headers = events.address.sign('{"channel":"/plain/x"}', watcher)
        asked: dict[str, Any] = {"type": "subscribe", "id": "w", "channel": "/plain/x", "authorization": headers}
        assert connection.ask(**asked)["errors"][0]["message"] == "Permission denied"
        subscribe = allow("appsync:EventSubscribe", f"{events.arn}/channelNamespace/plain")
        iam = events.emulator.client("iam")
        iam.put_user_policy(UserName="watcher", PolicyName="subscribe", PolicyDocument=subscribe)
        assert connection.ask(**asked)["type"] == "subscribe_success"


def test_a_role_publishes_as_a_function_does_and_is_known_by_its_unique_id(events: Events) -> None:
    iam, sts = events.emulator.client("iam"), events.emulator.client("sts")
    role = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))["Role"]
    rights = allow("appsync:Event*", events.arn, f"{events.arn}/channelNamespace/*")
    iam.put_role_policy(RoleName="worker", PolicyName="events", PolicyDocument=rights)
    keys = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="call")["Credentials"]
    session = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    body = '{"channel": "/plain/x", "events": ["1"]}'
    headers = events.by_host.sign(body, session)
    assert events.by_host.post(body, headers)[0] == 200
    without = {name: value for name, value in headers.items() if name != "x-amz-security-token"}
    assert events.by_host.post(body, without)[0] == 403
    with RealTime(events.address, events.address.sign("{}", session)) as connection:
        connection.ask(type="connection_init")
        channel = f"/guarded/{role['RoleId']}/1"
        signed = events.address.sign(json.dumps({"channel": channel}, separators=(",", ":")), session)
        asked: dict[str, Any] = {"type": "subscribe", "id": "r", "channel": channel, "authorization": signed}
        assert connection.ask(**asked)["type"] == "subscribe_success"


def test_publishing_fails_on_demand(events: Events) -> None:
    assert events.emulator.command("faults", f"appsync:{events.api_id}", "internal", "--count", "2").returncode == 0
    for address in (events.address, events.by_host):
        assert address.publish("/plain/x", [1])[0] == 500
    assert events.address.publish("/plain/x", [1])[0] == 200


def test_a_wrong_secret_does_not_publish(events: Events) -> None:
    body = '{"channel": "/plain/x", "events": ["1"]}'
    for key in (settings.ROOT_ACCESS_KEY, "AKIAUNKNOWNUNKNOWN00"):
        status, answer = events.address.post(body, events.address.sign(body, Credentials(key, "wrong")))
        assert status == 403
        assert answer["errors"][0]["errorType"] in ("InvalidSignatureException", "UnrecognizedClientException")


def test_the_handler_lets_a_user_see_only_channels_of_its_own(events: Events, user: dict[str, str]) -> None:
    token, own = user["AccessToken"], _sub(user["AccessToken"])
    with _open(events.address, token) as connection:
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
    credentials, unique_id = _principal(events, "service", *rights)
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
    ("body", "error"),
    [
        ("{", ("SerializationException", "Unable to parse request body")),
        ('{"channel": "/plain/a", "events": ["1","1","1","1","1","1"]}', ("BadRequestException", "Input exceeded 5")),
        ('{"channel": "/plain/*", "events": ["1"]}', ("BadRequestException", "'/plain/*' is no channel")),
        ('{"channel": "/a/b/c/d/e/f", "events": ["1"]}', ("BadRequestException", "is no channel")),
        ('{"channel": "/plain/a", "events": [1]}', ("BadRequestException", "Event 0 is not a JSON text")),
        ('{"channel": "/plain/a", "events": []}', ("BadRequestException", "1 to 5 JSON texts")),
    ],
)
def test_wrong_requests_are_refused(events: Events, body: str, error: tuple[str, str]) -> None:
    status, answer = events.address.post(body, events.address.sign(body))
    assert status == 400
    assert answer["errors"][0]["errorType"] == error[0]
    assert error[1] in answer["errors"][0]["message"]


def test_an_event_of_more_than_240_kilobytes_is_refused(events: Events) -> None:
    assert events.address.publish("/plain/a", ["x" * (240 * 1024 - 2)])[0] == 200
    assert events.address.publish("/plain/a", ["x" * (240 * 1024 - 1)])[0] == 400


def test_wrong_messages_are_refused(events: Events, user: dict[str, str]) -> None:
    headers = {"Authorization": user["AccessToken"]}
    with _open(events.address, user["AccessToken"]) as connection:

        def error(**message: Any) -> tuple[str, str]:
            answer = connection.ask(**message, authorization=headers)
            return answer["type"], answer["errors"][0]["errorType"]

        assert connection.ask(type="subscribe", id="d", channel="/plain/d", authorization=headers)["id"] == "d"
        assert error(type="subscribe", id="d", channel="/plain/e") == ("subscribe_error", "InvalidInputError")
        assert error(type="subscribe", id="e", channel="/plain/*/e") == ("subscribe_error", "InvalidInputError")
        assert error(type="subscribe", id="e", channel="/none/e") == ("subscribe_error", "UnauthorizedException")
        assert error(type="subscribe", channel="/plain/e") == ("subscribe_error", "InvalidInputError")
        assert error(type="dance", id="f") == ("error", "UnsupportedOperation")
        without = connection.ask(type="subscribe", id="g", channel="/plain/g")
        assert without["errors"][0]["message"] == "Valid authorization header not provided."
        connection.send_text("nonsense")
        assert connection.receive()["type"] == "error"


def _options(events: Events, origin: str) -> tuple[int, dict[str, str]]:
    wanted = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    with contextlib.closing(http.client.HTTPConnection(settings.HOST, events.emulator.port)) as connection:
        connection.request("OPTIONS", events.address.path, headers={"Origin": origin, **wanted})
        answer = connection.getresponse()
        answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}


def test_a_page_of_this_machine_may_come_and_no_other(events: Events) -> None:
    status, headers = _options(events, "http://localhost:4567")
    assert status == 200
    assert headers["access-control-allow-origin"] == "*"
    assert "authorization" in headers["access-control-allow-headers"]
    assert _options(events, "https://evil.example")[0] == 403
    with RealTime(events.address, events.address.sign("{}"), Origin="http://localhost:4567") as connection:
        assert connection.status == 101
    with RealTime(events.address, events.address.sign("{}"), Origin="https://evil.example") as connection:
        assert connection.status == 403


def test_an_api_that_is_not_there_is_not_found(events: Events) -> None:
    nowhere = Address.by_path(events.emulator.port, "a" * 26)
    status, answer = nowhere.publish("/plain/a", [1])
    assert (status, answer["errors"][0]["errorType"]) == (404, "ResourceNotFoundException")


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
