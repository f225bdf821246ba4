"""What is said of changes of SageMaker: a promotion is by design, what stands beside it is not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.review_rules import each_row, judge, judge_whole, template
from tools.review.change import Change, Risk
from tools.review.rules.sagemaker_capacity import instance_type
from tools.review.rules.sagemaker_serving import hosts_promoted_model

H, C, A, N, D, U = Risk.HARMLESS, Risk.COST, Risk.ACCESS, Risk.INTERRUPTION, Risk.DATA_LOSS, Risk.UNKNOWN

ENDPOINT = "AWS::SageMaker::Endpoint"
CONFIG = "AWS::SageMaker::EndpointConfig"
MODEL = "AWS::SageMaker::Model"
ROLLOUT = "DeploymentConfig.BlueGreenUpdatePolicy"
ALARMS = [{"AlarmName": {"Ref": "Errors"}}, {"AlarmName": {"Ref": "Latency"}}]
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:{}"


def artifact(bucket: str, key: str) -> dict[str, Any]:
    return {"Fn::Join": ["", ["s3://", {"Fn::GetStackOutput": {"OutputName": bucket}}, f"/models/{key}/model.tar.gz"]]}


def config(variant: str = "AllTraffic") -> dict[str, Any]:
    return {"Type": CONFIG, "Properties": {"ProductionVariants": [{"VariantName": variant}]}}


@each_row(
    [
        ("PrimaryContainer.Image", IMAGE.format("3.0-5"), IMAGE.format("3.2-0"), H),
        ("PrimaryContainer.Image", IMAGE.format("3.0-5"), "docker.io/somebody/xgboost:3", A),
        ("PrimaryContainer.ModelDataUrl", artifact("Data", "a"), artifact("Data", "b"), H),
        ("PrimaryContainer.ModelDataUrl", artifact("Data", "a"), artifact("Other", "a"), A),
        ("PrimaryContainer.ModelDataUrl", "s3://a/m1.tar.gz", "s3://a/m2.tar.gz", H),
        ("PrimaryContainer.ModelDataUrl", "s3://a/m1.tar.gz", "s3://b/m1.tar.gz", A),
        ("EnableNetworkIsolation", True, False, A),
        ("EnableNetworkIsolation", True, None, A),
        ("EnableNetworkIsolation", False, True, H),
        ("VpcConfig", {"Subnets": ["a"]}, None, A),
        ("VpcConfig", None, {"Subnets": ["a"]}, H),
        ("ExecutionRoleArn", {"Fn::GetAtt": ["Role", "Arn"]}, {"Fn::GetAtt": ["Role", "Arn"]}, H),
        ("ExecutionRoleArn", {"Fn::GetAtt": ["Role", "Arn"]}, "arn:aws:iam::1:role/admin", A),
    ],
)
def test_a_property_of_a_model(path: str, before: Any, after: Any, risk: Risk) -> None:
    assert judge(MODEL, path, before, after) == risk


@each_row(
    [
        ("ProductionVariants", [{"VariantName": "a"}], [{"VariantName": "b"}], N),
        ("ProductionVariants", [{"VariantName": "a"}], [{"VariantName": "a", "InstanceType": "x"}], None),
        ("ProductionVariants[]", None, {"VariantName": "b"}, C),
        ("ProductionVariants[].VariantName", "a", "b", N),
        ("ProductionVariants[].ModelName", "a", "b", H),
        ("ProductionVariants[].InstanceType", "ml.m5.large", "ml.m5.24xlarge", C),
        ("ProductionVariants[].InstanceType", "ml.m5.xlarge", "ml.m5.large", N),
        ("ProductionVariants[].InstanceType", None, "ml.m5.large", C),
        ("ProductionVariants[].InstanceType", "ml.m5.large", None, N),
        ("ProductionVariants[].InitialInstanceCount", 2, 1, N),
        ("ProductionVariants[].InitialInstanceCount", 2, 20, C),
        ("ProductionVariants[].InitialVariantWeight", 1, 0, N),
        ("ProductionVariants[].InitialVariantWeight", 1, 2, H),
        ("ProductionVariants[].ServerlessConfig.MaxConcurrency", 10, 0, N),
        ("ProductionVariants[].ServerlessConfig.MaxConcurrency", 10, 1, N),
        ("ProductionVariants[].ServerlessConfig.MaxConcurrency", 10, 50, C),
        ("ProductionVariants[].ServerlessConfig.MemorySizeInMB", 2048, 6144, C),
        ("ProductionVariants[].ServerlessConfig.MemorySizeInMB", 2048, 1024, N),
        ("ProductionVariants[].ServerlessConfig.ProvisionedConcurrency", None, 2, C),
        ("ProductionVariants[].ServerlessConfig.ProvisionedConcurrency", 2, None, N),
        ("ProductionVariants[].ModelDataDownloadTimeoutInSeconds", 300, 60, N),
        ("ProductionVariants[].ContainerStartupHealthCheckTimeoutInSeconds", 180, 600, H),
        ("ProductionVariants[].EnableSSMAccess", None, True, A),
        ("KmsKeyId", "key", None, A),
        ("KmsKeyId", None, "key", H),
        ("DataCaptureConfig", {"EnableCapture": True}, None, D),
        ("DataCaptureConfig", None, {"EnableCapture": True}, C),
        ("DataCaptureConfig.EnableCapture", True, False, D),
        ("DataCaptureConfig.InitialSamplingPercentage", 100, 1, D),
        ("DataCaptureConfig.DestinationS3Uri", "s3://a", "s3://b", A),
        ("AsyncInferenceConfig.OutputConfig.NotificationConfig", {"ErrorTopic": "t"}, None, N),
    ],
)
def test_a_property_of_a_configuration(path: str, before: Any, after: Any, risk: Risk | None) -> None:
    assert judge(CONFIG, path, before, after) == risk


SCALED = {
    "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
    "Properties": {"ScalableDimension": "sagemaker:variant:DesiredInstanceCount"},
}


@pytest.mark.parametrize(("scaled", "risks"), [(True, {C, N}), (False, {C})])
def test_other_machines_are_refused_while_they_are_scaled(scaled: bool, risks: set[Risk]) -> None:
    base = template(**({"Target": SCALED} if scaled else {}))
    changed = Change(
        stack="inference",
        logical_id="Config",
        type=CONFIG,
        property="ProductionVariants[AllTraffic].InstanceType",
        action="modify",
        before="ml.m5.large",
        after="ml.m5.xlarge",
        base_template=base,
    )
    verdict = instance_type(changed)
    assert {verdict.risk, *(each.risk for each in verdict.also)} == risks
    assert not scaled or "'make deploy'" in verdict.also[0].why


@each_row(
    [
        ("EndpointConfigName", "a", "b", H),
        ("DeploymentConfig", {"BlueGreenUpdatePolicy": {}}, None, A),
        ("DeploymentConfig", None, {"BlueGreenUpdatePolicy": {}}, H),
        ("DeploymentConfig.AutoRollbackConfiguration", {"Alarms": ALARMS}, None, A),
        ("DeploymentConfig.AutoRollbackConfiguration.Alarms", ALARMS, ALARMS[:1], A),
        ("DeploymentConfig.AutoRollbackConfiguration.Alarms", ALARMS, [], A),
        ("DeploymentConfig.AutoRollbackConfiguration.Alarms", ALARMS[:1], ALARMS, H),
        (f"{ROLLOUT}.TrafficRoutingConfiguration.Type", "CANARY", "ALL_AT_ONCE", A),
        (f"{ROLLOUT}.TrafficRoutingConfiguration.Type", "ALL_AT_ONCE", "CANARY", H),
        (f"{ROLLOUT}.TrafficRoutingConfiguration.WaitIntervalInSeconds", 300, 0, A),
        (f"{ROLLOUT}.TrafficRoutingConfiguration.WaitIntervalInSeconds", 300, 600, H),
        (f"{ROLLOUT}.TrafficRoutingConfiguration.CanarySize.Value", 10, 50, A),
        (f"{ROLLOUT}.TrafficRoutingConfiguration.CanarySize.Value", 50, 10, H),
        (f"{ROLLOUT}.TerminationWaitInSeconds", 300, 0, A),
        (f"{ROLLOUT}.MaximumExecutionTimeoutInSeconds", 2400, 3600, H),
        ("RetainAllVariantProperties", True, None, N),
        ("RetainAllVariantProperties", None, True, H),
    ],
)
def test_a_property_of_an_endpoint(path: str, before: Any, after: Any, risk: Risk) -> None:
    assert judge(ENDPOINT, path, before, after) == risk


def test_a_promotion_keeps_the_names_of_the_variants() -> None:
    def moved(variant: str) -> Risk | None:
        return judge(
            ENDPOINT,
            "EndpointConfigName",
            {"Fn::GetAtt": ["Old", "EndpointConfigName"]},
            {"Fn::GetAtt": ["New", "EndpointConfigName"]},
            base_template=template(Old=config()),
            head_template=template(New=config(variant)),
        )

    assert moved("AllTraffic") == H
    assert moved("Other") == N


@each_row(
    [
        ("replace", MODEL, H),
        ("replace", CONFIG, H),
        ("replace", ENDPOINT, N),
        ("remove", ENDPOINT, N),
        ("remove", MODEL, N),
        ("add", ENDPOINT, C),
        ("add", MODEL, H),
    ],
)
def test_a_whole_resource_that_serves(action: str, kind: str, risk: Risk) -> None:
    assert judge_whole(action, kind) == risk


def test_a_configuration_under_another_logical_id() -> None:
    found = judge_whole(
        "remove",
        CONFIG,
        base_template=template(Thing=config()),
        head_template=template(New=config()),
    )
    assert found == H


def test_the_role_of_a_promoted_model() -> None:
    def served(key: str) -> dict[str, Any]:
        properties = {"ExecutionRoleArn": {"Fn::GetAtt": ["Role", "Arn"]}, "PrimaryContainer": {"ModelDataUrl": key}}
        return template(Model={"Type": MODEL, "Properties": properties})

    def change(key: str, logical_id: str = "Role") -> Change:
        return Change(
            stack="s",
            logical_id=logical_id,
            type="AWS::IAM::Role",
            property=None,
            action="replace",
            base_template=served("a"),
            head_template=served(key),
        )

    assert hosts_promoted_model(change("b"))
    assert not hosts_promoted_model(change("a"))
    assert not hosts_promoted_model(change("b", "Other"))


@each_row(
    [
        ("NotebookInstance", "RootAccess", "Disabled", "Enabled", A),
        ("NotebookInstance", "RootAccess", "Disabled", None, A),
        ("NotebookInstance", "RootAccess", "Enabled", "Disabled", H),
        ("NotebookInstance", "DirectInternetAccess", "Disabled", "Enabled", A),
        ("NotebookInstance", "DirectInternetAccess", None, "Disabled", H),
        ("NotebookInstance", "KmsKeyId", {"Ref": "Key"}, None, A),
        ("NotebookInstance", "InstanceType", "ml.t3.medium", "ml.p4d.24xlarge", C),
        ("NotebookInstance", "InstanceType", "ml.t3.large", "ml.t3.medium", H),
        ("NotebookInstance", "VolumeSizeInGB", 20, 100, C),
        ("NotebookInstance", "VolumeSizeInGB", 20, 5, D),
        ("NotebookInstance", "PlatformIdentifier", "notebook-al2-v3", "notebook-al2023-v1", H),
        ("NotebookInstance", "PlatformIdentifier", "notebook-al2-v3", "notebook-al2-v2", A),
        ("NotebookInstance", "LifecycleConfigName", {"Ref": "Scripts"}, None, A),
        ("NotebookInstance", "SubnetId", {"Ref": "Subnet"}, None, A),
        ("NotebookInstanceLifecycleConfig", "OnStart", [{"Content": "a"}], None, A),
        ("NotebookInstanceLifecycleConfig", "OnStart", [{"Content": "a"}], [{"Content": "b"}], H),
        ("Domain", "AppNetworkAccessType", "VpcOnly", "PublicInternetOnly", A),
        ("Domain", "AppNetworkAccessType", None, "VpcOnly", H),
        ("ModelPackage", "ModelApprovalStatus", "PendingManualApproval", "Approved", A),
        ("ModelPackage", "ModelApprovalStatus", "Approved", "Rejected", N),
        ("ModelPackage", "ModelApprovalStatus", "PendingManualApproval", "Rejected", H),
    ],
)
def test_a_property_of_where_people_work(kind: str, path: str, before: Any, after: Any, risk: Risk) -> None:
    assert judge(f"AWS::SageMaker::{kind}", path, before, after) == risk


def test_the_version_of_the_metadata_service() -> None:
    path = "InstanceMetadataServiceConfiguration.MinimumInstanceMetadataServiceVersion"
    assert judge("AWS::SageMaker::NotebookInstance", path, "2", "1") == A
    assert judge("AWS::SageMaker::NotebookInstance", path, "2", None) == A
    assert judge("AWS::SageMaker::NotebookInstance", path, "1", "2") == H


@each_row(
    [
        ("remove", "NotebookInstance", D),
        ("replace", "NotebookInstance", D),
        ("add", "NotebookInstance", C),
        ("remove", "Domain", D),
        ("remove", "MonitoringSchedule", A),
        ("remove", "NotebookInstanceLifecycleConfig", A),
        ("replace", "NotebookInstanceLifecycleConfig", H),
    ],
)
def test_a_whole_resource_where_people_work(action: str, kind: str, risk: Risk) -> None:
    assert judge_whole(action, f"AWS::SageMaker::{kind}") == risk
