"""What a caller of an API gets in the emulator when the function behind it raises, is killed, or may not be called."""

from __future__ import annotations

import http.client
import json

import pytest

from sagemaker_local import settings
from support.emulated_functions import make_function
from support.emulators import Emulator

FUNCTION = "failing-behind-an-api"
CODE = """
import time
def handler(event, context):
    if event["path"] == "/raise":
        raise ValueError("a secret")
    if event["path"] == "/body":
        return {"statusCode": 200, "body": str(len(event["body"]))}
    if event["path"] == "/sleep":
        time.sleep(10)
    return {"statusCode": 200, "body": "done"}
"""


@pytest.fixture(scope="module")
def api(emulator: Emulator) -> str:
    """An API whose every path is the function's, with a header of its own on errors; returns its id."""
    make_function(emulator, FUNCTION, CODE)
    gateway = emulator.client("apigateway")
    identifier: str = gateway.create_rest_api(name=FUNCTION)["id"]
    root = gateway.get_resources(restApiId=identifier)["items"][0]["id"]
    resource = gateway.create_resource(restApiId=identifier, parentId=root, pathPart="{proxy+}")["id"]
    where = {"restApiId": identifier, "resourceId": resource, "httpMethod": "ANY"}
    gateway.put_method(**where, authorizationType="NONE")
    function = f"arn:aws:lambda:{settings.REGION}:{settings.ACCOUNT}:function:{FUNCTION}"
    uri = f"arn:aws:apigateway:{settings.REGION}:lambda:path/2015-03-31/functions/{function}/invocations"
    gateway.put_integration(**where, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    gateway.put_gateway_response(
        restApiId=identifier,
        responseType="DEFAULT_5XX",
        responseParameters={"gatewayresponse.header.Access-Control-Allow-Origin": "'http://localhost:4567'"},
        responseTemplates={"application/json": '{"title": $context.error.messageString}'},
    )
    gateway.create_deployment(restApiId=identifier, stageName="v1")
    return identifier


@pytest.mark.parametrize(
    ("path", "fault", "status"),
    [("raise", [], 502), ("sleep", ["kill", "--seconds", "0.2"], 502), ("x", ["throttle"], 500)],
    ids=["raises", "killed", "throttled"],
)
def test_a_failure_is_an_internal_error_with_the_headers_of_the_api(
    emulator: Emulator, api: str, path: str, fault: list[str], status: int
) -> None:
    if fault:
        assert emulator.command("faults", f"lambda:{FUNCTION}", *fault, "--count", "1").returncode == 0
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port)
    connection.request("GET", f"/_aws/execute-api/{api}/v1/{path}")
    answer = connection.getresponse()
    assert answer.status == status
    assert json.loads(answer.read()) == {"title": "Internal server error"}
    assert answer.getheader("access-control-allow-origin") == "http://localhost:4567"
    connection.request("GET", f"/_aws/execute-api/{api}/v1/fine")
    assert connection.getresponse().read() == b"done"
    connection.close()


@pytest.mark.parametrize(("named", "status"), [(None, 504), ("503", 503)], ids=["of-the-type", "named"])
def test_a_response_of_the_type_itself_has_one_status_for_all(
    emulator: Emulator, api: str, named: str | None, status: int
) -> None:
    gateway = emulator.client("apigateway")
    more = {} if named is None else {"statusCode": named}
    templates = {"application/json": '{"own": true}'}
    kind = "INTEGRATION_FAILURE"
    gateway.put_gateway_response(restApiId=api, responseType=kind, responseTemplates=templates, **more)
    gateway.create_deployment(restApiId=api, stageName="v1")
    try:
        answer, body = _call(emulator, f"/_aws/execute-api/{api}/v1/raise")
        assert (answer.status, json.loads(body)) == (status, {"own": True})
    finally:
        gateway.delete_gateway_response(restApiId=api, responseType=kind)
        gateway.create_deployment(restApiId=api, stageName="v1")


@pytest.mark.parametrize(
    ("megabytes", "status", "words"),
    [
        (5, 200, "5242880"),
        (7, 413, '{"message":"Request Too Long"}'),
        (11, 413, "HTTP content length exceeded 10485760 bytes."),
    ],
)
def test_bodies_that_are_too_large_end_before_the_function(
    emulator: Emulator, api: str, megabytes: int, status: int, words: str
) -> None:
    answer, body = _call(emulator, f"/_aws/execute-api/{api}/v1/body", b"x" * megabytes * 1024 * 1024)
    assert (answer.status, body.decode()) == (status, words)
    # No gateway response: a page of another origin cannot even read that it was too large.
    assert answer.getheader("access-control-allow-origin") is None


def _call(emulator: Emulator, path: str, body: bytes | None = None) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port)
    connection.request("GET" if body is None else "POST", path, body, {"Content-Type": "text/plain"})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer, content
