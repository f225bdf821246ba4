"""A Kinesis stream that is mapped to a function in the emulator: what fails is halved, given up and reported."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from support.emulators import Emulator, eventually, trust

pytestmark = pytest.mark.slow

CODE = """
import base64
def handler(event, context):
    payloads = [base64.b64decode(record["kinesis"]["data"]) for record in event["Records"]]
    print(payloads)
    assert b"bad" not in payloads
"""
STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/{name}"
READ = ("kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards")


def map_function(emulator: Emulator, name: str, *rights: str) -> str:
    """Make stream, queue, function and mapping of one name; returns the mapping's id."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("code.py", CODE)
    iam, functions = emulator.client("iam"), emulator.client("lambda")
    emulator.client("kinesis").create_stream(StreamName=name, ShardCount=1)
    emulator.client("sqs").create_queue(QueueName=name)
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))["Role"]["Arn"]
    statement = {"Effect": "Allow", "Action": list(rights), "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=policy)
    functions.create_function(
        FunctionName=name,
        Runtime="python3.14",
        Handler="code.handler",
        Role=role,
        Code={"ZipFile": archive.getvalue()},
    )
    mapping = functions.create_event_source_mapping(
        FunctionName=name,
        EventSourceArn=STREAM.format(name=name),
        StartingPosition="TRIM_HORIZON",
        BatchSize=4,
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": f"arn:aws:sqs:us-east-1:123456789012:{name}"}},
    )
    return str(mapping["UUID"])


def put(emulator: Emulator, name: str, *payloads: bytes) -> list[str]:
    """Put records into the stream; returns their sequence numbers."""
    records = [{"Data": payload, "PartitionKey": "key"} for payload in payloads]
    answer = emulator.client("kinesis").put_records(StreamName=name, Records=records)
    return [result["SequenceNumber"] for result in answer["Records"]]


def test_the_one_bad_record_is_given_up_and_told_of(emulator: Emulator) -> None:
    mapping = map_function(emulator, "halved", *READ, "sqs:SendMessage")
    numbers = put(emulator, "halved", b"a", b"bad")
    sqs, found = emulator.client("sqs"), list[dict[str, Any]]()
    url = sqs.get_queue_url(QueueName="halved")["QueueUrl"]

    def reported() -> bool:
        found.extend(sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []))
        return bool(found)

    eventually(reported)
    failure = json.loads(found[0]["Body"])
    assert failure["requestContext"]["condition"] == "RetryAttemptsExhausted"
    batch = failure["KinesisBatchInfo"]
    assert (batch["startSequenceNumber"], batch["endSequenceNumber"], batch["batchSize"]) == (numbers[1], numbers[1], 1)
    assert (batch["streamArn"], batch["shardId"]) == (STREAM.format(name="halved"), "shardId-000000000000")
    functions = emulator.client("lambda")
    put(emulator, "halved", b"b")
    eventually(lambda: functions.get_event_source_mapping(UUID=mapping)["LastProcessingResult"] == "OK")
    functions.delete_event_source_mapping(UUID=mapping)


def test_a_role_that_may_not_read_the_stream_shows(emulator: Emulator) -> None:
    mapping = map_function(emulator, "unreadable", "sqs:SendMessage")
    put(emulator, "unreadable", b"a")
    functions = emulator.client("lambda")

    def problem() -> bool:
        said = functions.get_event_source_mapping(UUID=mapping)["LastProcessingResult"]
        return "AccessDenied" in said and "kinesis:ListShards" in said

    eventually(problem)
    functions.delete_event_source_mapping(UUID=mapping)
