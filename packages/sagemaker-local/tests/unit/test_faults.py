"""What faults can be set on, which requests they hit, and the answers that they give."""

from __future__ import annotations

import asyncio
import json
import zlib

import pytest

from sagemaker_local.asgi import Receive, Send
from sagemaker_local.faults import answers, requests
from sagemaker_local.faults.fault import Fault, Json, Kind
from sagemaker_local.faults.front import OWN_USER_AGENT, FaultyServices
from sagemaker_local.faults.store import Faults, Request
from sagemaker_local.faults.targets import APPSYNC, DYNAMODB, S3, SQS, Target

SIGNED = "AWS4-HMAC-SHA256 Credential=AKIA/20261128/us-east-1/{service}/aws4_request, SignedHeaders=host"


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("churn-local", Target(service="sagemaker", resource="churn-local")),
        ("s3:bucket", Target(service=S3, resource="bucket")),
        ("s3:bucket/a/b", Target(service=S3, resource="bucket", prefix="a/b")),
        ("dynamodb:*", Target(service=DYNAMODB, resource="*")),
        ("appsync:abc", Target(service=APPSYNC, resource="abc")),
    ],
)
def test_a_target_is_read_and_written(text: str, target: Target) -> None:
    assert Target.parse(text) == target
    assert str(target) == text


@pytest.mark.parametrize("text", ["", "s3:", "ec2:x", "sagemaker:x", ":x"])
def test_other_targets_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="nothing that a fault can be set on; allowed are"):
        Target.parse(text)


def test_operations_are_of_services_only() -> None:
    with pytest.raises(ValueError, match="churn has no operations to choose from; only appsync, dynamodb, s3, sqs"):
        Faults().set("churn", Fault(kind=Kind.THROTTLE, operations=("InvokeEndpoint",)))


def test_faults_of_several_operations_stand_side_by_side_and_go_together() -> None:
    faults = Faults()
    faults.set("s3:b", Fault(kind=Kind.THROTTLE, operations=("GetObject",), count=1))
    faults.set("s3:b", Fault(kind=Kind.INTERNAL, operations=("PutObject",)))
    faults.set("s3:*", Fault(kind=Kind.MISSING))
    assert list(faults.document()) == ["s3:b GetObject", "s3:b PutObject", "s3:*"]

    def hit(operation: str, bucket: str = "b") -> Kind | None:
        fault = faults.take_for(Request(service=S3, resource=bucket, operation=operation, key="k"))
        return None if fault is None else fault.kind

    assert [hit("PutObject"), hit("GetObject"), hit("GetObject")] == [Kind.INTERNAL, Kind.THROTTLE, Kind.MISSING]
    assert (hit("PutObject", "other"), hit("HeadObject", "other")) == (None, Kind.MISSING)
    faults.clear("s3:b")
    assert list(faults.document()) == ["s3:*"]
    assert not faults.any_of(DYNAMODB)


@pytest.mark.parametrize(
    ("method", "path", "query", "service", "bucket", "key", "operation"),
    [
        ("GET", "/b/a/k%20c", "", "s3", "b", "a/k c", "GetObject"),
        ("HEAD", "/b/k", "", "s3", "b", "k", "HeadObject"),
        ("PUT", "/b/k", "partNumber=1&uploadId=2", "s3", "b", "k", "UploadPart"),
        ("POST", "/b/k", "uploads", "s3", "b", "k", "CreateMultipartUpload"),
        ("GET", "/b", "list-type=2", "s3", "b", "", "ListObjectsV2"),
        ("GET", "/b", "policy", "s3", "b", "", "GetBucketPolicy"),
        ("PUT", "/b/k", "tagging", "s3", "b", "k", "PutObjectTagging"),
        ("POST", "/b", "delete", "s3", "b", "", "DeleteObjects"),
    ],
)
def test_requests_of_s3(
    method: str, path: str, query: str, service: str, bucket: str, key: str, operation: str
) -> None:
    headers = {"host": "localhost:4566", "authorization": SIGNED.format(service=service)}
    assert requests.service_of(method, path, query, headers) == S3
    assert requests.read(S3, method, path, query, headers, b"") == Request(
        service=S3, resource=bucket, key=key, operation=operation
    )


def test_requests_of_s3_without_an_authorization_header() -> None:
    form = {"host": "localhost:4566", "content-type": "multipart/form-data; boundary=x"}
    assert requests.service_of("POST", "/b", "", form) == S3
    assert requests.read(S3, "POST", "/b", "", form, b"").operation == "PostObject"
    presigned = "X-Amz-Credential=AKIA%2F20261128%2Fus-east-1%2Fs3%2Faws4_request"
    assert requests.service_of("GET", "/b/k", presigned, {"host": "localhost:4566"}) == S3
    virtual = {"host": "b.s3.us-east-1.amazonaws.com"}
    assert requests.service_of("GET", "/k", "", virtual) == S3
    assert requests.read(S3, "GET", "/k", "", virtual, b"").resource == "b"
    assert requests.service_of("GET", "/_aws/execute-api/x/v1", "", {"host": "localhost:4566"}) == ""


@pytest.mark.parametrize(
    ("target", "body", "resource"),
    [
        ("DynamoDB_20120810.PutItem", {"TableName": "t"}, "t"),
        ("DynamoDB_20120810.PutItem", {"TableName": "arn:aws:dynamodb:us-east-1:1:table/t"}, "t"),
        ("DynamoDB_20120810.BatchWriteItem", {"RequestItems": {"t": []}}, "t"),
        ("DynamoDB_20120810.TransactWriteItems", {"TransactItems": [{"Put": {"TableName": "t"}}]}, "t"),
        ("AmazonSQS.SendMessage", {"QueueUrl": "http://localhost:4566/123456789012/t"}, "t"),
        ("AmazonSQS.ListQueues", {}, ""),
    ],
)
def test_requests_in_json(target: str, body: dict[str, object], resource: str) -> None:
    headers = {"x-amz-target": target}
    service = requests.service_of("POST", "/", "", headers)
    found = requests.read(service, "POST", "/", "", headers, json.dumps(body).encode())
    assert (found.resource, found.operation) == (resource, target.rpartition(".")[2])


@pytest.mark.parametrize(
    ("path", "host"),
    [("/event", "abc.appsync-api.us-east-1.amazonaws.com"), ("/_aws/appsync-events/abc/event", "localhost:4566")],
)
def test_requests_of_appsync(path: str, host: str) -> None:
    assert requests.service_of("POST", path, "", {"host": host}) == APPSYNC
    assert requests.read(APPSYNC, "POST", path, "", {"host": host}, b"").resource == "abc"


def test_an_answer_of_dynamodb_carries_its_checksum() -> None:
    made = answers.error(
        Request(service=DYNAMODB, resource="t", operation="PutItem"), Kind.THROUGHPUT, method="POST", content_type=""
    )
    assert made is not None
    status, headers, body = made
    assert (status, headers["x-amz-crc32"]) == (400, str(zlib.crc32(body)))


def test_sqs_answers_a_form_in_xml() -> None:
    request = Request(service=SQS, resource="q", operation="SendMessage")
    made = answers.error(request, Kind.DENIED, method="POST", content_type="application/x-www-form-urlencoded")
    assert made is not None
    assert b"<Type>Sender</Type><Code>AccessDenied</Code>" in made[2]


def test_kinds_that_are_no_answer_have_none() -> None:
    for service in (S3, DYNAMODB, SQS, APPSYNC):
        request = Request(service=service, resource="r", operation="o")
        assert answers.error(request, Kind.LATENCY, method="GET", content_type="") is None


@pytest.mark.parametrize(
    ("agent", "method", "status"),
    [("Boto3/1.43", "GET", 503), (f"Boto3/1.43 {OWN_USER_AGENT}", "GET", 200), ("Boto3/1.43", "OPTIONS", 200)],
)
def test_the_emulator_itself_and_questions_of_browsers_are_not_hit(agent: str, method: str, status: int) -> None:
    async def services(_scope: Json, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def receive() -> Json:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Json) -> None:
        sent.append(message)

    sent: list[Json] = []
    faults = Faults()
    faults.set("s3:*", Fault(kind=Kind.THROTTLE))
    fields = {"host": "localhost:4566", "user-agent": agent, "authorization": SIGNED.format(service="s3")}
    headers = [(name.encode(), value.encode()) for name, value in fields.items()]
    scope = {"type": "http", "method": method, "path": "/b/k", "query_string": b"", "headers": headers}
    asyncio.run(FaultyServices(services, faults, lambda *_: {})(scope, receive, send))
    assert sent[0]["status"] == status
