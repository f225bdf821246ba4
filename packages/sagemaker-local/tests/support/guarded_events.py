"""An Event API with handlers, users and keys, and callers who connect to it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from botocore.credentials import Credentials

from sagemaker_local import settings
from support.emulators import Emulator
from support.event_apis import Address, RealTime
from support.tokens import claims
from support.user_pools import Pool, make_pool

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


def make_events(emulator: Emulator) -> Events:
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


def sub_of(token: str) -> str:
    return str(claims(token)["sub"])


def open_with(address: Address, token: str) -> RealTime:
    connection = RealTime(address, {"host": address.host, "Authorization": token})
    assert connection.ask(type="connection_init") == {"type": "connection_ack", "connectionTimeoutMs": 300_000}
    return connection


def principal(events: Events, name: str, *policies: str) -> tuple[Credentials, str]:
    """A user of IAM with those policies; its keys and its unique id."""
    iam = events.emulator.client("iam")
    made = iam.create_user(UserName=name)["User"]
    for number, policy in enumerate(policies):
        iam.put_user_policy(UserName=name, PolicyName=f"p{number}", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"]), made["UserId"]
