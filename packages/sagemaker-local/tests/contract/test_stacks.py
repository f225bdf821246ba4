"""CloudFormation in the emulator: the SageMaker types, replacement and rollback, and what MiniStack ignores."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.emulators import ROW, World
from support.stacks import Stacks, outputs

Json = dict[str, Any]


def template(world: World, artifact: str, **endpoint: Any) -> str:
    """A model, a configuration and an endpoint that serve an artifact."""
    model = {"ExecutionRoleArn": world.role, "PrimaryContainer": world.container(artifact)}
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": "1",
    }
    config = {"Fn::GetAtt": ["Config", "EndpointConfigName"]}
    resources = {
        "Model": {"Type": "AWS::SageMaker::Model", "Properties": model},
        "Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": [variant]}},
        "Endpoint": {
            "Type": "AWS::SageMaker::Endpoint",
            "Properties": {"EndpointName": "Stacked", "EndpointConfigName": config, **endpoint},
        },
    }
    outputs = {
        "Ref": {"Value": {"Ref": "Endpoint"}},
        "Name": {"Value": {"Fn::GetAtt": ["Endpoint", "EndpointName"]}},
        "Model": {"Value": {"Fn::GetAtt": ["Model", "ModelName"]}},
        "ModelRef": {"Value": {"Ref": "Model"}},
    }
    return json.dumps({"Resources": resources, "Outputs": outputs})


@pytest.fixture(scope="module")
def stacks(world: World) -> Stacks:
    return Stacks(world.emulator)


def test_a_new_artifact_replaces_the_model_and_updates_the_endpoint_in_place(world: World, stacks: Stacks) -> None:
    sagemaker, runtime = world.emulator.client("sagemaker"), world.emulator.client("sagemaker-runtime")

    def answer() -> bytes:
        call = {"EndpointName": "Stacked", "ContentType": "text/csv", "Body": ROW}
        body: bytes = runtime.invoke_endpoint(**call)["Body"].read()
        return body

    created = stacks.create("serve", template(world, "one", Tags=[{"Key": "team", "Value": "churn"}]))
    assert created["StackStatus"] == "CREATE_COMPLETE", created.get("StackStatusReason")
    first, before = outputs(created), answer()
    assert first["Ref"] == "arn:aws:sagemaker:us-east-1:123456789012:endpoint/stacked"
    assert first["Name"] == "Stacked"
    assert first["Model"].startswith("serve-Model-")
    assert first["ModelRef"].endswith(f":model/{first['Model'].lower()}")
    assert {"Key": "team", "Value": "churn"} in sagemaker.list_tags(ResourceArn=first["Ref"])["Tags"]

    updated = stacks.update("serve", template(world, "two"))
    assert updated["StackStatus"] == "UPDATE_COMPLETE", updated.get("StackStatusReason")
    second, after = outputs(updated), answer()
    assert second["Ref"] == first["Ref"]
    assert second["Model"] != first["Model"]
    assert before != after
    models = [model["ModelName"] for model in sagemaker.list_models(NameContains="serve-")["Models"]]
    assert models == [second["Model"]]

    failed = stacks.update("serve", template(world, "broken"))
    assert failed["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    events = stacks.client.describe_stack_events(StackName="serve")["StackEvents"]
    reasons = [event["ResourceStatusReason"] for event in events if event["ResourceStatus"] == "UPDATE_FAILED"]
    assert "did not pass the ping health check" in reasons[0]
    assert answer() == after

    stacks.delete("serve")
    assert sagemaker.list_endpoints(NameContains="Stacked")["Endpoints"] == []
    assert sagemaker.list_models(NameContains="serve-")["Models"] == []


@pytest.mark.parametrize("noticed", [True, False], ids=["CloudFormation fails", "CloudFormation succeeds"])
def test_what_serves_after_a_rollback_of_sagemaker_stays_and_the_next_update_works(
    world: World, stacks: Stacks, noticed: bool
) -> None:
    """Both beliefs about what CloudFormation says when an alarm has ended the update of an endpoint."""
    sagemaker, stack = world.emulator.client("sagemaker"), "noticed" if noticed else "unnoticed"
    kept = {"UpdateReplacePolicy": "Retain", "DeletionPolicy": "Delete"}

    def body(artifact: str) -> str:
        document = json.loads(template(world, artifact, EndpointName=stack))
        for name in ("Model", "Config"):
            document["Resources"][name] |= kept
        return json.dumps(document)

    assert stacks.create(stack, body("one"))["StackStatus"] == "CREATE_COMPLETE"
    before = sagemaker.describe_endpoint(EndpointName=stack)["EndpointConfigName"]
    assert world.emulator.command("faults", stack, "rolled-back", "--count", "1").returncode == 0
    if not noticed:
        assert world.emulator.command("faults", f"cloudformation:{stack}", "unnoticed", "--count", "1").returncode == 0
    updated = stacks.update(stack, body("two"))
    assert updated["StackStatus"] == ("UPDATE_ROLLBACK_COMPLETE" if noticed else "UPDATE_COMPLETE")
    endpoint = sagemaker.describe_endpoint(EndpointName=stack)
    assert (endpoint["EndpointStatus"], endpoint["EndpointConfigName"]) == ("InService", before)
    assert "alarms" in endpoint["FailureReason"]
    running = sagemaker.describe_endpoint_config(EndpointConfigName=before)
    sagemaker.describe_model(ModelName=running["ProductionVariants"][0]["ModelName"])
    if noticed:  # what the update made is gone with its rollback
        assert len(sagemaker.list_models(NameContains=stack)["Models"]) == 1
    assert stacks.update(stack, body("two" if noticed else "one"))["StackStatus"] == "UPDATE_COMPLETE"
    endpoint = sagemaker.describe_endpoint(EndpointName=stack)
    assert endpoint["EndpointConfigName"] != before
    stacks.delete(stack)


def test_instances_do_not_become_serverless(world: World, stacks: Stacks) -> None:
    body = template(world, "one", EndpointName="Fixed")
    assert stacks.create("fixed", body)["StackStatus"] == "CREATE_COMPLETE"
    document = json.loads(body)
    (variant,) = document["Resources"]["Config"]["Properties"]["ProductionVariants"]
    for name in ("InstanceType", "InitialInstanceCount"):
        del variant[name]
    variant["ServerlessConfig"] = {"MemorySizeInMB": 1024, "MaxConcurrency": 1}
    assert stacks.update("fixed", json.dumps(document))["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    events = stacks.client.describe_stack_events(StackName="fixed")["StackEvents"]
    assert "a real-time endpoint cannot become a serverless one" in str(events)
    stacks.delete("fixed")


def test_instances_that_are_scaled(world: World, stacks: Stacks) -> None:
    """A new model keeps the scaled count; another instance type has to wait until the variant is not registered."""
    document = json.loads(template(world, "one", EndpointName="Scaled", RetainAllVariantProperties=True))
    named = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": "endpoint/Scaled/variant/AllTraffic",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    metric = {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}
    tracking = {"TargetValue": 100, "PredefinedMetricSpecification": metric}
    scaling = {
        "Target": {
            "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
            "DependsOn": "Endpoint",
            "Properties": {**named, "MinCapacity": 1, "MaxCapacity": 4},
        },
        "Policy": {
            "Type": "AWS::ApplicationAutoScaling::ScalingPolicy",
            "Properties": {
                "PolicyName": "load",
                "PolicyType": "TargetTrackingScaling",
                "ScalingTargetId": {"Ref": "Target"},
                "TargetTrackingScalingPolicyConfiguration": tracking,
            },
        },
    }
    document["Resources"] |= scaling
    assert stacks.create("scaled", json.dumps(document))["StackStatus"] == "CREATE_COMPLETE"
    client = world.emulator.client("application-autoscaling")
    (target,) = client.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    (policy,) = client.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"]
    assert (target["ResourceId"], policy["PolicyName"]) == (named["ResourceId"], "load")
    sagemaker = world.emulator.client("sagemaker")
    wanted = [{"VariantName": "AllTraffic", "DesiredInstanceCount": 3}]
    sagemaker.update_endpoint_weights_and_capacities(EndpointName="Scaled", DesiredWeightsAndCapacities=wanted)

    resources = document["Resources"]
    resources["Model"]["Properties"]["PrimaryContainer"] = world.container("two")
    assert stacks.update("scaled", json.dumps(document))["StackStatus"] == "UPDATE_COMPLETE"
    (variant,) = sagemaker.describe_endpoint(EndpointName="Scaled")["ProductionVariants"]
    assert variant["DesiredInstanceCount"] == 3
    (variant,) = resources["Config"]["Properties"]["ProductionVariants"]
    variant["InstanceType"] = "ml.m5.xlarge"
    assert stacks.update("scaled", json.dumps(document))["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    events = stacks.client.describe_stack_events(StackName="scaled")["StackEvents"]
    assert "is registered with Application Auto Scaling" in str(events)

    variant["InstanceType"] = "ml.m5.large"
    del resources["Target"], resources["Policy"]
    assert stacks.update("scaled", json.dumps(document))["StackStatus"] == "UPDATE_COMPLETE"
    assert client.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"] == []
    variant["InstanceType"] = "ml.m5.xlarge"
    resources |= scaling
    assert stacks.update("scaled", json.dumps(document))["StackStatus"] == "UPDATE_COMPLETE"
    assert len(client.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]) == 1
    stacks.delete("scaled")


@pytest.mark.parametrize(
    ("policy", "left"), [("Retain", 1), ("RetainExceptOnCreate", 0), ("Delete", 0)], ids=lambda value: str(value)
)
def test_what_a_failed_creation_leaves_behind(world: World, stacks: Stacks, policy: str, left: int) -> None:
    """And that only `Retain` is in the way of the next attempt, where it has a name."""
    group: Json = {"Type": "AWS::SageMaker::ModelPackageGroup", "DeletionPolicy": policy}
    group["Properties"] = {"ModelPackageGroupName": f"left-{policy}"}
    parameter = {"Type": "AWS::SSM::Parameter", "DependsOn": "Group", "Properties": {"Type": "String", "Value": "x"}}
    body, name = json.dumps({"Resources": {"Group": group, "Parameter": parameter}}), f"left-{policy}"
    target = f"cloudformation:{name}/AWS::SSM::Parameter"
    assert world.emulator.command("faults", target, "failed", "--count", "1").returncode == 0
    assert stacks.create(name, body)["StackStatus"] == "ROLLBACK_COMPLETE"
    events = stacks.client.describe_stack_events(StackName=name)["StackEvents"]
    assert "HandlerErrorCode: InternalFailure" in str(events)
    sagemaker = world.emulator.client("sagemaker")
    assert len(sagemaker.list_model_package_groups(NameContains=name)["ModelPackageGroupSummaryList"]) == left
    stacks.delete(name)
    assert stacks.create(name, body)["StackStatus"] == ("ROLLBACK_COMPLETE" if left else "CREATE_COMPLETE")
    stacks.delete(name)
    if policy != "Delete":
        sagemaker.delete_model_package_group(ModelPackageGroupName=name)


def test_an_endpoint_that_cannot_start_leaves_nothing(world: World, stacks: Stacks) -> None:
    body = template(world, "broken", EndpointName="Hopeless")
    created = stacks.create("hopeless", body)
    assert created["StackStatus"] == "ROLLBACK_COMPLETE"
    sagemaker = world.emulator.client("sagemaker")
    assert sagemaker.list_endpoints(NameContains="Hopeless")["Endpoints"] == []
    stacks.delete("hopeless")


def test_an_unknown_property_is_refused(world: World, stacks: Stacks) -> None:
    created = stacks.create("unknown", template(world, "one", EndpointName="Unknown", Colour="red"))
    assert created["StackStatus"] == "ROLLBACK_COMPLETE"
    reasons = str(stacks.client.describe_stack_events(StackName="unknown")["StackEvents"])
    assert "extraneous key [Colour] is not permitted" in reasons
    stacks.delete("unknown")


def test_a_change_set_tells_what_is_replaced(world: World, stacks: Stacks) -> None:
    assert stacks.create("planned", template(world, "one", EndpointName="Planned"))["StackStatus"] == "CREATE_COMPLETE"
    body = template(world, "two", EndpointName="Planned")
    names = {"StackName": "planned", "ChangeSetName": "look"}
    stacks.client.create_change_set(**names, TemplateBody=body, ChangeSetType="UPDATE")
    changes = [change["ResourceChange"] for change in stacks.client.describe_change_set(**names)["Changes"]]
    replaced = {change["LogicalResourceId"]: change["Replacement"] for change in changes}
    assert (replaced["Model"], replaced["Config"]) == ("True", "True")
    assert replaced.get("Endpoint") == "False"
    stacks.delete("planned")


def test_bucket_properties_are_applied(world: World, stacks: Stacks) -> None:
    rule = {"Id": "channels", "Prefix": "channels/", "Status": "Enabled"}
    transitions = [{"StorageClass": "STANDARD_IA", "TransitionInDays": 30}]
    properties: Json = {
        "LifecycleConfiguration": {"Rules": [{**rule, "Transitions": transitions}]},
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "Tags": [{"Key": "team", "Value": "churn"}],
    }

    def body() -> str:
        bucket = {"Type": "AWS::S3::Bucket", "Properties": properties}
        return json.dumps({"Resources": {"Bucket": bucket}, "Outputs": {"Name": {"Value": {"Ref": "Bucket"}}}})

    name = outputs(stacks.create("bucket", body()))["Name"]
    s3 = world.emulator.client("s3")
    (found,) = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert found["Transitions"] == [{"Days": 30, "StorageClass": "STANDARD_IA"}]
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == [{"Key": "team", "Value": "churn"}]
    del properties["LifecycleConfiguration"]
    assert stacks.update("bucket", body())["StackStatus"] == "UPDATE_COMPLETE"
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket=name)
    stacks.delete("bucket")


def test_a_change_of_outputs_alone_is_a_change(stacks: Stacks) -> None:
    def body(**more: Any) -> str:
        parameter = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "x"}}
        return json.dumps({"Resources": {"Parameter": parameter}, "Outputs": {"One": {"Value": "1"}, **more}})

    stacks.create("outputs", body())
    names = {"StackName": "outputs", "ChangeSetName": "more"}
    more = body(Two={"Value": "2"})
    stacks.client.create_change_set(**names, TemplateBody=more, ChangeSetType="UPDATE")
    assert stacks.client.describe_change_set(**names)["Status"] == "CREATE_COMPLETE"
    stacks.client.execute_change_set(**names)
    assert outputs(stacks.settled("outputs")) == {"One": "1", "Two": "2"}
    stacks.client.create_change_set(
        StackName="outputs", ChangeSetName="none", TemplateBody=more, ChangeSetType="UPDATE"
    )
    nothing = stacks.client.describe_change_set(StackName="outputs", ChangeSetName="none")
    assert nothing["Status"] == "FAILED"
    stacks.delete("outputs")
