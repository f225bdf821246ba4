"""Uploads with a presigned form, as a browser sends them: what S3 refuses and how, and the events that follow."""

from __future__ import annotations

import base64
import http.client
import json
import time
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.config import Config
from botocore.session import Session

from sagemaker_local import settings
from support.emulators import Emulator, eventually
from support.stacks import Stacks

pytestmark = pytest.mark.slow

BUCKET, QUEUE, ROLE = "uploads-of-this-test", "uploads-of-this-test", "uploads-signer"
ORIGIN = "http://localhost:4567"
KEY = "uploads/a job/photo+1.png"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) + b"\r\n--\r\n"
Json = dict[str, Any]


def template(*, prefix: str = "uploads/") -> str:
    """A versioned bucket that tells a queue, with CORS, and a role that may write below `uploads/` only."""
    arn = f"arn:aws:s3:::{BUCKET}"
    rule = {
        "AllowedOrigins": ["http://localhost:*"],
        "AllowedMethods": ["POST"],
        "AllowedHeaders": ["*"],
        "ExposedHeaders": ["ETag"],
        "MaxAge": 300,
    }
    told = {
        "Event": "s3:ObjectCreated:*",
        "Queue": {"Fn::GetAtt": ["Queue", "Arn"]},
        "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": prefix}]}},
    }
    may_tell = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": {"Fn::GetAtt": ["Queue", "Arn"]},
        "Condition": {"ArnLike": {"aws:SourceArn": arn}},
    }
    over_tls = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    writes = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{arn}/uploads/*"}
    trust = {"Effect": "Allow", "Principal": {"AWS": settings.ACCOUNT}, "Action": "sts:AssumeRole"}
    resources: Json = {
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": QUEUE}},
        "QueuePolicy": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {"Queues": [{"Ref": "Queue"}], "PolicyDocument": document(may_tell)},
        },
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "DependsOn": "QueuePolicy",
            "Properties": {
                "BucketName": BUCKET,
                "VersioningConfiguration": {"Status": "Enabled"},
                "CorsConfiguration": {"CorsRules": [rule]},
                "NotificationConfiguration": {"QueueConfigurations": [told]},
            },
        },
        "BucketPolicy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": document(over_tls)},
        },
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": ROLE,
                "AssumeRolePolicyDocument": document(trust),
                "Policies": [{"PolicyName": "writes", "PolicyDocument": document(writes)}],
            },
        },
    }
    return json.dumps({"Resources": resources})


def document(statement: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": [statement]}


class Uploads:
    """Signs forms with the role's credentials, and sends them as a browser would."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator, self.sqs = emulator, emulator.client("sqs")
        self.queue = self.sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
        role = f"arn:aws:iam::{settings.ACCOUNT}:role/{ROLE}"
        given = emulator.client("sts").assume_role(RoleArn=role, RoleSessionName="signs")["Credentials"]
        self.keys = {
            "aws_access_key_id": given["AccessKeyId"],
            "aws_secret_access_key": given["SecretAccessKey"],
            "aws_session_token": given["SessionToken"],
        }
        self.signer = self.client("s3v4")

    def client(self, version: str) -> Any:
        """A client that signs with the role's credentials in that way."""
        return Session().create_client(
            "s3",
            region_name=settings.REGION,
            endpoint_url=self.emulator.url,
            config=Config(s3={"addressing_style": "path"}, signature_version=version),
            **self.keys,
        )

    def form(
        self, *, key: str = KEY, seconds: int = 300, most: int = 1000, signer: Any = None, **fields: str
    ) -> tuple[str, dict[str, str]]:
        """Address and fields of a form for one key."""
        named = {
            "Content-Type": "image/png",
            "x-amz-server-side-encryption": "AES256",
            "x-amz-meta-correlation-id": "abc-1",
            **fields,
        }
        conditions = [*({name: value} for name, value in named.items()), ["content-length-range", 1, most]]
        signed = (signer or self.signer).generate_presigned_post(
            BUCKET, key, Fields=named, Conditions=conditions, ExpiresIn=seconds
        )
        return signed["url"], dict(signed["fields"])

    def post(
        self, url: str, fields: Mapping[str, str], content: bytes = PNG, *, file_at: int | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers by lower-case name, and body; the file comes last, or after so many fields."""
        boundary = "----WebKitFormBoundary7MA4YWxkTrZu0gW"
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="p.png"\r\n'
        file = f"{head}Content-Type: image/png\r\n\r\n".encode() + content + b"\r\n"
        parts.insert(len(parts) if file_at is None else file_at, file)
        parts.append(f"--{boundary}--\r\n".encode())
        told = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Origin": ORIGIN}
        return self.ask("POST", url, b"".join(parts), told)

    def ask(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.emulator.port)
        where = urlsplit(url)
        connection.request(method, where.path, body, {"Host": where.netloc, **headers})
        answer = connection.getresponse()
        found = (answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        connection.close()
        return found

    def events(self) -> list[Json]:
        """What came into the queue since the last look."""
        found: list[Json] = []
        while messages := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return found

    def records(self, count: int) -> list[Json]:
        """So many records of events, which are waited for."""
        found: list[Json] = []

        def all_there() -> bool:
            for event in self.events():
                found.extend(event["Records"])
            return len(found) >= count

        eventually(all_there)
        return found


@pytest.fixture(scope="module")
def uploads(emulator: Emulator) -> Uploads:
    made = Stacks(emulator).create("uploads", template(), "CAPABILITY_NAMED_IAM")
    assert made["StackStatus"] == "CREATE_COMPLETE", made
    ready = Uploads(emulator)
    found: list[Json] = []

    def told() -> bool:
        found.extend(ready.events())
        return bool(found)

    eventually(told)
    assert [(event["Event"], event["Bucket"], event["Service"]) for event in found] == [
        ("s3:TestEvent", BUCKET, "Amazon S3")
    ]
    return ready


def error(answer: tuple[int, dict[str, str], bytes]) -> tuple[int, str, str]:
    """Status, code and message of a refusal."""
    status, headers, body = answer
    assert headers["content-type"] == "application/xml"
    found = ET.fromstring(body)  # noqa: S314 - of the emulator
    return status, found.findtext("Code", ""), found.findtext("Message", "")


def test_an_upload_is_stored_as_it_was_signed_and_told_of(uploads: Uploads) -> None:
    status, headers, body = uploads.post(*uploads.form())
    assert (status, body) == (204, b"")
    assert headers["access-control-allow-origin"] in (ORIGIN, "*")
    assert headers["access-control-expose-headers"] == "ETag"
    s3 = uploads.emulator.client("s3")
    stored = s3.get_object(Bucket=BUCKET, Key=KEY)
    assert stored["Body"].read() == PNG
    assert (stored["ContentType"], stored["ServerSideEncryption"]) == ("image/png", "AES256")
    assert stored["Metadata"] == {"correlation-id": "abc-1"}
    assert (headers["etag"], headers["x-amz-version-id"]) == (stored["ETag"], stored["VersionId"])
    (record,) = uploads.records(1)
    assert (record["eventSource"], record["eventName"]) == ("aws:s3", "ObjectCreated:Post")
    told = record["s3"]["object"]
    assert told["key"] == "uploads/a+job/photo%2B1.png"
    assert (told["size"], told["versionId"]) == (len(PNG), stored["VersionId"])
    assert told["eTag"] == stored["ETag"].strip('"')
    assert int(told["sequencer"], 16)
    assert record["s3"]["bucket"]["name"] == BUCKET


def test_what_comes_after_the_file_is_ignored(uploads: Uploads) -> None:
    url, fields = uploads.form()
    assert uploads.post(url, fields, file_at=0)[0] in (400, 403)
    assert uploads.post(url, {**fields, "x-amz-meta-late": "ignored"}, file_at=len(fields))[0] == 204
    uploads.records(1)
    found = uploads.emulator.client("s3").head_object(Bucket=BUCKET, Key=KEY)
    assert found["Metadata"] == {"correlation-id": "abc-1"}


@pytest.mark.parametrize(("wanted", "status"), [("200", 200), ("201", 201), ("204", 204), ("999", 204)])
def test_the_status_of_success_can_be_chosen(uploads: Uploads, wanted: str, status: int) -> None:
    answer = uploads.post(*uploads.form(key="uploads/status", success_action_status=wanted))
    assert answer[0] == status
    if status == 201:
        found = ET.fromstring(answer[2])  # noqa: S314 - of the emulator
        assert (found.tag, found.findtext("Key"), found.findtext("ETag")) == (
            "PostResponse",
            "uploads/status",
            answer[1]["etag"],
        )


def test_sizes_out_of_the_range_are_refused(uploads: Uploads) -> None:
    status, _, body = uploads.post(*uploads.form(most=len(PNG) - 1))
    found = ET.fromstring(body)  # noqa: S314 - of the emulator
    assert (status, found.findtext("Code")) == (400, "EntityTooLarge")
    assert (found.findtext("ProposedSize"), found.findtext("MaxSizeAllowed")) == (str(len(PNG)), str(len(PNG) - 1))
    assert error(uploads.post(*uploads.form(), content=b""))[:2] == (400, "EntityTooSmall")
    assert uploads.post(*uploads.form(key="uploads/exact", most=len(PNG)))[0] == 204


def test_the_old_signature_is_not_taken(uploads: Uploads) -> None:
    url, fields = uploads.form(signer=uploads.client("s3"))
    assert "AWSAccessKeyId" in fields
    status, code, text = error(uploads.post(url, fields))
    assert (status, code) == (400, "InvalidRequest")
    assert "Please use AWS4-HMAC-SHA256" in text


def test_what_differs_from_the_policy_is_refused(uploads: Uploads) -> None:
    url, fields = uploads.form()
    changed = {**fields, "Content-Type": "text/html"}
    assert error(uploads.post(url, changed)) == (
        403,
        "AccessDenied",
        'Invalid according to Policy: Policy Condition failed: ["eq", "$Content-Type", "image/png"]',
    )
    assert error(uploads.post(url, {**fields, "key": "uploads/other"}))[2] == (
        f'Invalid according to Policy: Policy Condition failed: ["eq", "$key", "{KEY}"]'
    )
    without = {name: value for name, value in fields.items() if name != "x-amz-server-side-encryption"}
    assert error(uploads.post(url, without))[:2] == (403, "AccessDenied")
    extra = error(uploads.post(url, {**fields, "x-amz-meta-more": "1"}))
    assert extra == (403, "AccessDenied", "Invalid according to Policy: Extra input fields: x-amz-meta-more")


def test_a_form_expires(uploads: Uploads) -> None:
    url, fields = uploads.form(seconds=1)
    time.sleep(1.2)
    assert error(uploads.post(url, fields)) == (
        403,
        "AccessDenied",
        "Invalid according to Policy: Policy expired.",
    )


def test_nobody_changes_a_signed_form(uploads: Uploads) -> None:
    url, fields = uploads.form()
    policy = json.loads(base64.b64decode(fields["policy"]))
    policy["conditions"][-1] = ["content-length-range", 1, 10**9]
    forged = base64.b64encode(json.dumps(policy).encode()).decode()
    assert error(uploads.post(url, {**fields, "policy": forged}))[:2] == (403, "SignatureDoesNotMatch")
    assert error(uploads.post(url, {**fields, "x-amz-signature": "0" * 64}))[:2] == (403, "SignatureDoesNotMatch")
    assert error(uploads.post(url, {**fields, "x-amz-security-token": "forged"}))[0] in (400, 403)


def test_a_form_can_do_what_its_signer_can_and_no_more(uploads: Uploads) -> None:
    assert error(uploads.post(*uploads.form(key="models/evil")))[:2] == (403, "AccessDenied")
    assert uploads.emulator.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="models/")["KeyCount"] == 0


def test_a_form_without_signature_is_refused(uploads: Uploads) -> None:
    url, _ = uploads.form()
    assert error(uploads.post(url, {"key": "uploads/anonymous"}))[:2] == (403, "AccessDenied")


def test_objects_with_another_prefix_are_not_told_of(uploads: Uploads) -> None:
    uploads.events()
    s3 = uploads.emulator.client("s3")
    s3.put_object(Bucket=BUCKET, Key="elsewhere/one", Body=b"1")
    assert uploads.post(*uploads.form(key="uploads/told"))[0] == 204
    assert [record["s3"]["object"]["key"] for record in uploads.records(1)] == ["uploads/told"]


def test_later_versions_of_a_key_have_greater_sequencers(uploads: Uploads) -> None:
    uploads.events()
    sent = [uploads.post(*uploads.form(key="uploads/twice"))[1]["x-amz-version-id"] for _ in range(2)]
    told = {record["s3"]["object"]["versionId"]: record["s3"]["object"]["sequencer"] for record in uploads.records(2)}
    first, second = (told[version] for version in sent)
    assert len(first) == len(second)
    assert first < second


@pytest.mark.parametrize(
    ("origin", "method", "allowed"),
    [(ORIGIN, "POST", True), ("http://localhost:9999", "POST", True), (ORIGIN, "DELETE", False)],
)
def test_a_browser_asks_before_it_sends(uploads: Uploads, origin: str, method: str, allowed: bool) -> None:
    url, _ = uploads.form()
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "content-type",
    }
    status, headers, _ = uploads.ask("OPTIONS", url, b"", asked)
    assert status == (200 if allowed else 403)
    assert headers.get("access-control-allow-origin") == (origin if allowed else None)
    if allowed:
        assert headers["access-control-allow-methods"] == "POST"
        assert headers["access-control-allow-headers"].lower() == "content-type"
        assert headers["access-control-max-age"] == "300"


def test_a_refusal_can_be_read_by_the_page(uploads: Uploads) -> None:
    _, headers, _ = uploads.post(*uploads.form(most=10))
    assert headers["access-control-allow-origin"] in (ORIGIN, "*")
    assert uploads.emulator.command("faults", f"s3:{BUCKET}", "throttle", "--operation", "PostObject").returncode == 0
    try:
        answer = uploads.post(*uploads.form())
        assert error(answer)[:2] == (503, "SlowDown")
        assert answer[1]["access-control-allow-origin"] in (ORIGIN, "*")
    finally:
        uploads.emulator.command("faults", f"s3:{BUCKET}", "clear")
