"""Lambda functions for tests of the emulator: a role with some rights, code of a few lines, and queues in front."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from sagemaker_local import settings
from support.emulators import Emulator, trust

READS_QUEUE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


def make_function(
    emulator: Emulator, name: str, code: str, *rights: str, timeout_seconds: int = 20, **modules: str
) -> None:
    """Make a function (`handler` in `code`) with other modules, and its role that has those rights on everything."""
    role = make_role(emulator, name, *rights, service="lambda.amazonaws.com")
    emulator.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.11",
        Handler="code.handler",
        Role=role,
        Timeout=timeout_seconds,
        Code={"ZipFile": zipped(code, **modules)},
    )


def zipped(code: str, **modules: str) -> bytes:
    """A deployment package of the module `code` and others."""
    return zip_file({f"{name}.py": text for name, text in {"code": code, **modules}.items()})


def zip_file(members: dict[str, str]) -> bytes:
    """A zip file of those texts."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        for name, text in members.items():
            packed.writestr(name, text)
    return archive.getvalue()


def make_role(emulator: Emulator, name: str, *rights: str, service: str) -> str:
    """Make a role for a service with those rights on everything; returns its ARN."""
    iam = emulator.client("iam")
    role: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(service))["Role"]["Arn"]
    if rights:
        statement = {"Effect": "Allow", "Action": list(rights), "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=policy)
    return role


def make_queue(emulator: Emulator, name: str, **attributes: Any) -> str:
    """Make a queue with those attributes; returns its URL."""
    answer = emulator.client("sqs").create_queue(
        QueueName=name, Attributes={key: str(value) for key, value in attributes.items()}
    )
    return str(answer["QueueUrl"])


def queue_arn(name: str) -> str:
    """ARN of a queue."""
    return f"arn:aws:sqs:{settings.REGION}:{settings.ACCOUNT}:{name}"


def map_queue(emulator: Emulator, name: str, **rules: Any) -> str:
    """Map the queue of that name to the function of that name; returns the mapping's id."""
    rules = {"BatchSize": 10, "FunctionResponseTypes": ["ReportBatchItemFailures"], **rules}
    mapping = emulator.client("lambda").create_event_source_mapping(
        FunctionName=name, EventSourceArn=queue_arn(name), **rules
    )
    return str(mapping["UUID"])


def redriven_to(name: str, *, after: int) -> str:
    """A redrive policy: to that queue after so many receives."""
    return json.dumps({"deadLetterTargetArn": queue_arn(name), "maxReceiveCount": after})


def depth(emulator: Emulator, url: str) -> tuple[int, int]:
    """How many messages of a queue are visible, and how many are with somebody."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = emulator.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return int(found[names[0]]), int(found[names[1]])
