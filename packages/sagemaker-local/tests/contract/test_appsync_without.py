"""An emulator on a machine without Node, and without authorization: what it says, and what still works."""

from __future__ import annotations

import json
import ssl
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from sagemaker_local.daemon import function_environment
from sagemaker_local.daemon.client import ask
from support.emulators import Emulator, free_port
from support.event_apis import Address, RealTime

pytestmark = pytest.mark.slow

IAM = [{"authType": "AWS_IAM"}]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator that finds no program but Python, in an environment without the extra `node`."""
    nothing = tmp_path_factory.mktemp("nothing")
    python = function_environment.make(tmp_path_factory.mktemp("environment"), ["sagemaker-local"])
    emulator = Emulator(port=free_port(), state=tmp_path_factory.mktemp("bare"), python=python)
    with pytest.MonkeyPatch.context() as variables:
        variables.setenv("PATH", str(nothing))
        started = emulator.command("up", "--no-auth", "--port", str(emulator.port))
    assert started.returncode == 0, started.stderr
    yield emulator
    assert emulator.command("down").returncode == 0


@pytest.fixture(scope="module")
def api_id(bare: Emulator) -> str:
    modes = ("authProviders", "connectionAuthModes", "defaultPublishAuthModes", "defaultSubscribeAuthModes")
    appsync = bare.client("appsync")
    made = str(appsync.create_api(name="bare", eventConfig=dict.fromkeys(modes, IAM))["api"]["apiId"])
    appsync.create_channel_namespace(apiId=made, name="n")
    return made


def test_tls_needs_no_program(bare: Emulator) -> None:
    health = ask(bare.port, "health")
    context = ssl.create_default_context(cafile=health["certificate"])
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    with urllib.request.urlopen(
        f"https://localhost:{health['tls_port']}/_sagemaker_local/health", context=context
    ) as answer:
        assert json.load(answer) == health
    assert Path(health["certificate"]) == bare.state / "tls-certificate.pem"
    assert (bare.state / "tmp" / "tls-key.pem").stat().st_mode & 0o777 == 0o600


def test_without_node_a_namespace_with_code_is_refused(bare: Emulator, api_id: str) -> None:
    code = "export function onSubscribe(ctx) {}"
    with pytest.raises(ClientError) as refused:
        bare.client("appsync").create_channel_namespace(apiId=api_id, name="coded", codeHandlers=code)
    assert refused.value.response["Error"]["Message"] == (
        "handlers of a channel namespace need Node, which was not found: install 'sagemaker-local[node]'"
    )


def test_without_authorization_everybody_publishes_and_subscribes(bare: Emulator, api_id: str) -> None:
    address = Address.by_path(bare.port, api_id)
    with RealTime(address, None) as connection:
        assert connection.ask(type="connection_init")["type"] == "connection_ack"
        assert connection.ask(type="subscribe", id="1", channel="/n/a")["type"] == "subscribe_success"
        assert address.publish("/n/a", [1], {})[0] == 200
        assert connection.receive()["event"] == "1"
