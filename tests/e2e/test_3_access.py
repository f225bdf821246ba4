"""Who gets in, and what the deployed roles may do: policies as the emulator enforces them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tools.api_client import ApiClient
from tools.deployment import Deployment, api_url, stack_outputs


def _invoke(deployment: Deployment, path: str) -> dict[str, Any]:
    outputs = stack_outputs(deployment, "api")
    resource = f"arn:aws:execute-api:us-east-1:123456789012:{outputs['ApiId']}/{outputs['StageName']}/{path}"
    return {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resource}


def test_an_unsigned_request_is_refused(deployment: Deployment) -> None:
    answer = ApiClient(api_url(deployment), None).model()
    assert (answer.status, answer.headers["content-type"]) == (403, "application/problem+json")


def test_a_wrong_secret_is_refused(deployment: Deployment, caller: Any) -> None:
    client = caller(_invoke(deployment, "GET/model"))
    session = client._session
    session.set_credentials(session.get_credentials().access_key, "wrong")
    assert client.model().status == 403


def test_a_user_without_a_policy_is_refused(caller: Any) -> None:
    assert caller().model().status == 403


def test_a_user_may_do_what_the_policy_says_and_no_more(deployment: Deployment, caller: Any) -> None:
    client = caller(_invoke(deployment, "GET/model"))
    assert client.model().status == 200
    assert client.predict([[0] * 784]).status == 403


def test_a_user_with_the_right_may_predict(deployment: Deployment, caller: Any) -> None:
    client = caller(_invoke(deployment, "POST/predictions"))
    assert client.predict([[0] * 784]).status == 200


ROLES = [
    (
        "api",
        "Prediction",
        "sagemaker:InvokeEndpoint",
        "arn:aws:sagemaker:us-east-1:123456789012:endpoint/digits-local",
        True,
    ),
    ("api", "Prediction", "sagemaker:InvokeEndpoint", "arn:aws:sagemaker:us-east-1:123456789012:endpoint/other", False),
    (
        "api",
        "Prediction",
        "sagemaker:DeleteEndpoint",
        "arn:aws:sagemaker:us-east-1:123456789012:endpoint/digits-local",
        False,
    ),
    ("api", "Prediction", "s3:GetObject", "arn:aws:s3:::BUCKET/KEY", False),
    ("inference", "Serving", "s3:GetObject", "arn:aws:s3:::BUCKET/KEY", True),
    ("inference", "Serving", "s3:GetObject", "arn:aws:s3:::BUCKET/models/other/model.tar.gz", False),
    ("inference", "Serving", "s3:PutObject", "arn:aws:s3:::BUCKET/KEY", False),
    ("inference", "Artifact", "s3:GetObject", "arn:aws:s3:::BUCKET/KEY", True),
    ("inference", "Artifact", "s3:DeleteObject", "arn:aws:s3:::BUCKET/KEY", False),
]


@pytest.mark.parametrize(("part", "role", "action", "resource", "allowed"), ROLES)
def test_a_deployed_role_may_do_just_its_work(
    deployment: Deployment, part: str, role: str, action: str, resource: str, allowed: bool
) -> None:
    key = json.loads(deployment.manifest.read_text())["artifact"]["key"]
    bucket = stack_outputs(deployment, "storage")["BucketName"]
    decision = deployment.client("iam").simulate_custom_policy(
        PolicyInputList=_policies(deployment, part, role),
        ActionNames=[action],
        ResourceArns=[resource.replace("BUCKET", bucket).replace("KEY", key)],
    )["EvaluationResults"][0]["EvalDecision"]
    assert (decision == "allowed") is allowed


def _policies(deployment: Deployment, part: str, prefix: str) -> list[str]:
    """The policies of the deployed role whose logical id starts with `prefix`, as JSON texts."""
    cloudformation, iam = deployment.client("cloudformation"), deployment.client("iam")
    resources = cloudformation.list_stack_resources(StackName=deployment.stack(part))["StackResourceSummaries"]
    (name,) = (
        resource["PhysicalResourceId"]
        for resource in resources
        if resource["ResourceType"] == "AWS::IAM::Role" and resource["LogicalResourceId"].startswith(prefix)
    )
    assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []
    names = iam.list_role_policies(RoleName=name)["PolicyNames"]
    documents = (iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"] for policy in names)
    return [json.dumps(document) for document in documents]
