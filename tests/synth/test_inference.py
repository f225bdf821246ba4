"""What must hold for the model and its endpoint."""

from __future__ import annotations

import json

from aws_cdk.aws_sagemaker import CfnEndpointConfig

from stacks.inference.capacity import InstanceCapacity, ServerlessCapacity
from stacks.inference.model_endpoint import production_variant
from tests.support.assemblies import MANIFEST, Assembly, as_list, as_text, statements

DOCUMENT = json.loads(MANIFEST.read_text())
ROLE = "ServingExecutionRole3FF479F4"
CONFIG_NAME = {"Fn::GetAtt": ["ServingConfig79E8D9DE", "EndpointConfigName"]}


def test_model_and_config_have_no_name_of_their_own(assembly: Assembly) -> None:
    # CloudFormation replaces them; it could not make a second one of the same name.
    assert "ModelName" not in assembly.only("AWS::SageMaker::Model")
    assert "EndpointConfigName" not in assembly.only("AWS::SageMaker::EndpointConfig")


def test_the_endpoint_has_a_stable_name_and_id(assembly: Assembly) -> None:
    (name,) = assembly.resources("AWS::SageMaker::Endpoint")
    assert name == "ServingEndpointC149CBA2"
    endpoint = assembly.only("AWS::SageMaker::Endpoint")
    assert endpoint["EndpointName"] == f"digits-{assembly.settings.environment}"
    assert endpoint["EndpointConfigName"] == CONFIG_NAME


def test_the_model_is_the_one_of_the_manifest(assembly: Assembly) -> None:
    container = assembly.only("AWS::SageMaker::Model")["PrimaryContainer"]
    assert as_text(container["ModelDataUrl"]).endswith(f"/{DOCUMENT['artifact']['key']}")
    assert container["Image"] == "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"


def test_the_model_waits_for_its_role_and_for_the_check(assembly: Assembly) -> None:
    (model,) = assembly.resources("AWS::SageMaker::Model").values()
    (check,) = assembly.resources("Custom::ModelArtifactCheck")
    assert model["DependsOn"] == [check]
    assert model["Properties"]["ExecutionRoleArn"] == {"Fn::GetAtt": [ROLE, "Arn"]}
    # The rights are in the role itself: no policy that could come after the model.
    assert assembly.resources("AWS::IAM::Role")[ROLE]["Properties"]["Policies"]
    policies = assembly.resources("AWS::IAM::Policy").values()
    assert not [policy for policy in policies if {"Ref": ROLE} in policy["Properties"]["Roles"]]


def test_each_model_has_a_role_of_its_own(assembly: Assembly) -> None:
    path = assembly.resources("AWS::IAM::Role")[ROLE]["Properties"]["Path"]
    assert path == f"/{assembly.settings.endpoint_name}/{DOCUMENT['artifact']['sha256'][:12]}/"


def test_what_an_update_replaces_stays_and_can_be_found(assembly: Assembly) -> None:
    """SageMaker may return to it after CloudFormation has taken the update for done."""
    kinds = ("AWS::SageMaker::Model", "AWS::SageMaker::EndpointConfig")
    kept = [resource for kind in kinds for resource in assembly.resources(kind).values()]
    kept.append(assembly.resources("AWS::IAM::Role")[ROLE])
    tag = {"Key": "digits:serving", "Value": assembly.settings.endpoint_name}
    for resource in kept:
        assert (resource["UpdateReplacePolicy"], resource["DeletionPolicy"]) == ("Retain", "Delete")
        assert tag in resource["Properties"]["Tags"]


def test_network_isolation_wherever_there_can_be(assembly: Assembly) -> None:
    isolated = assembly.only("AWS::SageMaker::Model")["EnableNetworkIsolation"]
    assert isolated is isinstance(assembly.settings.capacity, InstanceCapacity)
    assert isolated or isinstance(assembly.settings.capacity, ServerlessCapacity)


def test_the_role_reads_one_object_and_one_repository(assembly: Assembly) -> None:
    allowed: dict[str, list[str]] = {}
    for name, statement in statements(assembly):
        if name == ROLE:
            for action in as_list(statement["Action"]):
                allowed[action] = [as_text(resource) for resource in as_list(statement["Resource"])]
    (s3,) = [allowed[action] for action in allowed if action.startswith("s3:")]
    assert len(s3) == 1
    assert s3[0].endswith(f"/{DOCUMENT['artifact']['key']}")
    repository = ["arn:aws:ecr:us-east-1:683313688378:repository/sagemaker-xgboost"]
    pulls = {"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}
    assert [allowed[action] for action in sorted(pulls)] == [repository] * 3
    others = {action for action in allowed if not action.startswith("logs:")} - pulls
    wanted = {"s3:GetObject", "ecr:GetAuthorizationToken", "cloudwatch:PutMetricData"}
    assert others == wanted | ({"cloudwatch:DescribeAlarms"} if assembly.settings.environment == "prod" else set())


def test_one_variant_whose_name_never_changes(assembly: Assembly) -> None:
    (variant,) = assembly.only("AWS::SageMaker::EndpointConfig")["ProductionVariants"]
    assert variant["VariantName"] == "AllTraffic"
    capacity = assembly.settings.capacity
    if isinstance(capacity, ServerlessCapacity):
        assert variant["ServerlessConfig"] == {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
        assert variant.keys() & {"InstanceType", "InitialInstanceCount"} == set()
    else:
        assert (variant["InstanceType"], variant["InitialInstanceCount"]) == (capacity.instance_type, capacity.count)
        assert variant["ModelDataDownloadTimeoutInSeconds"] == capacity.download_seconds
        assert variant["ContainerStartupHealthCheckTimeoutInSeconds"] == capacity.startup_seconds
        assert "ServerlessConfig" not in variant


def test_prod_rolls_out_step_by_step_and_back(prod: Assembly) -> None:
    deployment = prod.only("AWS::SageMaker::Endpoint")["DeploymentConfig"]
    policy = deployment["BlueGreenUpdatePolicy"]
    routing = policy["TrafficRoutingConfiguration"]
    assert routing["Type"] == "CANARY"
    assert routing["CanarySize"] == {"Type": "CAPACITY_PERCENT", "Value": 50}
    waits = routing["WaitIntervalInSeconds"] + policy["TerminationWaitInSeconds"]
    assert waits < policy["MaximumExecutionTimeoutInSeconds"] <= 28_800
    watched = [alarm["AlarmName"]["Ref"] for alarm in deployment["AutoRollbackConfiguration"]["Alarms"]]
    assert set(watched) == set(prod.resources("AWS::CloudWatch::Alarm", "inference"))
    assert len(watched) == 2


def test_prod_scales_its_instances_and_keeps_their_number_through_an_update(prod: Assembly) -> None:
    (endpoint_id,) = prod.resources("AWS::SageMaker::Endpoint")
    ((target_id, target),) = prod.resources("AWS::ApplicationAutoScaling::ScalableTarget").items()
    assert target["DependsOn"] == [endpoint_id]
    properties = {name: value for name, value in target["Properties"].items() if name != "Tags"}
    assert properties == {
        "ServiceNamespace": "sagemaker",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
        "ResourceId": "endpoint/digits-prod/variant/AllTraffic",
        "MinCapacity": 2,
        "MaxCapacity": 4,
    }
    policy = prod.only("AWS::ApplicationAutoScaling::ScalingPolicy")
    assert policy["ScalingTargetId"] == {"Ref": target_id}
    assert policy["TargetTrackingScalingPolicyConfiguration"] == {
        "TargetValue": 1500,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
        "ScaleOutCooldown": 300,
        "ScaleInCooldown": 300,
    }
    assert prod.only("AWS::SageMaker::Endpoint")["RetainAllVariantProperties"] is True


def test_what_is_not_scaled_has_the_number_of_its_settings(assemblies: dict[str, Assembly]) -> None:
    for name in ("local", "dev"):
        assert assemblies[name].resources("AWS::ApplicationAutoScaling::ScalableTarget") == {}
        assert "RetainAllVariantProperties" not in assemblies[name].only("AWS::SageMaker::Endpoint")


def test_serverless_capacity_can_be_kept_ready() -> None:
    capacity = ServerlessCapacity(memory_mb=1024, max_concurrency=4, provisioned_concurrency=2)
    config = production_variant("m", capacity).serverless_config
    assert isinstance(config, CfnEndpointConfig.ServerlessConfigProperty)
    assert config.provisioned_concurrency == 2


def test_rollback_alarms_watch_one_metric_of_this_endpoint_each(prod: Assembly) -> None:
    for alarm in prod.resources("AWS::CloudWatch::Alarm", "inference").values():
        properties = alarm["Properties"]
        assert "Metrics" not in properties  # metric math, which a rollback alarm must not need
        assert properties["TreatMissingData"] == "notBreaching"
        assert properties["Dimensions"] == [
            # Only what the new configuration does: the model that is to be replaced may fail without stopping it.
            {"Name": "EndpointConfigName", "Value": CONFIG_NAME},
            {"Name": "EndpointName", "Value": "digits-prod"},
            {"Name": "VariantName", "Value": "AllTraffic"},
        ]
        # Named after it too: an alarm that is changed in place keeps its state.
        assert as_text(properties["AlarmName"]).startswith(f"digits-prod-rollback-{as_text(CONFIG_NAME)}-")
    thresholds = {
        alarm["Properties"]["MetricName"]: alarm["Properties"]["Threshold"]
        for alarm in prod.resources("AWS::CloudWatch::Alarm", "inference").values()
    }
    assert thresholds == {"Invocation5XXErrors": 5, "ModelLatency": 500_000}  # microseconds


def test_the_log_group_of_the_endpoint_is_there_before_it_and_has_an_end(assembly: Assembly) -> None:
    (endpoint,) = assembly.resources("AWS::SageMaker::Endpoint").values()
    (name,) = endpoint["DependsOn"]
    group = assembly.resources("AWS::Logs::LogGroup")[name]
    assert group["Properties"]["LogGroupName"] == f"/aws/sagemaker/Endpoints/{assembly.settings.endpoint_name}"
    assert group["Properties"]["RetentionInDays"] == assembly.settings.log_retention_days
    assert group["DeletionPolicy"] == "Delete"  # its name would be in the way of the next deployment


def test_dev_costs_nothing_between_requests(assemblies: dict[str, Assembly]) -> None:
    assert isinstance(assemblies["dev"].settings.capacity, ServerlessCapacity)


def test_the_check_knows_what_the_manifest_says(assembly: Assembly) -> None:
    check = assembly.only("Custom::ModelArtifactCheck")
    artifact = DOCUMENT["artifact"]
    assert (check["Key"], check["Sha256"], check["SizeBytes"]) == (
        artifact["key"],
        artifact["sha256"],
        artifact["size_bytes"],
    )
    assert int(check["ServiceTimeout"]) == 60  # CloudFormation would wait an hour for a check that died
