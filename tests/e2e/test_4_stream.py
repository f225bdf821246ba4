"""The commands of the stream upon what is deployed: sending, preparing, dead letters and their replay."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from contract.stream_record import make_record
from tests.support.emulator import eventually
from tools.deployment import ROOT, Deployment, stack_outputs
from training.data.data_folder import read_data_manifest, read_source_split
from training.stream.selection import Selection, select

SENT = 240
POISON = {"junk": b"junk", "label": b'{"schema": "digits.record/1", "id": "x", "label": 11}', "deep": b"[" * 50_000}


@pytest.fixture(scope="session")
def build(deployment: Deployment, workspace: Path) -> Path:
    """A build folder with MNIST, before anything was streamed."""
    folder = workspace / "stream-build"
    _train(deployment, folder, "prepare", "--copies", "0")
    return folder


@pytest.fixture(scope="session")
def poison_numbers(deployment: Deployment, build: Path) -> set[str]:
    """Send digits twice in part, and bad records among them; returns the sequence numbers of these."""
    assert "240 of 240 have arrived" in _train(
        deployment, build, "stream", "--count", str(SENT), "--rate", "4000", "--wait"
    )
    kinesis, stream = deployment.client("kinesis"), stack_outputs(deployment, "stream")["StreamName"]
    digits = select(read_source_split(build / "data", "train"), Selection(count=20))
    good = [make_record(int(label), image.tobytes()) for label, image in zip(digits.labels, digits.images, strict=True)]
    entries = [{"Data": record.payload, "PartitionKey": record.id} for record in good]
    entries[5:5] = [{"Data": content, "PartitionKey": name} for name, content in POISON.items()]
    answer = kinesis.put_records(StreamName=stream, Records=entries)
    assert answer["FailedRecordCount"] == 0
    _train(deployment, build, "stream", "--count", "60", "--start", "200", "--rate", "4000", "--wait")
    return {result["SequenceNumber"] for result in answer["Records"][5 : 5 + len(POISON)]}


@pytest.mark.exhaustive
def test_what_was_sent_is_in_the_training_split_once(
    deployment: Deployment, build: Path, poison_numbers: set[str]
) -> None:
    source = read_source_split(build / "data", "train")
    wanted = select(source, Selection(count=SENT + 20))
    assert poison_numbers
    said = _train(deployment, build, "prepare", "--copies", "0", "--from-stream")
    assert "260 new digits, 60 duplicates, 0 pictures that are in MNIST" in said
    manifest, train = read_data_manifest(build / "data"), read_source_split(build / "data", "train")
    assert manifest.counts == {"train": 50_260, "validation": 10_000, "test": 10_000}
    assert np.array_equal(train.images[:50_000], source.images)
    arrived = list(zip(train.labels[50_000:].tolist(), map(bytes, train.images[50_000:]), strict=True))
    assert sorted(arrived) == sorted(zip(wanted.labels.tolist(), map(bytes, wanted.images), strict=True))
    assert "nothing to do" in _train(deployment, build, "prepare", "--copies", "0", "--from-stream")


@pytest.mark.exhaustive
def test_bad_records_are_dead_letters_with_their_sequence_number(
    deployment: Deployment, build: Path, poison_numbers: set[str]
) -> None:
    dead_letters = _dead_letters(deployment)
    assert {each["sequence_number"] for each in dead_letters} == poison_numbers
    s3 = deployment.client("s3")
    for dead_letter in dead_letters:
        bucket, _, key = dead_letter["payload"].removeprefix("s3://").partition("/")
        content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        assert content == POISON[dead_letter["partition_key"]]
        assert dead_letter["reason"]
    said = _train(deployment, build, "dead-letters")
    assert all(number in said for number in poison_numbers)
    assert "dead letters discarded: 3" in _train(deployment, build, "dead-letters", "--discard")
    assert "there are no dead letters" in _train(deployment, build, "dead-letters")


@pytest.mark.exhaustive
def test_a_batch_that_is_given_up_can_be_sent_again(deployment: Deployment, build: Path) -> None:
    with _consumer_may_not_write(deployment):
        _train(deployment, build, "stream", "--count", "1", "--start", "1000")
        eventually(lambda: _dead_letters(deployment))
    (dead_letter,) = _dead_letters(deployment)
    assert dead_letter["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert dead_letter["requestContext"]["approximateInvokeCount"] == 3
    assert dead_letter["KinesisBatchInfo"]["batchSize"] == 1
    assert (
        dead_letter["KinesisBatchInfo"]["startSequenceNumber"] == dead_letter["KinesisBatchInfo"]["endSequenceNumber"]
    )
    before = _parts(deployment)
    assert "records sent again: 1; dead letters left: 0" in _train(deployment, build, "dead-letters", "--replay")
    eventually(lambda: _parts(deployment) - before)
    assert "261 new digits" in _train(deployment, build, "prepare", "--copies", "0", "--from-stream")


def _train(deployment: Deployment, build: Path, *arguments: str) -> str:
    return _run(deployment, "training", "--build", str(build), *arguments)


def _run(deployment: Deployment, module: str, *arguments: str) -> str:
    own = {"DIGITS_ENVIRONMENT": "local", "DIGITS_MANIFEST": str(deployment.manifest)}
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env={**deployment.variables, **own}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _dead_letters(deployment: Deployment) -> list[dict[str, Any]]:
    """What is in the queue; it stays there."""
    queue, url = deployment.client("sqs"), stack_outputs(deployment, "stream")["DeadLettersUrl"]
    answer = queue.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def _parts(deployment: Deployment) -> set[str]:
    bucket = stack_outputs(deployment, "storage")["BucketName"]
    listed = deployment.client("s3").list_objects_v2(Bucket=bucket, Prefix="stream/parts/")
    return {each["Key"] for each in listed.get("Contents", []) if each["Key"].endswith(".json")}


@contextmanager
def _consumer_may_not_write(deployment: Deployment) -> Iterator[None]:
    """Take the right to write parts away for a while."""
    iam, cloudformation = deployment.client("iam"), deployment.client("cloudformation")
    listed = cloudformation.list_stack_resources(StackName=deployment.stack("stream"))["StackResourceSummaries"]
    (role,) = [each["PhysicalResourceId"] for each in listed if each["ResourceType"] == "AWS::IAM::Role"]
    deny = {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    iam.put_role_policy(RoleName=role, PolicyName="not-now", PolicyDocument=document)
    yield
    iam.delete_role_policy(RoleName=role, PolicyName="not-now")
