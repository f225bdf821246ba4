"""The role that a workflow on GitHub takes may do everything that `make deploy` does, with policies in force."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from stacks.github.rights import Place, deployment_rights
from stacks.settings import LOCAL
from tools.accept.updates import EndpointStack, packed_otherwise
from tools.approval import Approval, wanted_templates
from tools.deploy import deploy_and_check, prepare
from tools.deployment import Deployment
from tools.leftovers import leftovers
from tools.process_environment import adopt
from tools.review.change import Risk

PLACE = Place(partition="aws", region=LOCAL.region, account=LOCAL.account, environment=LOCAL.environment)
NAME = "digits-github-local"


@pytest.fixture
def by_workflow(deployment: Deployment) -> Iterator[Deployment]:
    """The deployment with the credentials of the role; here it trusts the account instead of GitHub."""
    iam = deployment.client("iam")
    trusted = {"Effect": "Allow", "Principal": {"AWS": LOCAL.account}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=_document(trusted))["Role"]
    statements = [
        {
            "Effect": "Allow",
            "Action": list(right.actions),
            "Resource": list(right.resources),
            "Condition": dict(right.conditions),
        }
        for right in deployment_rights(PLACE)
    ]
    iam.put_role_policy(RoleName=NAME, PolicyName="rights", PolicyDocument=_document(*statements))
    keys = deployment.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="workflow")["Credentials"]
    variables = {
        **deployment.variables,
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }
    adopt(variables)
    yield replace(deployment, variables=variables)
    adopt(deployment.variables)
    iam.delete_role_policy(RoleName=NAME, PolicyName="rights")
    iam.delete_role(RoleName=NAME)


def _document(*statements: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def test_a_workflow_deploys_checks_and_sweeps(
    deployment: Deployment, by_workflow: Deployment, stack: EndpointStack
) -> None:
    assert stack.update(packed_otherwise(stack.served())) == "UPDATE_COMPLETE"
    sagemaker = deployment.client("sagemaker")
    assert len(sagemaker.list_models()["Models"]) == 2
    # As if nothing were deployed, it asks for everything that has a name.
    assert len(list(leftovers(by_workflow.client, wanted_templates(by_workflow), {}))) > len(LOCAL.parts.stacks)
    prepare(by_workflow, LOCAL, Approval(asks=False, accepts=frozenset({Risk.DATA_LOSS})))
    deploy_and_check(by_workflow)
    assert len(sagemaker.list_models()["Models"]) == 1
    assert len(sagemaker.list_endpoint_configs()["EndpointConfigs"]) == 1
    assert len(deployment.client("iam").list_roles(PathPrefix="/digits-local/")["Roles"]) == 1
