"""Pipelines, notebook instances and stacks with both as boto3 meets them, with the rights of their roles."""

from __future__ import annotations

import base64
import json
import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from support.emulated_pipelines import condition, definition, fail, get, join, training
from support.emulators import Emulator, World, eventually, trust
from support.pipeline_executions import ARN, finished, register, statement
from support.refusals import refusal
from support.stacks import Stacks, outputs

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role whose one policy a test writes."""

    emulator: Emulator
    name: str
    arn: str

    def may(self, *statements: Json) -> None:
        policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        self.emulator.client("iam").put_role_policy(RoleName=self.name, PolicyName="p", PolicyDocument=policy)


@pytest.fixture(scope="module")
def role(emulator: Emulator) -> Role:
    services = trust("sagemaker.amazonaws.com", "events.amazonaws.com", "scheduler.amazonaws.com")
    made = emulator.client("iam").create_role(RoleName="pipeline", AssumeRolePolicyDocument=services)
    return Role(emulator=emulator, name="pipeline", arn=made["Role"]["Arn"])


@pytest.fixture(scope="module")
def sagemaker(emulator: Emulator) -> Any:
    return emulator.client("sagemaker")


@pytest.fixture(scope="module")
def group(sagemaker: Any) -> str:
    sagemaker.create_model_package_group(ModelPackageGroupName="Registered")
    return "Registered"


def gated(group: str) -> str:
    """Registers when the parameter `Accuracy` is over 0.9, and fails if not."""
    better = {"Type": "GreaterThan", "LeftValue": get("Parameters.Accuracy"), "RightValue": 0.9}
    refused = fail("Refuse", join(" ", "only", get("Parameters.Accuracy")))
    parameter = {"Name": "Accuracy", "Type": "Float", "DefaultValue": 0.95}
    return definition(condition("Gate", better, then=[register(group)], otherwise=[refused]), parameters=[parameter])


def test_a_pipeline_registers_with_the_rights_of_its_role(sagemaker: Any, role: Role, group: str) -> None:
    pipeline = {"PipelineName": "Gated", "RoleArn": role.arn}
    arn = sagemaker.create_pipeline(**pipeline, PipelineDefinition=gated(group))["PipelineArn"]
    versions = f"{ARN}:model-package/{group.lower()}/*"

    def run(**values: str) -> tuple[str, dict[str, Json]]:
        given = [{"Name": name, "Value": value} for name, value in values.items()]
        started = sagemaker.start_pipeline_execution(PipelineName=arn, PipelineParameters=given)
        return finished(sagemaker, started["PipelineExecutionArn"])

    role.may(statement(["sagemaker:CreateModelPackage"], f"{ARN}:model-package/other/*"))
    status, steps = run()
    assert status == "Failed"
    expected = f"is not authorized to perform: sagemaker:CreateModelPackage on resource: {versions}"
    assert expected in steps["Register"]["FailureReason"]

    role.may(statement(["sagemaker:CreateModelPackage", "sagemaker:DescribeModelPackage"], versions))
    status, steps = run()
    assert (status, steps["Gate"]["Metadata"]) == ("Succeeded", {"Condition": {"Outcome": "True"}})
    made = steps["Register"]["Metadata"]["RegisterModel"]["Arn"]
    assert made == f"{ARN}:model-package/registered/1"
    described = sagemaker.describe_model_package(ModelPackageName=made)
    assert described["ModelPackageDescription"] == "by Gated"
    assert described["InferenceSpecification"]["Containers"][0]["ModelDataUrl"].startswith("s3://bucket/")

    status, steps = run(Accuracy="0.5")
    assert (status, steps["Refuse"]["FailureReason"]) == ("Failed", "only 0.5")
    assert "must be of type Float" in refusal(run, Accuracy="much")[1]

    assert ": Failed; Gate Succeeded, Refuse Failed" in role.emulator.command("status").stdout
    listed = sagemaker.list_pipeline_executions(PipelineName="gated", SortOrder="Ascending")
    statuses = [each["PipelineExecutionStatus"] for each in listed["PipelineExecutionSummaries"]]
    assert statuses == ["Failed", "Succeeded", "Failed"]
    assert sagemaker.list_pipelines(PipelineNamePrefix="gat")["PipelineSummaries"][0]["PipelineArn"] == arn


def test_registering_makes_the_group_if_the_role_may(sagemaker: Any, role: Role) -> None:
    pipeline = {"PipelineName": "Grouping", "RoleArn": role.arn, "PipelineDefinition": gated("Unheard")}
    sagemaker.create_pipeline(**pipeline)
    versions, group = f"{ARN}:model-package/unheard/*", f"{ARN}:model-package-group/unheard"

    def run() -> tuple[str, dict[str, Json]]:
        started = sagemaker.start_pipeline_execution(PipelineName="Grouping")
        return finished(sagemaker, started["PipelineExecutionArn"])

    may_register = statement(["sagemaker:CreateModelPackage", "sagemaker:DescribeModelPackage"], versions)
    role.may(may_register)
    assert "sagemaker:CreateModelPackageGroup on resource" in run()[1]["Register"]["FailureReason"]
    role.may(may_register, statement(["sagemaker:CreateModelPackageGroup"], group))
    status, steps = run()
    assert (status, steps["Register"]["Metadata"]["RegisterModel"]["Arn"][-9:]) == ("Succeeded", "unheard/1")


def test_steps_of_no_execution_are_refused(sagemaker: Any) -> None:
    assert refusal(sagemaker.list_pipeline_execution_steps) == (
        "ValidationException",
        "PipelineExecutionArn is required.",
    )


def test_a_role_that_may_not_be_passed_starts_no_job(sagemaker: Any, role: Role) -> None:
    text = definition(training("Train", arguments={"TrainingJobName": "passed", "RoleArn": role.arn}))
    sagemaker.create_pipeline(PipelineName="passing", RoleArn=role.arn, PipelineDefinition=text)
    role.may(statement(["sagemaker:CreateTrainingJob"], f"{ARN}:training-job/passed-*"))
    started = sagemaker.start_pipeline_execution(PipelineName="passing")
    status, steps = finished(sagemaker, started["PipelineExecutionArn"])
    assert status == "Failed"
    expected = f"is not authorized to perform: iam:PassRole on resource: {role.arn}"
    assert expected in steps["Train"]["FailureReason"]


def test_requests_that_are_repeated_do_nothing_twice(sagemaker: Any, role: Role, group: str) -> None:
    token = str(uuid.uuid4())
    pipeline = {"PipelineName": "Repeated", "RoleArn": role.arn, "PipelineDefinition": definition(fail("No"))}
    arn = sagemaker.create_pipeline(**pipeline, ClientRequestToken=token)["PipelineArn"]
    assert sagemaker.create_pipeline(**pipeline, ClientRequestToken=token)["PipelineArn"] == arn
    code, text = refusal(sagemaker.create_pipeline, **pipeline)
    assert (code, text[:39]) == ("ValidationException", "Pipeline names must be unique within an")
    started = [
        sagemaker.start_pipeline_execution(PipelineName="repeated", ClientRequestToken=token)["PipelineExecutionArn"]
        for _ in range(2)
    ]
    assert started[0] == started[1]
    finished(sagemaker, started[0])
    shown = sagemaker.describe_pipeline_definition_for_execution(PipelineExecutionArn=started[0])
    assert shown["PipelineDefinition"] == pipeline["PipelineDefinition"]
    sagemaker.update_pipeline(PipelineName="Repeated", PipelineDefinition=gated(group))
    assert sagemaker.describe_pipeline(PipelineName="repeated")["PipelineDefinition"] == gated(group)
    code, text = refusal(sagemaker.update_pipeline, PipelineName="Repeated", PipelineDefinition="{}")
    assert (code, text[:37]) == ("ValidationException", "Unable to parse pipeline definition. ")
    sagemaker.delete_pipeline(PipelineName="repeated")
    assert refusal(sagemaker.describe_pipeline, PipelineName="Repeated")[0] == "ResourceNotFound"


def test_a_definition_may_lie_in_s3_where_the_role_reads_it(world: World, sagemaker: Any, role: Role) -> None:
    place = {"Bucket": "emulated-models", "ObjectKey": "definitions/one.json"}
    world.emulator.client("s3").put_object(Bucket=place["Bucket"], Key=place["ObjectKey"], Body=definition(fail("No")))
    arguments = {"PipelineName": "stored", "RoleArn": role.arn, "PipelineDefinitionS3Location": place}
    role.may(statement(["s3:GetObject"], "arn:aws:s3:::emulated-models/other/*"))
    assert "cannot be read with role" in refusal(sagemaker.create_pipeline, **arguments)[1]
    role.may(statement(["s3:GetObject"], "arn:aws:s3:::emulated-models/definitions/*"))
    sagemaker.create_pipeline(**arguments)
    assert sagemaker.describe_pipeline(PipelineName="stored")["PipelineDefinition"] == definition(fail("No"))


def test_a_new_object_starts_a_pipeline(emulator: Emulator, sagemaker: Any, role: Role) -> None:
    bucket, s3, events = "arriving", emulator.client("s3"), emulator.client("events")
    text = definition(fail("No", get("Parameters.Channels")), parameters=[{"Name": "Channels"}])
    arn = sagemaker.create_pipeline(PipelineName="Arriving", RoleArn=role.arn, PipelineDefinition=text)["PipelineArn"]
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}})
    keys = {"bucket": {"name": [bucket]}, "object": {"key": [{"wildcard": "channels/*/"}]}}
    pattern = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": keys}
    events.put_rule(Name="arriving", EventPattern=json.dumps(pattern))
    parameters = {"PipelineParameterList": [{"Name": "Channels", "Value": "$.detail.object.key"}]}
    target = {"Id": "p", "Arn": arn, "RoleArn": role.arn, "SageMakerPipelineParameters": parameters}
    assert events.put_targets(Rule="arriving", Targets=[target])["FailedEntryCount"] == 0

    role.may(statement(["sagemaker:StartPipelineExecution"], f"{ARN}:pipeline/other"))
    s3.put_object(Bucket=bucket, Key="channels/forbidden/", Body=b"")
    refused = f"sagemaker:StartPipelineExecution on resource: {arn}"
    eventually(lambda: refused in (emulator.state / "daemon.log").read_text())
    role.may(statement(["sagemaker:StartPipelineExecution"], arn))
    s3.put_object(Bucket=bucket, Key="channels/abc/part-0.csv", Body=b"")
    s3.put_object(Bucket=bucket, Key="channels/abc/", Body=b"")

    def executions() -> list[Json]:
        listed: list[Json] = sagemaker.list_pipeline_executions(PipelineName=arn)["PipelineExecutionSummaries"]
        return listed

    eventually(executions)
    (started,) = executions()
    status, steps = finished(sagemaker, started["PipelineExecutionArn"])
    assert (status, steps["No"]["FailureReason"]) == ("Failed", "channels/abc/")


def test_a_schedule_starts_a_pipeline(emulator: Emulator, sagemaker: Any, role: Role) -> None:
    text = definition(fail("No", get("Parameters.Why")), parameters=[{"Name": "Why"}])
    arn = sagemaker.create_pipeline(PipelineName="Timed", RoleArn=role.arn, PipelineDefinition=text)["PipelineArn"]
    role.may(statement(["sagemaker:StartPipelineExecution"], arn))
    values = [{"Name": "Why", "Value": "templated"}]
    request = {"PipelineName": "timed", "PipelineParameters": [{"Name": "Why", "Value": "universal"}]}
    targets = {
        "templated": {"Arn": arn, "SageMakerPipelineParameters": {"PipelineParameterList": values}},
        "universal": {
            "Arn": "arn:aws:scheduler:::aws-sdk:sagemaker:startPipelineExecution",
            "Input": json.dumps(request),
        },
    }
    for name, target in targets.items():
        emulator.client("scheduler").create_schedule(
            Name=name,
            ScheduleExpression="at(2026-01-01T00:00:00)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={**target, "RoleArn": role.arn},
        )

    def reasons() -> set[str]:
        listed = sagemaker.list_pipeline_executions(PipelineName="timed")["PipelineExecutionSummaries"]
        ended = [finished(sagemaker, each["PipelineExecutionArn"])[1] for each in listed]
        return {steps["No"]["FailureReason"] for steps in ended}

    eventually(lambda: reasons() == set(targets))


def test_there_is_nothing_to_open(sagemaker: Any, role: Role) -> None:
    script = base64.b64encode(b"#!/bin/sh\n").decode()
    sagemaker.create_notebook_instance_lifecycle_config(
        NotebookInstanceLifecycleConfigName="start", OnStart=[{"Content": script}]
    )
    instance = {"NotebookInstanceName": "Opened", "InstanceType": "ml.t3.medium", "RoleArn": role.arn}
    sagemaker.create_notebook_instance(**instance, LifecycleConfigName="start")
    by_config = {"NotebookInstanceLifecycleConfigNameContains": "star", "StatusEquals": "InService"}
    eventually(lambda: sagemaker.list_notebook_instances(**by_config)["NotebookInstances"])
    text = refusal(sagemaker.create_presigned_notebook_instance_url, NotebookInstanceName="Opened")[1]
    assert "There is nothing to open" in text
    assert "in a Jupyter of this machine" in text
    code, text = refusal(sagemaker.create_notebook_instance, **{**instance, "NotebookInstanceName": "a_b"})
    assert (code, "Member must satisfy regular expression pattern" in text) == ("ValidationException", True)
    too_long = {"NotebookInstanceLifecycleConfigName": "long", "OnStart": [{"Content": "a" * 16388}]}
    text = refusal(sagemaker.create_notebook_instance_lifecycle_config, **too_long)[1]
    assert "length less than or equal to 16384" in text
    sagemaker.stop_notebook_instance(NotebookInstanceName="Opened")
    eventually(lambda: sagemaker.list_notebook_instances(StatusEquals="Stopped")["NotebookInstances"])
    sagemaker.get_waiter("notebook_instance_stopped").wait(NotebookInstanceName="Opened")
    sagemaker.delete_notebook_instance(NotebookInstanceName="Opened")


def stack(role: Role, **changes: Any) -> str:
    script = base64.b64encode(b"#!/bin/sh\n").decode()
    config = {"Fn::GetAtt": ["Config", "NotebookInstanceLifecycleConfigName"]}
    notebook = {
        "NotebookInstanceName": "Stacked",
        "InstanceType": "ml.t3.medium",
        "RoleArn": role.arn,
        "LifecycleConfigName": config,
        "VolumeSizeInGB": changes.get("volume", "10"),
    }
    pipeline = {
        "PipelineName": "Stacked",
        "RoleArn": role.arn,
        "PipelineDefinition": {"PipelineDefinitionBody": definition(fail(changes.get("step", "No")))},
    }
    kinds: Json = {
        "Config": ("NotebookInstanceLifecycleConfig", {"OnStart": [{"Content": script}]}),
        "Notebook": ("NotebookInstance", notebook),
        "Group": ("ModelPackageGroup", {"ModelPackageGroupName": "Stacked"}),
        "Pipeline": ("Pipeline", pipeline),
    }
    resources = {
        name: {"Type": f"AWS::SageMaker::{kind}", "Properties": properties}
        for name, (kind, properties) in kinds.items()
    }
    values = {name: {"Value": {"Ref": name}} for name in resources}
    status = {"Value": {"Fn::GetAtt": ["Group", "ModelPackageGroupStatus"]}}
    return json.dumps({"Resources": resources, "Outputs": {**values, "GroupStatus": status}})


def test_stacks_hold_them_too(world: World, sagemaker: Any, role: Role) -> None:
    stacks = Stacks(world.emulator)
    created = stacks.create("registry", stack(role))
    assert created["StackStatus"] == "CREATE_COMPLETE", created.get("StackStatusReason")
    found = outputs(created)
    assert (found["Pipeline"], found["GroupStatus"]) == ("Stacked", "Completed")
    assert found["Group"] == f"{ARN}:model-package-group/stacked"
    assert found["Notebook"] == f"{ARN}:notebook-instance/stacked"
    assert found["Config"].startswith(f"{ARN}:notebook-instance-lifecycle-config/registry-config-")

    updated = stacks.update("registry", stack(role, volume="20", step="Other"))
    assert updated["StackStatus"] == "UPDATE_COMPLETE", updated.get("StackStatusReason")
    assert outputs(updated) == found
    notebook = sagemaker.describe_notebook_instance(NotebookInstanceName="Stacked")
    assert (notebook["NotebookInstanceStatus"], notebook["VolumeSizeInGB"]) == ("InService", 20)
    assert "Other" in sagemaker.describe_pipeline(PipelineName="Stacked")["PipelineDefinition"]

    version = sagemaker.create_model_package(ModelPackageGroupName="Stacked")["ModelPackageArn"]
    stacks.client.delete_stack(StackName="registry")
    assert stacks.settled("registry")["StackStatus"] == "DELETE_FAILED"
    assert "still contains 1 model package" in str(stacks.client.describe_stack_events(StackName="registry"))
    assert sagemaker.list_notebook_instances(NameContains="Stacked")["NotebookInstances"] == []
    sagemaker.delete_model_package(ModelPackageName=version)
    stacks.delete("registry")
    assert sagemaker.list_model_package_groups(NameContains="Stacked")["ModelPackageGroupSummaryList"] == []
