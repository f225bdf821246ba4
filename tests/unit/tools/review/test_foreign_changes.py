"""Other projects' templates: what is new opens nothing by itself, and what only reads otherwise is told so."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.review_rules import COST, FINE, LOSS, OPEN, STOP, resource, template
from tools.review.change import Risk
from tools.review.review import review
from tools.review.templates import resolve

ROLE = {"Fn::GetAtt": ["Role", "Arn"]}
NAMES = {"Type": "AWS::SNS::Topic", "Properties": {}}


def worst(base: dict[str, Any], head: dict[str, Any]) -> Risk:
    """The worst class of what differs between two sets of resources, beside one that stays."""
    sides = [{"": {"stack": resolve(template(Names=NAMES, **side))}} for side in (base, head)]
    return review(*sides).worst


def property_of(kind: str, name: str, before: Any, after: Any, **others: Any) -> Risk:
    sides = [resource(kind, **others, **({} if value is None else {name: value})) for value in (before, after)]
    return worst({"It": sides[0]}, {"It": sides[1]})


ALARM = {
    "MetricName": "Errors",
    "Namespace": "AWS/Lambda",
    "Threshold": 1,
    "EvaluationPeriods": 1,
    "Period": 60,
    "Statistic": "Sum",
    "TreatMissingData": "notBreaching",
    "ComparisonOperator": "GreaterThanThreshold",
}


@pytest.mark.parametrize(
    ("kind", "properties", "risk"),
    [
        ("AWS::CloudWatch::Alarm", ALARM, FINE),
        ("AWS::Lambda::Function", {"Role": ROLE, "Handler": "index.handler", "Code": {"ZipFile": "x"}}, FINE),
        ("AWS::Lambda::Function", {"Role": ROLE, "VpcConfig": {"SubnetIds": [1], "SecurityGroupIds": [2]}}, FINE),
        ("AWS::ECS::TaskDefinition", {"TaskRoleArn": ROLE, "ExecutionRoleArn": ROLE}, FINE),
        ("AWS::ECS::TaskDefinition", {"ContainerDefinitions": [{"Name": "a", "Privileged": True}]}, OPEN),
        ("AWS::StepFunctions::StateMachine", {"RoleArn": ROLE, "DefinitionString": "{}"}, FINE),
        ("AWS::EC2::NatGateway", {"SubnetId": {"Ref": "Subnet"}, "AllocationId": "eipalloc-1"}, COST),
        ("AWS::EC2::Subnet", {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24", "MapPublicIpOnLaunch": False}, FINE),
        ("AWS::EC2::Subnet", {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24", "MapPublicIpOnLaunch": True}, OPEN),
        ("AWS::EC2::RouteTable", {"VpcId": "vpc-1"}, FINE),
        (
            "AWS::EC2::SecurityGroup",
            {"GroupDescription": "x", "SecurityGroupEgress": [{"CidrIp": "0.0.0.0/0", "IpProtocol": "-1"}]},
            FINE,
        ),
        (
            "AWS::EC2::SecurityGroup",
            {
                "GroupDescription": "x",
                "SecurityGroupIngress": [{"CidrIp": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}],
            },
            OPEN,
        ),
        ("AWS::New::Thing", {"AllowedCidrs": ["10.0.0.0/8"]}, FINE),
        ("AWS::New::Thing", {"AllowedCidrs": ["0.0.0.0/0"]}, OPEN),
        ("AWS::New::Thing", {"PubliclyAccessible": True}, OPEN),
    ],
)
def test_what_is_new_opens_only_what_its_values_say(kind: str, properties: dict[str, Any], risk: Risk) -> None:
    assert worst({}, {"It": resource(kind, **properties)}) == risk


@pytest.mark.parametrize(("by", "risk"), [({"NatGatewayId": "nat-1"}, FINE), ({"GatewayId": "igw-1"}, OPEN)])
def test_a_route_of_a_new_route_table(by: dict[str, str], risk: Risk) -> None:
    route = resource("AWS::EC2::Route", RouteTableId={"Ref": "Table"}, DestinationCidrBlock="0.0.0.0/0", **by)
    assert worst({}, {"Table": resource("AWS::EC2::RouteTable", VpcId="vpc-1"), "It": route}) == risk


def test_targets_in_another_order_are_the_same() -> None:
    targets = [{"Id": "a", "Arn": "arn:a"}, {"Id": "b", "Arn": "arn:b"}]
    assert property_of("AWS::Events::Rule", "Targets", targets, targets[::-1]) == FINE


def test_the_order_of_stages_is_not_indifferent() -> None:
    stages = [{"Name": "Approve"}, {"Name": "Deploy"}]
    assert property_of("AWS::CodePipeline::Pipeline", "Stages", stages, stages[::-1]) != FINE


@pytest.mark.parametrize(
    ("before", "after", "risk"),
    [
        (
            [{"Type": "authenticate-oidc", "Order": 1}, {"Type": "forward", "Order": 2, "TargetGroupArn": "a"}],
            [{"Type": "forward", "Order": 1, "TargetGroupArn": "a"}],
            OPEN,
        ),
        (
            [{"Type": "authenticate-oidc", "Order": 1}, {"Type": "forward", "Order": 2, "TargetGroupArn": "a"}],
            [{"Type": "forward", "TargetGroupArn": "b"}],
            STOP,
        ),
    ],
)
def test_actions_of_a_listener_that_are_only_counted_anew(before: Any, after: Any, risk: Risk) -> None:
    assert property_of("AWS::ElasticLoadBalancingV2::Listener", "DefaultActions", before, after) == risk


def test_an_alarm_under_another_id_still_watches() -> None:
    assert (
        worst(
            {"Old": resource("AWS::CloudWatch::Alarm", **ALARM)}, {"New": resource("AWS::CloudWatch::Alarm", **ALARM)}
        )
        == FINE
    )


@pytest.mark.parametrize(
    ("before", "after", "risk"),
    [
        ({"Cpu": "1 vCPU", "Memory": "2 GB"}, {"Cpu": "4 vCPU", "Memory": "12 GB"}, COST),
        ({"Cpu": "2048"}, {"Cpu": "2 vCPU"}, FINE),
        ({"Cpu": "4 vCPU"}, None, STOP),
    ],
)
def test_machines_of_app_runner_in_both_spellings(before: Any, after: Any, risk: Risk) -> None:
    assert property_of("AWS::AppRunner::Service", "InstanceConfiguration", before, after) == risk


REGISTRY = "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/assets"


@pytest.mark.parametrize(
    ("after", "risk"),
    [(f"{REGISTRY}:2", FINE), (f"{REGISTRY}@sha256:{'0' * 64}", FINE), ("evil.example.com/${AWS::AccountId}:1", OPEN)],
)
def test_the_tag_of_an_image_is_a_release(after: str, risk: Risk) -> None:
    sides = [{"ImageRepository": {"ImageIdentifier": {"Fn::Sub": text}}} for text in (f"{REGISTRY}:1", after)]
    assert property_of("AWS::AppRunner::Service", "SourceConfiguration", *sides) == risk


@pytest.mark.parametrize(
    ("name", "before", "after", "risk"),
    [
        ("Timeout", 10, 30, FINE),
        ("Timeout", 30, 10, STOP),
        ("Description", "a", "b", FINE),
        ("CodeUri", "s3://a/1", "s3://a/2", FINE),
        ("FunctionName", "a", "b", STOP),
        ("FunctionUrlConfig", {"AuthType": "AWS_IAM"}, {"AuthType": "NONE"}, OPEN),
        ("Policies", ["AWSLambdaBasicExecutionRole"], ["AdministratorAccess"], OPEN),
        ("ReservedConcurrentExecutions", 5, 0, STOP),
        ("DeadLetterQueue", {"TargetArn": "a"}, None, LOSS),
    ],
)
def test_a_function_of_the_serverless_application_model(name: str, before: Any, after: Any, risk: Risk) -> None:
    assert property_of("AWS::Serverless::Function", name, before, after) == risk


@pytest.mark.parametrize(
    "kind", ["AWS::WorkSpaces::Workspace", "AWS::KinesisVideo::Stream", "AWS::DirectoryService::MicrosoftAD"]
)
def test_what_holds_data_in_rarer_services(kind: str) -> None:
    assert worst({"It": resource(kind)}, {}) == LOSS


def test_parameters_of_assets_get_their_value_from_the_cdk() -> None:
    sides = [
        template(Names=NAMES) | {"Parameters": {f"AssetParameters{digest * 64}": {"Type": "String"}}} for digest in "ab"
    ]
    assert review({"": {"stack": sides[0]}}, {"": {"stack": sides[1]}}).worst == FINE


def test_a_deletion_policy_that_is_an_expression_and_a_null_are_taken() -> None:
    choice = {"Fn::If": ["Kept", "Retain", "Delete"]}
    table = resource("AWS::DynamoDB::Table", Tags=None) | {"DeletionPolicy": choice}
    role = resource("AWS::IAM::Role", Policies=[None], AssumeRolePolicyDocument=None)
    assert worst({"It": table, "Role": role}, {"Role": resource("AWS::IAM::Role", Description="x")}) == LOSS
