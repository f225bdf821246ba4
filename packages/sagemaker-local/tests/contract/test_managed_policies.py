"""AWS's managed policies, SageMaker's among them, and what happens with one that nobody knows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sagemaker_local.ministack.managed_policies import PREFIX, documents
from support.emulators import BUCKET, Emulator, World, eventually, trust
from support.refusals import refusal

FULL_ACCESS = f"{PREFIX}AmazonSageMakerFullAccess"
MISSPELT = f"{PREFIX}AmazonSagemakerFulAccess"
ROLE = "full-access"


@pytest.fixture(scope="module")
def role(world: World) -> str:
    iam = world.emulator.client("iam")
    made = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust("sagemaker.amazonaws.com"))
    iam.attach_role_policy(RoleName=ROLE, PolicyArn=FULL_ACCESS)
    return str(made["Role"]["Arn"])


def test_every_document_is_a_policy() -> None:
    for name, policy in documents().items():
        assert policy["document"]["Version"] == "2012-10-17", name
        assert all({"Effect", "Action"} <= statement.keys() for statement in policy["document"]["Statement"]), name


def test_full_access_is_to_buckets_of_sagemaker_alone(world: World, role: str) -> None:
    iam, s3, sagemaker = (world.emulator.client(name) for name in ("iam", "s3", "sagemaker"))
    assert iam.get_policy(PolicyArn=FULL_ACCESS)["Policy"]["DefaultVersionId"] == "v29"
    s3.create_bucket(Bucket="sagemaker-here")
    s3.copy_object(Bucket="sagemaker-here", Key="m.tar.gz", CopySource=f"{BUCKET}/models/one/model.tar.gz")
    container = {**world.container("one"), "ModelDataUrl": "https://s3.us-east-1.amazonaws.com/sagemaker-here/m.tar.gz"}
    sagemaker.create_model(ModelName="full", ExecutionRoleArn=role, PrimaryContainer=container)
    elsewhere = {"ModelName": "no", "ExecutionRoleArn": role, "PrimaryContainer": world.container("one")}
    assert "Could not access model data" in refusal(sagemaker.create_model, **elsewhere)[1]


def test_a_policy_that_does_not_exist_is_not_attached(emulator: Emulator, role: str) -> None:
    iam = emulator.client("iam")
    iam.create_user(UserName="reader")
    said = f"Policy {MISSPELT} does not exist or is not attachable."
    for attach, name in (
        (iam.attach_role_policy, {"RoleName": ROLE}),
        (iam.attach_user_policy, {"UserName": "reader"}),
    ):
        code, text = refusal(attach, **name, PolicyArn=MISSPELT)
        assert (code, text.partition(" This emulator")[0]) == ("NoSuchEntity", said)
    own = "arn:aws:iam::123456789012:policy/nothing"
    assert refusal(iam.attach_role_policy, RoleName=ROLE, PolicyArn=own) == (
        "NoSuchEntity",
        f"Policy {own} does not exist or is not attachable.",
    )
    assert len(iam.list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"]) == 1


def test_a_template_that_names_one_is_rolled_back(emulator: Emulator) -> None:
    cloudformation = emulator.client("cloudformation")

    def template(policy: str) -> str:
        statement = json.loads(trust("sagemaker.amazonaws.com"))
        properties = {"AssumeRolePolicyDocument": statement, "ManagedPolicyArns": [policy]}
        return json.dumps({"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": properties}}})

    def status() -> Any:
        return cloudformation.describe_stacks(StackName="policies")["Stacks"][0]["StackStatus"]

    arguments = {"StackName": "policies", "Capabilities": ["CAPABILITY_IAM"]}
    cloudformation.create_stack(**arguments, TemplateBody=template(FULL_ACCESS))
    eventually(lambda: status() == "CREATE_COMPLETE")
    cloudformation.update_stack(**arguments, TemplateBody=template(MISSPELT))
    eventually(lambda: status() == "UPDATE_ROLLBACK_COMPLETE")
    events = cloudformation.describe_stack_events(StackName="policies")["StackEvents"]
    assert any(f"Policy {MISSPELT} does not exist" in event.get("ResourceStatusReason", "") for event in events)
