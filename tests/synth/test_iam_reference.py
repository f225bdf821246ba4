"""Every statement of every policy against AWS's service authorization reference."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.assemblies import Assembly, Json, as_list
from tests.support.iam_reference import (
    problems,
    resource_statements,
    role_statements,
    unknown_actions,
    unknown_keys,
)


def test_what_roles_may_do_is_what_aws_knows(assembly: Assembly) -> None:
    wrong = {f"{name}: {problem}" for name, statement in role_statements(assembly) for problem in problems(statement)}
    assert not wrong


def test_other_policies_say_what_aws_knows(assembly: Assembly) -> None:
    wrong = set()
    for name, statement in resource_statements(assembly):
        found = [*unknown_actions(as_list(statement["Action"])), *unknown_keys(statement)]
        wrong |= {f"{name}: {problem}" for problem in found}
    assert not wrong


def test_all_kinds_of_policies_are_looked_at(prod: Assembly) -> None:
    actions = {action for _, statement in resource_statements(prod) for action in as_list(statement["Action"])}
    assert {"sts:AssumeRole", "s3:*", "sqs:*", "sns:Publish", "kms:*", "logs:*"} <= actions


JOB = "arn:aws:sagemaker:us-east-1:111111111111:training-job/digits-dev-*"
GOOD: Json = {
    "Action": "sagemaker:CreateTrainingJob",
    "Resource": JOB,
    "Condition": {"NumericLessThanEquals": {"sagemaker:MaxRuntimeInSeconds": "60"}},
}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({}, None),
        ({"Action": "sagemaker:CreateTraining"}, "there is no sagemaker:CreateTraining"),
        ({"Resource": JOB.replace("training-job", "processing-job")}, "is about"),
        ({"Resource": "*"}, "is about"),
        ({"Resource": [JOB, "arn:aws:s3:::b"]}, "is about arn:aws:s3:::b"),
        ({"Condition": {"Null": {"sagemaker:MaxRuntime": "true"}}}, "does not know sagemaker:MaxRuntime"),
        ({"Action": "sagemaker:StopTrainingJob"}, "does not know sagemaker:MaxRuntimeInSeconds"),
        ({"Condition": {"Bool": {"sagemaker:MaxRuntimeInSeconds": "true"}}}, "does not compare"),
        ({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::b", "Condition": {}}, "is about"),
        ({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/jobs/*", "Condition": {}}, None),
        ({"Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b/jobs/*", "Condition": {}}, "is about"),
        ({"Action": "cloudwatch:PutMetricData", "Resource": "*", "Condition": {}}, None),
        ({"Action": "cloudwatch:PutMetricData", "Condition": {}}, "is about no resource"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found(change: dict[str, Any], problem: str | None) -> None:
    found = problems({**GOOD, **change})
    assert any(problem in each for each in found) if problem else not found
