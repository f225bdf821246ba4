"""Faults of services as boto3 meets them: the exceptions of the real ones, for the requests that are meant."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, HTTPClientError

from sagemaker_local.daemon.command_line import main
from support.emulated_functions import make_function, make_queue
from support.emulators import Emulator

pytestmark = pytest.mark.slow

BUCKET, TABLE, QUEUE, FUNCTION = "faulty-uploads", "faulty-jobs", "faulty-queue", "faulty-function"
CODE = """
import time
def handler(event, context):
    time.sleep(event.get("sleep", 0))
    return "done"
"""


@pytest.fixture(scope="module")
def services(emulator: Emulator) -> Emulator:
    """An emulator with a bucket, a table, a queue and a function to spoil."""
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    for key in ("uploads/one", "models/one"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"content")
    emulator.client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    make_queue(emulator, QUEUE)
    make_function(emulator, FUNCTION, CODE)
    return emulator


@pytest.fixture
def fault(services: Emulator) -> Iterator[Callable[..., None]]:
    """Sets a fault; all are cleared in the end."""
    targets: list[str] = []

    def command(*words: str) -> None:
        # In this process: one of its own for each fault would cost most of the time of these tests.
        assert main(["faults", *words, "--state-dir", str(services.state)]) == 0

    def set_fault(target: str, *words: str) -> None:
        targets.append(target)
        command(target, *words)

    yield set_fault
    for target in targets:
        command(target, "clear")


def read(services: Emulator, key: str = "uploads/one") -> bytes:
    body: bytes = services.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
    return body


def put(services: Emulator) -> None:
    services.client("dynamodb").put_item(TableName=TABLE, Item={"id": {"S": "a"}})


def get(services: Emulator) -> None:
    services.client("dynamodb").get_item(TableName=TABLE, Key={"id": {"S": "a"}})


def send(services: Emulator) -> None:
    sqs = services.client("sqs")
    sqs.send_message(QueueUrl=f"{services.url}/123456789012/{QUEUE}", MessageBody="hello")


def invoke(services: Emulator, **event: Any) -> dict[str, Any]:
    answer = services.client("lambda").invoke(FunctionName=FUNCTION, Payload=json.dumps(event))
    return {**answer, "Payload": json.loads(answer["Payload"].read())}


def refusal(call: Callable[..., Any], *arguments: Any) -> tuple[str, str, int]:
    """Name of the exception, code and status of what a call raises."""
    with pytest.raises(ClientError) as caught:
        call(*arguments)
    response = caught.value.response
    return type(caught.value).__name__, response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize(
    ("target", "kind", "call", "expected"),
    [
        (f"s3:{BUCKET}", "missing", read, ("NoSuchKey", "NoSuchKey", 404)),
        (f"s3:{BUCKET}", "throttle", read, ("ClientError", "SlowDown", 503)),
        (f"s3:{BUCKET}", "internal", read, ("ClientError", "InternalError", 500)),
        (f"s3:{BUCKET}", "denied", read, ("AccessDenied", "AccessDenied", 403)),
        (
            f"dynamodb:{TABLE}",
            "throughput",
            put,
            ("ProvisionedThroughputExceededException", "ProvisionedThroughputExceededException", 400),
        ),
        (f"dynamodb:{TABLE}", "throttle", put, ("ThrottlingException", "ThrottlingException", 400)),
        (f"dynamodb:{TABLE}", "internal", put, ("InternalServerError", "InternalServerError", 500)),
        (f"sqs:{QUEUE}", "throttle", send, ("RequestThrottled", "RequestThrottled", 400)),
        (f"sqs:{QUEUE}", "unavailable", send, ("ClientError", "ServiceUnavailable", 503)),
        (f"lambda:{FUNCTION}", "throttle", invoke, ("TooManyRequestsException", "TooManyRequestsException", 429)),
    ],
)
def test_a_fault_is_the_exception_of_the_service_and_ends_by_itself(
    services: Emulator, fault: Any, target: str, kind: str, call: Any, expected: tuple[str, str, int]
) -> None:
    fault(target, kind, "--count", "1")
    assert refusal(call, services) == expected
    call(services)


def test_a_fault_hits_the_operation_the_table_and_the_prefix_that_it_names(services: Emulator, fault: Any) -> None:
    fault(f"dynamodb:{TABLE}", "throughput", "--operation", "PutItem", "--operation", "UpdateItem")
    get(services)
    assert refusal(put, services)[1] == "ProvisionedThroughputExceededException"
    fault("dynamodb:another", "throttle")
    get(services)
    fault(f"s3:{BUCKET}/uploads/", "missing")
    assert read(services, "models/one") == b"content"
    assert refusal(read, services)[1] == "NoSuchKey"
    services.client("s3").put_object(Bucket=BUCKET, Key="uploads/two", Body=b"")  # only reads can miss an object


def test_the_answer_of_s3_to_head_has_no_body_and_no_code(services: Emulator, fault: Any) -> None:
    fault("s3:*", "missing", "--count", "1")
    assert refusal(lambda: services.client("s3").head_object(Bucket=BUCKET, Key="uploads/one"))[1:] == ("404", 404)


def test_a_cut_connection_comes_after_the_deed(services: Emulator, fault: Any) -> None:
    fault(f"dynamodb:{TABLE}", "disconnect", "--count", "1")
    with pytest.raises(HTTPClientError):
        services.client("dynamodb").put_item(TableName=TABLE, Item={"id": {"S": "written"}})
    found = services.client("dynamodb").get_item(TableName=TABLE, Key={"id": {"S": "written"}})
    assert found["Item"] == {"id": {"S": "written"}}


@pytest.mark.parametrize(("target", "call"), [(f"s3:{BUCKET}", read), (f"lambda:{FUNCTION}", invoke)])
def test_a_slow_service_answers_in_the_end(services: Emulator, fault: Any, target: str, call: Any) -> None:
    fault(target, "latency", "--seconds", "0.4", "--count", "1")
    began = time.monotonic()
    assert call(services)
    assert time.monotonic() - began > 0.4


def test_a_function_is_killed_while_it_works_and_the_next_call_finds_a_new_process(
    services: Emulator, fault: Any
) -> None:
    fault(f"lambda:{FUNCTION}", "kill", "--seconds", "0.2", "--count", "1")
    began = time.monotonic()
    killed = invoke(services, sleep=15)
    assert time.monotonic() - began < 15
    assert killed["FunctionError"] == "Unhandled"
    assert killed["Payload"]["errorType"] == "Runtime.ExitError"
    assert killed["Payload"]["errorMessage"].endswith("Error: Runtime exited with error: signal: killed")
    assert invoke(services)["Payload"] == "done"


def test_a_kill_that_comes_too_late_kills_nobody(services: Emulator, fault: Any) -> None:
    fault(f"lambda:{FUNCTION}", "kill", "--seconds", "2", "--count", "1")
    assert invoke(services)["Payload"] == "done"
    assert invoke(services, sleep=3)["Payload"] == "done"


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [("denied", "UnauthorizedException", 401), ("internal", "InternalFailureException", 500)],
)
def test_publishing_fails_as_appsync_says_it(services: Emulator, fault: Any, kind: str, code: str, status: int) -> None:
    fault("appsync:abc", kind, "--count", "1")
    found, document = publish(services)
    assert (found, document["errors"][0]["errorType"]) == (status, code)


def test_events_can_be_lost_while_appsync_says_that_it_has_them(services: Emulator, fault: Any) -> None:
    fault("appsync:*", "lost", "--count", "1")
    status, document = publish(services)
    assert status == 200
    assert (document["failed"], [taken["index"] for taken in document["successful"]]) == ([], [0, 1])


def publish(services: Emulator) -> tuple[int, dict[str, Any]]:
    """Publish two events to the API `abc`; returns status and answer."""
    connection = http.client.HTTPConnection("127.0.0.1", services.port)
    body = json.dumps({"channel": "/predictions/one", "events": ["1", "2"]})
    connection.request("POST", "/event", body, {"Host": "abc.appsync-api.us-east-1.amazonaws.com"})
    answer = connection.getresponse()
    found = (answer.status, json.loads(answer.read()))
    connection.close()
    return found


def test_status_shows_what_is_set_and_clear_ends_all_of_a_target(services: Emulator, fault: Any) -> None:
    fault(f"s3:{BUCKET}", "throttle", "--operation", "GetObject", "--count", "3")
    fault(f"s3:{BUCKET}", "latency", "--seconds", "0")
    assert f"fault on s3:{BUCKET} GetObject: throttle (requests left: 3)" in services.command("status").stdout
    services.command("faults", f"s3:{BUCKET}", "clear")
    assert "fault on" not in services.command("status").stdout


@pytest.mark.parametrize(
    ("target", "kind", "text"),
    [
        (
            "ec2:any",
            "throttle",
            "'ec2:any' is nothing that a fault can be set on; allowed are a name of",
        ),
        ("s3:", "throttle", "'s3:' is nothing that a fault can be set on"),
        ("s3:bucket", "kill", "s3:bucket cannot have the fault kill; s3 can have latency, throttle,"),
        ("s3:bucket", "melt", "unknown fault 'melt'; allowed are latency,"),
    ],
)
def test_what_cannot_be_set_is_refused_in_a_sentence(services: Emulator, target: str, kind: str, text: str) -> None:
    answer = services.command("faults", target, kind)
    assert answer.returncode == 1
    assert text in answer.stderr
