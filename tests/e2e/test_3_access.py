"""Who gets in, and what the deployed roles may do: policies as the emulator enforces them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stacks.policy.role_table import Resource, read_role_table
from tests.support.iam_reference import ARNS
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


TABLE = read_role_table()
NAMES = list(dict.fromkeys(f"{role.part}-{role.begins}" for role in TABLE.of("local")))


def _resources(deployment: Deployment) -> dict[tuple[str, str, str], str]:
    """Physical ids by part, type and logical id."""
    cloudformation = deployment.client("cloudformation")
    return {
        (part, each["ResourceType"], each["LogicalResourceId"]): each["PhysicalResourceId"]
        for part in {role.part for role in TABLE.roles} | {wanted.part for wanted in TABLE.resources.values()}
        for each in cloudformation.list_stack_resources(StackName=deployment.stack(part))["StackResourceSummaries"]
    }


def _physical_id(found: dict[tuple[str, str, str], str], wanted: Resource) -> str | None:
    """Of the one resource that the table means; None where `local` has none."""
    ids = [
        physical
        for (part, kind, logical), physical in found.items()
        if (part, kind) == (wanted.part, wanted.type) and logical.startswith(wanted.begins)
    ]
    assert len(ids) <= 1, ids
    return ids[0] if ids else None


@pytest.fixture(scope="module")
def deployed(deployment: Deployment) -> dict[tuple[str, str, str], str]:
    return _resources(deployment)


@pytest.fixture(scope="module")
def values(deployment: Deployment, deployed: dict[tuple[str, str, str], str]) -> dict[str, str]:
    """What stands for the names in braces of the table."""
    known = {
        "account": "123456789012",
        "region": "us-east-1",
        "environment": "local",
        "name": "digits-local",
        "key": json.loads(deployment.manifest.read_text())["artifact"]["key"],
    }
    for name, wanted in TABLE.resources.items():
        physical = _physical_id(deployed, wanted) or "absent"
        arn = ARNS.get(wanted.type, "{name}").replace("111111111111", known["account"]).removesuffix(":*")
        last = physical if wanted.type.startswith("AWS::Logs") else physical.rpartition("/")[2]
        known[name] = physical if physical.startswith("arn:") else arn.format(name=last)
    return known


@pytest.mark.parametrize("name", NAMES)
def test_a_deployed_role_may_do_just_its_work(
    deployment: Deployment, deployed: dict[tuple[str, str, str], str], values: dict[str, str], name: str
) -> None:
    part, begins = name.split("-")
    role = _physical_id(deployed, Resource(part=part, type="AWS::IAM::Role", begins=begins))
    assert role is not None
    iam = deployment.client("iam")
    source = iam.get_role(RoleName=role)["Role"]["Arn"]
    wrong = []
    for question in (each for asked in TABLE.of("local") if asked.begins == begins for each in asked.questions):
        answer = iam.simulate_principal_policy(
            PolicySourceArn=source,
            ActionNames=[question.action],
            ResourceArns=[question.resource.format(**values)],
            ContextEntries=[
                {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
                for key, value in question.context.items()
            ],
        )
        if (answer["EvaluationResults"][0]["EvalDecision"] == "allowed") is not question.allowed:
            wrong.append(question)
    assert not wrong
