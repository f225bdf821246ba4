"""IAM's simulator in the emulator: each resource by itself, what conditions look at, roles with a path."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from support.emulators import Emulator

BUCKET = "arn:aws:s3:::churn"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{BUCKET}/channels/*"},
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": BUCKET,
            "Condition": {"StringLike": {"s3:prefix": ["channels/*"]}},
        },
        {"Effect": "Deny", "Action": "s3:GetObject", "Resource": f"{BUCKET}/channels/secret"},
    ],
}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "sagemaker.amazonaws.com"}}],
}


@pytest.fixture(params=["/", "/churn/jobs/"], ids=["no-path", "path"])
def role(emulator: Emulator, request: pytest.FixtureRequest) -> Iterator[str]:
    iam, name = emulator.client("iam"), f"simulated{len(request.param)}"
    made = iam.create_role(RoleName=name, Path=request.param, AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(POLICY))
    yield made["Role"]["Arn"]
    iam.delete_role_policy(RoleName=name, PolicyName="p")
    iam.delete_role(RoleName=name)


def decisions(emulator: Emulator, role: str, action: str, resources: list[str], **context: str) -> dict[str, str]:
    entries = [
        {"ContextKeyName": f"s3:{key}", "ContextKeyValues": [value], "ContextKeyType": "string"}
        for key, value in context.items()
    ]
    answer = emulator.client("iam").simulate_principal_policy(
        PolicySourceArn=role, ActionNames=[action], ResourceArns=resources, ContextEntries=entries
    )
    return {result["EvalResourceName"]: result["EvalDecision"] for result in answer["EvaluationResults"]}


def test_every_resource_is_looked_at(emulator: Emulator, role: str) -> None:
    asked = [f"{BUCKET}/{key}" for key in ("channels/part", "channels/secret", "models/one")]
    found = decisions(emulator, role, "s3:GetObject", asked)
    assert list(found.values()) == ["allowed", "explicitDeny", "implicitDeny"]


def test_conditions_see_what_is_told_of_the_request(emulator: Emulator, role: str) -> None:
    assert decisions(emulator, role, "s3:ListBucket", [BUCKET], prefix="channels/1/") == {BUCKET: "allowed"}
    assert decisions(emulator, role, "s3:ListBucket", [BUCKET], prefix="models/") == {BUCKET: "implicitDeny"}
    assert decisions(emulator, role, "s3:ListBucket", [BUCKET]) == {BUCKET: "implicitDeny"}


def test_a_resource_that_is_no_arn_is_refused(emulator: Emulator, role: str) -> None:
    with pytest.raises(ClientError, match=r"InvalidInput.*not in a valid ARN format: churn"):
        decisions(emulator, role, "s3:GetObject", ["churn"])
