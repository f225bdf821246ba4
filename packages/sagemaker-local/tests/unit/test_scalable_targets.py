"""Application Auto Scaling of endpoints without an emulator: what can be registered, and what is then refused."""

from __future__ import annotations

from typing import Any

import pytest

from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.records import Scope
from sagemaker_local.sagemaker.scaling.cloudformation import PolicyResource, TargetResource
from sagemaker_local.sagemaker.scaling.operations import call

COUNT = "sagemaker:variant:DesiredInstanceCount"
READY = "sagemaker:variant:DesiredProvisionedConcurrency"
NAMED = {"ServiceNamespace": "sagemaker", "ResourceId": "endpoint/E/variant/v", "ScalableDimension": COUNT}
LIMITS = {"MinCapacity": 1, "MaxCapacity": 4}
TRACKING = {
    "TargetValue": 100.0,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
}
POLICY = {
    **NAMED,
    "PolicyName": "p",
    "PolicyType": "TargetTrackingScaling",
    "TargetTrackingScalingPolicyConfiguration": TRACKING,
}
LARGE = {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
CONFIGS: dict[str, dict[str, Any]] = {
    "large": LARGE,
    "another-model": {**LARGE, "ModelName": "other"},
    "xlarge": {**LARGE, "InstanceType": "ml.m5.xlarge"},
    "burstable": {**LARGE, "InstanceType": "ml.t2.medium"},
    "renamed": {**LARGE, "VariantName": "w"},
    "serverless": {"ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 2}},
    "ready": {"ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 2, "ProvisionedConcurrency": 2}},
}


@pytest.fixture
def control() -> ControlPlane:
    control = ControlPlane(Scope(account="123456789012", region="eu-west-1"), lambda: 1000.0)
    for model in ("m", "other"):
        control.create_model({"ModelName": model, "PrimaryContainer": {"Image": "image"}})
    for name, variant in CONFIGS.items():
        variants = [{"VariantName": "v", "ModelName": "m", **variant}]
        control.create_config({"EndpointConfigName": name, "ProductionVariants": variants})
    return control


def create(control: ControlPlane, config: str = "large") -> None:
    endpoint = control.create_endpoint({"EndpointName": "E", "EndpointConfigName": config})
    found = control.config(config)
    control.deployed("E", found, control.planned_variants(endpoint, found, frozenset()))


def update(control: ControlPlane, config: str) -> None:
    control.update_endpoint({"EndpointName": "E", "EndpointConfigName": config})


def test_a_variant_is_registered_changed_described_and_deregistered(control: ControlPlane) -> None:
    create(control)
    arn = call(control, "RegisterScalableTarget", {**NAMED, **LIMITS})["ScalableTargetARN"]
    call(control, "RegisterScalableTarget", {**NAMED, "MaxCapacity": 6})
    call(control, "PutScalingPolicy", POLICY)
    (target,) = call(control, "DescribeScalableTargets", {"ServiceNamespace": "sagemaker"})["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"], target["ScalableTargetARN"]) == (1, 6, arn)
    (policy,) = call(control, "DescribeScalingPolicies", {"ServiceNamespace": "sagemaker"})["ScalingPolicies"]
    assert policy["TargetTrackingScalingPolicyConfiguration"] == TRACKING
    call(control, "DeregisterScalableTarget", NAMED)
    assert call(control, "DescribeScalingPolicies", {"ServiceNamespace": "sagemaker"})["ScalingPolicies"] == []
    with pytest.raises(ServiceError, match="No scalable target registered") as caught:
        call(control, "PutScalingPolicy", POLICY)
    assert caught.value.code == "ObjectNotFoundException"


@pytest.mark.parametrize(
    ("config", "request_", "words"),
    [
        ("large", {**NAMED, "MinCapacity": 1}, "MaxCapacity must be given"),
        ("large", {**NAMED, "MinCapacity": 5, "MaxCapacity": 4}, "cannot be less than minimum"),
        ("large", {**NAMED, **LIMITS, "ResourceId": "endpoint/E/variant/none"}, 'Variant.s. "none" not found'),
        ("large", {**NAMED, **LIMITS, "ResourceId": "endpoint/none/variant/v"}, "Could not find endpoint"),
        ("large", {**NAMED, **LIMITS, "ServiceNamespace": "ecs"}, "Unsupported service namespace"),
        ("large", {**NAMED, **LIMITS, "ScalableDimension": READY}, "no provisioned concurrency"),
        ("burstable", {**NAMED, **LIMITS}, "burstable"),
        ("serverless", {**NAMED, **LIMITS}, "is serverless"),
        ("serverless", {**NAMED, **LIMITS, "ScalableDimension": READY}, "no provisioned concurrency"),
    ],
)
def test_what_cannot_be_registered(control: ControlPlane, config: str, request_: dict[str, Any], words: str) -> None:
    create(control, config)
    with pytest.raises(ServiceError, match=words):
        call(control, "RegisterScalableTarget", request_)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"PolicyType": "StepScaling", "TargetTrackingScalingPolicyConfiguration": None}, "needs StepScaling"),
        ({"TargetTrackingScalingPolicyConfiguration": {"TargetValue": 1.0}}, "Give either"),
        (
            {
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 1.0,
                    "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
                }
            },
            "is not for sagemaker:variant:DesiredInstanceCount",
        ),
    ],
)
def test_what_cannot_be_a_policy(control: ControlPlane, change: dict[str, Any], words: str) -> None:
    create(control)
    call(control, "RegisterScalableTarget", {**NAMED, **LIMITS})
    with pytest.raises(ServiceError, match=words):
        call(control, "PutScalingPolicy", {**POLICY, **change})


@pytest.mark.parametrize(("config", "refused"), [("another-model", False), ("xlarge", True), ("renamed", True)])
def test_a_variant_that_is_registered_keeps_its_machines(control: ControlPlane, config: str, refused: bool) -> None:
    create(control)
    call(control, "RegisterScalableTarget", {**NAMED, **LIMITS})
    if refused:
        with pytest.raises(ServiceError, match="Deregister it before"):
            update(control, config)
        call(control, "DeregisterScalableTarget", NAMED)
    update(control, config)


def test_a_target_goes_with_its_endpoint(control: ControlPlane) -> None:
    create(control, "ready")
    call(control, "RegisterScalableTarget", {**NAMED, **LIMITS, "ScalableDimension": READY})
    with pytest.raises(ServiceError, match="Deregister it before"):
        update(control, "serverless")
    control.delete_endpoint("E")
    control.deleted("E")
    assert call(control, "DescribeScalableTargets", {"ServiceNamespace": "sagemaker"})["ScalableTargets"] == []


def test_no_more_concurrency_is_kept_ready_than_there_is(control: ControlPlane) -> None:
    serverless = {"MemorySizeInMB": 1024, "MaxConcurrency": 2, "ProvisionedConcurrency": 3}
    variant = {"VariantName": "v", "ModelName": "m", "ServerlessConfig": serverless}
    with pytest.raises(ServiceError, match="ProvisionedConcurrency of 3, which is more than its MaxConcurrency of 2"):
        control.create_config({"EndpointConfigName": "much", "ProductionVariants": [variant]})


def test_the_resource_types(control: ControlPlane) -> None:
    create(control)
    targets, policies = TargetResource(lambda: control), PolicyResource(lambda: control)
    tags = [{"Key": "team", "Value": "churn"}]
    properties = {**NAMED, "MinCapacity": "1", "MaxCapacity": "4", "Tags": tags}
    reference, attributes = targets.create("Target", properties, "stack")
    assert reference == attributes["Id"] == f"endpoint/E/variant/v|{COUNT}|sagemaker"
    policy = {name: value for name, value in POLICY.items() if name not in NAMED}
    arn, _ = policies.create("Policy", {**policy, "ScalingTargetId": reference}, "stack")
    assert arn == policies.update(arn, {}, POLICY, "stack")[0]
    with pytest.raises(ValueError, match="give either ScalingTargetId or"):
        policies.create("Policy", policy, "stack")
    with pytest.raises(ValueError, match=r"extraneous key \[Colour\]"):
        targets.create("Target", {**properties, "Colour": "red"}, "stack")
    with pytest.raises(RuntimeError, match="Service: ApplicationAutoScaling, Status Code: 400"):
        targets.update(reference, properties, {**properties, "MinCapacity": "9"}, "stack")
    for _ in range(2):  # what is gone is no failure
        policies.delete(arn, {**policy, "ScalingTargetId": reference})
        targets.delete(reference, properties)
