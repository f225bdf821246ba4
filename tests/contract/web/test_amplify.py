"""An unmodified Amplify of `node_modules` against the emulator: it signs in, subscribes over TLS, and receives."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from stacks.shared.node import node_binary
from tests.support.emulator import REGION, Emulator, ask
from tests.support.event_apis import Address
from tools.process_environment import for_node

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "tests/support/watch.mjs"
IAM, USERS = ({"authType": kind} for kind in ("AWS_IAM", "AMAZON_COGNITO_USER_POOLS"))
CODE = """
import { util } from '@aws-appsync/utils';

export function onSubscribe(ctx) {
  const owner = ctx.identity.sub ? ctx.identity.sub : ctx.identity.username.split(':')[0];
  if (ctx.info.channel.segments.length !== 3 || ctx.info.channel.segments[1] !== owner) {
    util.unauthorized();
  }
}
"""
NEW_PASSWORD = "Chosen-Horse-7"
SECONDS = 200.0


class Watcher:
    """The running script, which writes JSON lines."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def next(self, step: str) -> dict[str, Any]:
        """The next line, which must be of that step."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        said: dict[str, Any] = json.loads(line or "{}")
        assert said.get("step") == step, line or self._last_words()
        return said

    def ended(self) -> int:
        """Its exit code."""
        return self._process.wait(timeout=SECONDS)

    def _last_words(self) -> str:
        assert self._process.stderr is not None
        return self._process.stderr.read()


@contextmanager
def _watching(emulator: Emulator, configuration: dict[str, Any]) -> Iterator[Watcher]:
    """Run the script with the emulator's certificate as a further one to trust, and nothing else changed."""
    certificate = ask(emulator.port, "health")["certificate"]
    command = [str(node_binary()), str(SCRIPT), json.dumps(configuration)]
    environment = {**for_node(os.environ), "NODE_EXTRA_CA_CERTS": certificate}
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        killer = threading.Timer(SECONDS, process.kill)
        killer.start()
        try:
            yield Watcher(process)
        finally:
            killer.cancel()
            process.kill()


@pytest.fixture(scope="module")
def pool(emulator: Emulator) -> dict[str, str]:
    """A user pool with a public client, and a user who has a temporary password."""
    cognito = emulator.client("cognito-idp")
    pool_id = cognito.create_user_pool(PoolName="amplify", UsernameAttributes=["email"])["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName="page",
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        PreventUserExistenceErrors="ENABLED",
    )
    cognito.admin_create_user(
        UserPoolId=pool_id, Username="ada@example.com", TemporaryPassword="Temporary-1", MessageAction="SUPPRESS"
    )
    return {"userPoolId": pool_id, "userPoolClientId": client["UserPoolClient"]["ClientId"]}


@pytest.fixture(scope="module")
def api(emulator: Emulator, pool: dict[str, str]) -> dict[str, Any]:
    """An Event API like that of the upload stack."""
    users = {**USERS, "cognitoConfig": {"userPoolId": pool["userPoolId"], "awsRegion": REGION}}
    config = {
        "authProviders": [users, IAM],
        "connectionAuthModes": [USERS, IAM],
        "defaultPublishAuthModes": [IAM],
        "defaultSubscribeAuthModes": [USERS, IAM],
    }
    appsync = emulator.client("appsync")
    made: dict[str, Any] = appsync.create_api(name="amplify", eventConfig=config)["api"]
    appsync.create_channel_namespace(apiId=made["apiId"], name="predictions", codeHandlers=CODE)
    return made


def _allow(action: str, resource: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _endpoint(emulator: Emulator, api_id: str) -> str:
    port = ask(emulator.port, "health")["tls_port"]
    return f"https://localhost:{port}/_aws/appsync-events/{api_id}/event"


def _receives(watcher: Watcher, address: Address) -> str:
    """See that the watcher gets what is published for it, and nothing of somebody else; returns its owner."""
    owner = str(watcher.next("subscribed")["owner"])
    assert address.publish("/predictions/somebody-else/job-1", [{"digit": 1}])[0] == 200
    assert address.publish(f"/predictions/{owner}/job-1", [{"digit": 7}])[0] == 200
    assert watcher.next("received")["event"] == {"digit": 7}
    assert "Unauthorized" in watcher.next("failed")["message"]
    assert "Unauthorized" in watcher.next("kept-out")["message"]
    assert watcher.ended() == 0
    return owner


def test_a_user_of_amplify_signs_in_and_gets_only_events_of_its_own(
    emulator: Emulator, pool: dict[str, str], api: dict[str, Any]
) -> None:
    configuration = {
        **pool,
        "mode": "userPool",
        "endpoint": _endpoint(emulator, api["apiId"]),
        "userPoolEndpoint": f"{emulator.url}/",
        "username": "ada@example.com",
        "password": "Temporary-1",
        "newPassword": NEW_PASSWORD,
    }
    host = api["dns"]["HTTP"]
    with _watching(emulator, configuration) as watcher:
        assert watcher.next("refused")["name"] == "NotAuthorizedException"
        assert watcher.next("asked")["next"] == "CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED"
        assert watcher.next("signed-in") == {"step": "signed-in", "signedIn": True, "refreshed": True}
        owner = _receives(watcher, Address(port=emulator.port, host=host))
    users = emulator.client("cognito-idp").list_users(UserPoolId=pool["userPoolId"])["Users"]
    assert {"Name": "sub", "Value": owner} in users[0]["Attributes"]


def test_a_principal_of_iam_gets_only_events_of_its_own(emulator: Emulator, api: dict[str, Any]) -> None:
    iam = emulator.client("iam")
    user = iam.create_user(UserName="amplify")["User"]
    for name, resource in (("EventConnect", api["apiArn"]), ("EventSubscribe", f"{api['apiArn']}/*")):
        iam.put_user_policy(UserName="amplify", PolicyName=name, PolicyDocument=_allow(f"appsync:{name}", resource))
    key = iam.create_access_key(UserName="amplify")["AccessKey"]
    configuration = {
        "mode": "iam",
        "endpoint": _endpoint(emulator, api["apiId"]),
        "owner": user["UserId"],
        "credentials": {"accessKeyId": key["AccessKeyId"], "secretAccessKey": key["SecretAccessKey"]},
    }
    with _watching(emulator, configuration) as watcher:
        _receives(watcher, Address.by_path(emulator.port, api["apiId"]))


def test_the_certificate_is_told_and_goes_with_the_daemon(emulator: Emulator) -> None:
    health, told = ask(emulator.port, "health"), emulator.command("env").stdout
    assert f"export NODE_EXTRA_CA_CERTS={health['certificate']}\n" in told
    assert f"TLS at https://localhost:{health['tls_port']}/" in emulator.command("status").stdout
    assert Path(health["certificate"]).read_text().startswith("-----BEGIN CERTIFICATE-----")
