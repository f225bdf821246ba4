"""Each kind of price: quantity times price, at rest; what has none is named."""

from __future__ import annotations

from typing import Any

import pytest

from tools.review.change import Template
from tools.review.cost.free import FREE
from tools.review.cost.items import CostLine
from tools.review.cost.monthly import PRICERS, monthly

TASK = {"Type": "AWS::ECS::TaskDefinition", "Properties": {"Cpu": "512", "Memory": "1024"}}
LAUNCH = {"Type": "AWS::EC2::LaunchTemplate", "Properties": {"LaunchTemplateData": {"InstanceType": "m5.large"}}}
FUNCTION = {"Type": "AWS::Lambda::Function", "Properties": {"MemorySize": 1024}}


def template(kind: str, **properties: Any) -> Template:
    others = {"Task": TASK, "Launch": LAUNCH, "Function": FUNCTION}
    return {"Resources": {"It": {"Type": kind, "Properties": properties}, **others}}


def line(kind: str, **properties: Any) -> CostLine:
    return next(line for line in monthly(template(kind, **properties)) if line.logical_id == "It")


def variants(**variant: Any) -> dict[str, Any]:
    return {"ProductionVariants": [variant]}


@pytest.mark.parametrize(
    ("kind", "properties", "usd"),
    [
        ("SageMaker::EndpointConfig", variants(InstanceType="ml.m5.large", InitialInstanceCount=2), 2 * 0.115 * 730),
        ("SageMaker::EndpointConfig", variants(ServerlessConfig={"MemorySizeInMB": 2048, "MaxConcurrency": 5}), 0),
        (
            "SageMaker::EndpointConfig",
            variants(InstanceType="ml.m5.large", InitialInstanceCount=1, VolumeSizeInGB=10),
            0.115 * 730 + 1.4,
        ),
        ("SageMaker::NotebookInstance", {"InstanceType": "ml.t3.medium", "VolumeSizeInGB": 5}, 40 * 0.05 + 0.7),
        (
            "Lambda::Alias",
            {
                "FunctionName": {"Ref": "Function"},
                "ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 2},
            },
            2 * 730 * 3600 * 0.0000041667,
        ),
        ("Lambda::Alias", {"FunctionName": {"Ref": "Function"}}, 0),
        ("ApiGateway::Stage", {"CacheClusterEnabled": True, "CacheClusterSize": "0.5"}, 14.6),
        ("WAFv2::WebACL", {"Rules": [{}, {}]}, 7),
        ("ElasticLoadBalancingV2::LoadBalancer", {}, 0.0225 * 730),
        ("S3::Bucket", {}, 0),
        ("DynamoDB::Table", {"BillingMode": "PAY_PER_REQUEST"}, 0),
        (
            "DynamoDB::Table",
            {"ProvisionedThroughput": {"ReadCapacityUnits": 10, "WriteCapacityUnits": 10}},
            730 * 10 * (0.00013 + 0.00065),
        ),
        ("Kinesis::Stream", {"ShardCount": 2, "RetentionPeriodHours": 24}, 2 * 0.015 * 730),
        ("Kinesis::Stream", {"ShardCount": 1, "RetentionPeriodHours": 72}, (0.015 + 0.02) * 730),
        ("Kinesis::Stream", {"StreamModeDetails": {"StreamMode": "ON_DEMAND"}}, 29.2),
        ("RDS::DBInstance", {"DBInstanceClass": "db.t3.micro", "Engine": "mysql", "AllocatedStorage": "20"}, 14.71),
        (
            "RDS::DBInstance",
            {"DBInstanceClass": "db.t3.micro", "Engine": "mysql", "AllocatedStorage": "20", "MultiAZ": True},
            2 * 14.71,
        ),
        ("RDS::DBInstance", {"DBInstanceClass": "db.t3.medium", "Engine": "aurora-mysql"}, 0.082 * 730),
        ("RDS::DBInstance", {"DBInstanceClass": "db.serverless", "Engine": "aurora-mysql"}, 0),
        (
            "RDS::DBCluster",
            {"Engine": "aurora-mysql", "ServerlessV2ScalingConfiguration": {"MinCapacity": 2, "MaxCapacity": 8}},
            2 * 0.12 * 730,
        ),
        (
            "ElastiCache::ReplicationGroup",
            {"CacheNodeType": "cache.t3.micro", "NumNodeGroups": 2, "ReplicasPerNodeGroup": 1},
            4 * 0.017 * 730,
        ),
        ("ElastiCache::ReplicationGroup", {"CacheNodeType": "cache.t3.micro", "NumCacheClusters": 2}, 2 * 0.017 * 730),
        ("ElastiCache::CacheCluster", {"CacheNodeType": "cache.t3.micro", "NumCacheNodes": 1}, 0.017 * 730),
        (
            "OpenSearchService::Domain",
            {
                "ClusterConfig": {"InstanceType": "t3.small.search", "InstanceCount": 2},
                "EBSOptions": {"VolumeSize": 10, "VolumeType": "gp3"},
            },
            2 * (0.036 * 730 + 1.22),
        ),
        ("Redshift::Cluster", {"NodeType": "dc2.large", "NumberOfNodes": 2}, 2 * 0.25 * 730),
        ("EC2::Instance", {"InstanceType": "t3.micro"}, 0.0104 * 730),
        (
            "EC2::Instance",
            {"InstanceType": "t3.micro", "BlockDeviceMappings": [{"Ebs": {"VolumeSize": 8, "VolumeType": "gp3"}}]},
            0.0104 * 730 + 0.64,
        ),
        (
            "AutoScaling::AutoScalingGroup",
            {"MinSize": "2", "LaunchTemplate": {"LaunchTemplateId": {"Ref": "Launch"}, "Version": "1"}},
            2 * 0.096 * 730,
        ),
        (
            "ECS::Service",
            {"LaunchType": "FARGATE", "DesiredCount": 2, "TaskDefinition": {"Ref": "Task"}},
            2 * 730 * (0.5 * 0.04048 + 0.004445),
        ),
        ("ECS::Service", {"LaunchType": "EC2", "DesiredCount": 2, "TaskDefinition": {"Ref": "Task"}}, 0),
        ("EKS::Cluster", {}, 73),
        ("EKS::Nodegroup", {"InstanceTypes": ["m5.large"], "ScalingConfig": {"DesiredSize": 3}}, 3 * 0.096 * 730),
        ("EC2::Volume", {"Size": 100, "VolumeType": "gp3", "Iops": 4000, "Throughput": 225}, 8 + 5 + 4),
        ("EC2::NatGateway", {}, 32.85),
        ("EC2::EIP", {}, 3.65),
        ("EC2::VPCEndpoint", {"VpcEndpointType": "Interface", "SubnetIds": ["a", "b"]}, 14.6),
        ("EC2::VPCEndpoint", {"VpcEndpointType": "Gateway"}, 0),
        ("EC2::TransitGatewayAttachment", {}, 36.5),
        ("Route53::HostedZone", {}, 0.5),
        ("CloudWatch::Alarm", {"MetricName": "Errors", "Period": 300}, 0.1),
        ("CloudWatch::Alarm", {"MetricName": "Errors", "Period": 10}, 0.3),
        ("CloudWatch::Alarm", {"Metrics": [{"MetricStat": {}}, {"MetricStat": {}}, {"Expression": "a/b"}]}, 0.2),
        (
            "CloudWatch::Alarm",
            {"Metrics": [{"MetricStat": {}}, {"Expression": "ANOMALY_DETECTION_BAND(m1, 2)"}]},
            0.3,
        ),
        ("ApplicationAutoScaling::ScalingPolicy", {"PolicyType": "TargetTrackingScaling"}, 0.2),
        ("CloudWatch::CompositeAlarm", {}, 0.5),
        ("CloudWatch::Dashboard", {}, 3),
        ("Logs::LogGroup", {}, 0),
        ("KMS::Key", {}, 1),
        ("SecretsManager::Secret", {}, 0.4),
        ("SSM::Parameter", {"Tier": "Advanced"}, 0.05),
        ("SSM::Parameter", {}, 0),
    ],
)
def test_at_rest(kind: str, properties: dict[str, Any], usd: float) -> None:
    it = line(f"AWS::{kind}", **properties)
    assert it.at_rest == pytest.approx(usd)
    assert not it.missing


@pytest.mark.parametrize(
    ("kind", "properties", "word"),
    [
        ("SageMaker::EndpointConfig", variants(InstanceType="ml.x99.large", InitialInstanceCount=1), "ml.x99.large"),
        ("SageMaker::EndpointConfig", variants(InstanceType={"Ref": "Kind"}), "not written out"),
        (
            "SageMaker::EndpointConfig",
            variants(ServerlessConfig={"MemorySizeInMB": 1024, "ProvisionedConcurrency": 1}),
            "provisioned concurrency",
        ),
        ("Kinesis::Stream", {"ShardCount": {"Ref": "Shards"}}, "not written out"),
        ("Kinesis::Stream", {"ShardCount": 1, "RetentionPeriodHours": 8760}, "longer than seven days"),
        ("RDS::DBInstance", {"DBInstanceClass": "db.t3.micro", "Engine": "oracle-ee"}, "oracle"),
        ("ECS::Service", {"LaunchType": "FARGATE", "TaskDefinition": "arn:aws:ecs:..."}, "not in this template"),
        ("AppSync::GraphQLApi", {}, "queries"),
        ("StepFunctions::StateMachine", {"StateMachineType": "EXPRESS"}, "express"),
        ("EC2::VPCEndpoint", {"VpcEndpointType": "GatewayLoadBalancer"}, "GatewayLoadBalancer"),
        ("Glue::Job", {}, "AWS::Glue::Job: not in the table"),
        ("KinesisFirehose::DeliveryStream", {}, "not in the table"),
        ("DynamoDB::Table", {"ProvisionedThroughput": ["odd"]}, "not understood"),
    ],
)
def test_what_has_no_price_is_named(kind: str, properties: dict[str, Any], word: str) -> None:
    it = line(f"AWS::{kind}", **properties)
    assert any(word in why for why in it.missing), it.missing


@pytest.mark.parametrize("kind", sorted(PRICERS))
def test_a_resource_without_properties_is_told_or_priced(kind: str) -> None:
    for resource in ({"Type": kind}, {"Type": kind, "Properties": {}}):
        (it,) = monthly({"Resources": {"It": resource}})
        assert it.at_rest >= 0


@pytest.mark.parametrize("kind", ["AWS::IAM::Role", "Custom::Thing", "AWS::SQS::QueuePolicy", "AWS::EC2::Subnet"])
def test_what_is_free_has_no_line(kind: str) -> None:
    assert monthly({"Resources": {"It": {"Type": kind}}}) == []


def test_no_pattern_of_free_types_hides_one_with_a_price() -> None:
    for kind in (
        "AWS::EC2::RouteServer",
        "AWS::WAFv2::RuleGroup",
        "AWS::EC2::VPNConnection",
        "AWS::SES::DedicatedIpPool",
    ):
        (it,) = monthly({"Resources": {"It": {"Type": kind}}})
        assert it.missing or it.at_rest
    assert len(FREE) == len(set(FREE))


@pytest.mark.parametrize(
    ("kind", "properties", "usd"),
    [("ElasticLoadBalancingV2", {"Type": "network"}, 0.0225 * 730), ("ElasticLoadBalancing", {}, 18.25)],
)
def test_the_rest_of_a_price_is_named_beside_what_is_known(kind: str, properties: dict[str, Any], usd: float) -> None:
    it = line(f"AWS::{kind}::LoadBalancer", **properties)
    assert it.at_rest == pytest.approx(usd)
    assert it.missing


def test_a_use_that_no_prediction_makes_is_told_with_its_price() -> None:
    assert line("AWS::SQS::Queue").what == "by use: requests 0.4 a million"
    assert line("AWS::SQS::Queue", FifoQueue=True).what == "by use: FIFO requests 0.5 a million"


def test_a_notebook_instance_that_stops_itself_costs_its_volume_at_rest() -> None:
    it = line(
        "AWS::SageMaker::NotebookInstance", InstanceType="ml.t3.medium", VolumeSizeInGB=5, LifecycleConfigName="stops"
    )
    assert it.at_rest == pytest.approx(0.7)
    assert it.at[1] == it.at[10_000] == pytest.approx(0.7 + 40 * 0.05)


@pytest.mark.parametrize(
    ("source", "usd"),
    [
        ({"Fn::GetAtt": ["It", "Arn"]}, 0),
        ({"Fn::GetAtt": ["Queue", "Arn"]}, 15 * 60 * 730 * 0.0000004),
        ("arn:aws:sqs:us-east-1:111111111111:queue", 15 * 60 * 730 * 0.0000004),
        ("arn:aws:kinesis:us-east-1:111111111111:stream/digits", 0),
        ({"Ref": "Queue"}, 0),
    ],
)
def test_a_queue_that_a_function_reads_is_asked_all_the_time(source: Any, usd: float) -> None:
    mapping = {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"EventSourceArn": source}}
    lines = monthly({"Resources": {"It": mapping, "Queue": {"Type": "AWS::SQS::Queue"}}})
    assert sum(each.at_rest for each in lines) == pytest.approx(usd)


def test_an_empty_template_costs_nothing() -> None:
    assert monthly({}) == []
    assert monthly({"Resources": {}}) == []
