"""A bucket that tells a queue of uploads, and a browser that sends them with a presigned form."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from botocore.config import Config
from botocore.session import Session

from sagemaker_local import settings
from support.emulators import Emulator, eventually

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
