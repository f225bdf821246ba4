"""Change sets: of drift, of imports that are not possible, and templates with types that the emulator lacks."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from support.emulators import Emulator, eventually, trust
from support.refusals import refusal

BUCKET, STACK = "drift-code", "drifting"
GROUP = "AWS::SageMaker::ModelPackageGroup"


def code(answer: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", f"def handler(event, context):\n    return {answer!r}\n")
    return packed.getvalue()


def template() -> str:
    role = {"AssumeRolePolicyDocument": json.loads(trust("lambda.amazonaws.com"))}
    function = {
        "Handler": "index.handler",
        "Runtime": "python3.12",
        "Timeout": 7,
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Code": {"S3Bucket": BUCKET, "S3Key": "code.zip"},
    }
    resources = {
        "Role": {"Type": "AWS::IAM::Role", "Properties": role},
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 33}},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
    }
    return json.dumps({"Resources": resources})


@pytest.fixture(scope="module")
def cloudformation(emulator: Emulator) -> Any:
    return emulator.client("cloudformation")


@pytest.mark.slow
def test_a_hotswap_and_changes_by_hand_are_reverted(emulator: Emulator, cloudformation: Any) -> None:
    s3, functions, queues = (emulator.client(name) for name in ("s3", "lambda", "sqs"))
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="code.zip", Body=code("template"))
    arguments = {"StackName": STACK, "TemplateBody": template(), "Capabilities": ["CAPABILITY_IAM"]}
    cloudformation.create_stack(**arguments)
    eventually(lambda: status(cloudformation) == "CREATE_COMPLETE")
    found = cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
    names = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found}

    def now() -> tuple[str, int, str]:
        answer = functions.invoke(FunctionName=names["Function"])["Payload"].read().decode()
        timeout = functions.get_function_configuration(FunctionName=names["Function"])["Timeout"]
        hidden = queues.get_queue_attributes(QueueUrl=names["Queue"], AttributeNames=["VisibilityTimeout"])
        return answer, timeout, hidden["Attributes"]["VisibilityTimeout"]

    assert now() == ('"template"', 7, "33")
    functions.update_function_code(FunctionName=names["Function"], ZipFile=code("hotswapped"))
    functions.update_function_configuration(FunctionName=names["Function"], Timeout=9)
    queues.set_queue_attributes(QueueUrl=names["Queue"], Attributes={"VisibilityTimeout": "44"})
    assert now() == ('"hotswapped"', 9, "44")
    cloudformation.create_change_set(**arguments, ChangeSetName="plain")
    described = cloudformation.describe_change_set(StackName=STACK, ChangeSetName="plain")
    assert "didn't contain changes" in described["StatusReason"]
    made = cloudformation.create_change_set(**arguments, ChangeSetName="back", DeploymentMode="REVERT_DRIFT")
    described = cloudformation.describe_change_set(ChangeSetName=made["Id"])
    shown = [change["ResourceChange"]["LogicalResourceId"] for change in described["Changes"]]
    assert (described["ExecutionStatus"], shown) == ("AVAILABLE", ["Function", "Queue"])
    cloudformation.execute_change_set(StackName=STACK, ChangeSetName="back")
    eventually(lambda: status(cloudformation) == "UPDATE_COMPLETE")
    assert now() == ('"template"', 7, "33")


def status(cloudformation: Any) -> str:
    return str(cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"])


def test_an_import_that_is_not_possible_has_failed_with_its_reason(cloudformation: Any) -> None:
    properties = {"ModelPackageGroupName": "left-behind"}
    resource = {"Type": GROUP, "DeletionPolicy": "Retain", "Properties": properties}
    imported = {"ResourceType": GROUP, "LogicalResourceId": "Group", "ResourceIdentifier": properties}
    cloudformation.create_change_set(
        StackName="importing",
        ChangeSetName="import",
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps({"Resources": {"Group": resource}}),
        ResourcesToImport=[imported],
    )
    described = cloudformation.describe_change_set(StackName="importing", ChangeSetName="import")
    assert (described["Status"], described["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert described["StatusReason"] == f"Resource import is not supported by this emulator for {GROUP}"


def test_types_that_the_emulator_lacks_are_named_as_such(cloudformation: Any) -> None:
    body = json.dumps({"Resources": {"Domain": {"Type": "AWS::SageMaker::Domain"}}})
    _, text = refusal(cloudformation.create_stack, StackName="unknown", TemplateBody=body)
    assert "[AWS::SageMaker::Domain]. This emulator does not have them; on AWS they may exist" in text


def test_an_update_to_the_same_template_looks_up_outputs_of_other_stacks_again(
    emulator: Emulator, cloudformation: Any
) -> None:
    def producer(value: str) -> str:
        group = {"Type": GROUP, "Properties": {"ModelPackageGroupName": "produced"}}
        return json.dumps({"Resources": {"Group": group}, "Outputs": {"Name": {"Value": value}}})

    reference = {"Fn::GetStackOutput": {"StackName": "producer", "OutputName": "Name"}}
    parameter = {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Name": "consumed", "Type": "String", "Value": reference},
    }
    consumer = json.dumps({"Resources": {"Parameter": parameter}})

    def is_settled(name: str) -> bool:
        (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
        return str(stack["StackStatus"]).endswith("_COMPLETE")

    def consumed() -> str:
        return str(emulator.client("ssm").get_parameter(Name="consumed")["Parameter"]["Value"])

    cloudformation.create_stack(StackName="producer", TemplateBody=producer("first"))
    eventually(lambda: is_settled("producer"))
    cloudformation.create_stack(StackName="consumer", TemplateBody=consumer)
    eventually(lambda: is_settled("consumer"))
    assert consumed() == "first"
    cloudformation.update_stack(StackName="producer", TemplateBody=producer("second"))
    eventually(lambda: is_settled("producer"))
    assert consumed() == "first"
    cloudformation.update_stack(StackName="consumer", TemplateBody=consumer)
    eventually(lambda: is_settled("consumer") and consumed() == "second")
