"""Other projects' templates: what is new opens nothing by itself, and what only reads otherwise is told so."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.review_rules import COST, DOUBT, FINE, LOSS, OPEN, STOP, resource, template
from tests.support.review_tables import NAMES, Row, each_told, held, of, of_property
from tools.review.change import Risk
from tools.review.review import review

pytestmark = pytest.mark.slow

ROLE = {"Fn::GetAtt": ["Role", "Arn"]}
PREFLIGHT = {"RestApiId": "api", "ResourceId": "root", "HttpMethod": "OPTIONS", "AuthorizationType": "NONE"}
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


@each_told(
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
        ("AWS::ApiGateway::Method", {**PREFLIGHT, "Integration": {"Type": "MOCK"}}, FINE),
        ("AWS::ApiGateway::Method", {**PREFLIGHT, "Integration": {"Type": "AWS_PROXY"}}, OPEN),
        ("AWS::New::Thing", {"AllowedCidrs": ["10.0.0.0/8"]}, FINE),
        ("AWS::New::Thing", {"AllowedCidrs": ["0.0.0.0/0"]}, OPEN),
        ("AWS::New::Thing", {"PubliclyAccessible": True}, OPEN),
    ],
)
def test_what_is_new_opens_only_what_its_values_say(kind: str, properties: dict[str, Any], risk: Risk) -> Row:
    return of({}, {"It": resource(kind, **properties)}), risk


@each_told([({"NatGatewayId": "nat-1"}, FINE), ({"GatewayId": "igw-1"}, OPEN)])
def test_a_route_of_a_new_route_table(by: dict[str, str], risk: Risk) -> Row:
    route = resource("AWS::EC2::Route", RouteTableId={"Ref": "Table"}, DestinationCidrBlock="0.0.0.0/0", **by)
    return of({}, {"Table": resource("AWS::EC2::RouteTable", VpcId="vpc-1"), "It": route}), risk


def test_targets_in_another_order_are_the_same() -> None:
    targets = [{"Id": "a", "Arn": "arn:a"}, {"Id": "b", "Arn": "arn:b"}]
    held([(of_property("AWS::Events::Rule", "Targets", targets, targets[::-1]), FINE)])


def test_the_order_of_stages_is_not_indifferent() -> None:
    stages = [{"Name": "Approve"}, {"Name": "Deploy"}]
    held([(of_property("AWS::CodePipeline::Pipeline", "Stages", stages, stages[::-1]), DOUBT)])


@each_told(
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
def test_actions_of_a_listener_that_are_only_counted_anew(before: Any, after: Any, risk: Risk) -> Row:
    return of_property("AWS::ElasticLoadBalancingV2::Listener", "DefaultActions", before, after), risk


def test_an_alarm_under_another_id_still_watches() -> None:
    alarm = resource("AWS::CloudWatch::Alarm", **ALARM)
    held([(of({"Old": alarm}, {"New": alarm}), FINE)])


@each_told(
    [
        ({"Cpu": "1 vCPU", "Memory": "2 GB"}, {"Cpu": "4 vCPU", "Memory": "12 GB"}, COST),
        ({"Cpu": "2048"}, {"Cpu": "2 vCPU"}, FINE),
        ({"Cpu": "4 vCPU"}, None, STOP),
    ],
)
def test_machines_of_app_runner_in_both_spellings(before: Any, after: Any, risk: Risk) -> Row:
    return of_property("AWS::AppRunner::Service", "InstanceConfiguration", before, after), risk


REGISTRY = "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/assets"


@each_told(
    [(f"{REGISTRY}:2", FINE), (f"{REGISTRY}@sha256:{'0' * 64}", FINE), ("evil.example.com/${AWS::AccountId}:1", OPEN)],
)
def test_the_tag_of_an_image_is_a_release(after: str, risk: Risk) -> Row:
    sides = [{"ImageRepository": {"ImageIdentifier": {"Fn::Sub": text}}} for text in (f"{REGISTRY}:1", after)]
    return of_property("AWS::AppRunner::Service", "SourceConfiguration", *sides), risk


@each_told(
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
        ("Events", {"Daily": {"Type": "Schedule", "Properties": {"Schedule": "rate(1 day)"}}}, None, STOP),
    ],
)
def test_a_function_of_the_serverless_application_model(name: str, before: Any, after: Any, risk: Risk) -> Row:
    return of_property("AWS::Serverless::Function", name, before, after), risk


@each_told([("AWS::WorkSpaces::Workspace",), ("AWS::KinesisVideo::Stream",), ("AWS::DirectoryService::MicrosoftAD",)])
def test_what_holds_data_in_rarer_services(kind: str) -> Row:
    return of({"It": resource(kind)}, {}), LOSS


def test_parameters_of_assets_get_their_value_from_the_cdk() -> None:
    sides = [
        template(Names=NAMES) | {"Parameters": {f"AssetParameters{digest * 64}": {"Type": "String"}}} for digest in "ab"
    ]
    held([((sides[0], sides[1]), FINE)])


def test_a_deletion_policy_that_is_an_expression_and_a_null_are_taken() -> None:
    choice = {"Fn::If": ["Kept", "Retain", "Delete"]}
    table = resource("AWS::DynamoDB::Table", Tags=None) | {"DeletionPolicy": choice}
    role = resource("AWS::IAM::Role", Policies=[None], AssumeRolePolicyDocument=None)
    held([(of({"It": table, "Role": role}, {"Role": resource("AWS::IAM::Role", Description="x")}), LOSS)])


def runtimes(*versions: str) -> dict[str, Any]:
    return {"Runtimes": {f"region-{index}": {"value": version} for index, version in enumerate(versions)}}


BY_REGION = {"Fn::FindInMap": ["Runtimes", {"Ref": "AWS::Region"}, "value"]}


@each_told(
    [
        (("nodejs18.x", runtimes()), (BY_REGION, runtimes("nodejs20.x", "nodejs20.x", "nodejs16.x")), FINE),
        ((BY_REGION, runtimes("nodejs18.x", "nodejs18.x")), (BY_REGION, runtimes("nodejs18.x", "nodejs20.x")), FINE),
        ((BY_REGION, runtimes("nodejs18.x", "nodejs18.x")), (BY_REGION, runtimes("nodejs18.x", "python3.13")), STOP),
        ((BY_REGION, runtimes("nodejs18.x")), (BY_REGION, runtimes("nodejs18.x", "nodejs16.x")), FINE),
    ],
)
def test_what_is_looked_up_by_region(before: Any, after: Any, risk: Risk) -> Row:
    old, new = (
        template(It=resource("AWS::Lambda::Function", Runtime=value)) | {"Mappings": table}
        for value, table in (before, after)
    )
    return (old, new), risk


@each_told(
    [
        (
            "AWS::Glue::Table",
            "TableInput",
            {"StorageDescriptor": {"Location": "s3://a"}},
            {"StorageDescriptor": {"Location": "s3://b"}},
            STOP,
        ),
        (
            "AWS::Glue::Table",
            "TableInput",
            {"StorageDescriptor": {"Columns": [{"Name": "a"}]}},
            {"StorageDescriptor": {"Columns": [{"Name": "a"}, {"Name": "b"}]}},
            FINE,
        ),
        (
            "AWS::Glue::Table",
            "TableInput",
            {"StorageDescriptor": {"Columns": [{"Name": "a"}, {"Name": "b"}]}},
            {"StorageDescriptor": {"Columns": [{"Name": "a"}]}},
            STOP,
        ),
        ("AWS::Glue::Job", "DefaultArguments", {"--job-bookmark-option": "job-bookmark-enable"}, {}, LOSS),
        (
            "AWS::Glue::Job",
            "DefaultArguments",
            {"--enable-continuous-cloudwatch-log": "true"},
            {"--enable-continuous-cloudwatch-log": "false"},
            OPEN,
        ),
        ("AWS::SSM::PatchBaseline", "RejectedPatches", [], ["KB1"], OPEN),
        ("AWS::SES::ReceiptRule", "Rule", {"ScanEnabled": True}, {"ScanEnabled": False}, OPEN),
        (
            "AWS::AppMesh::Route",
            "Spec",
            {"HttpRoute": {"Match": {"Prefix": "/"}}},
            {"HttpRoute": {"Match": {"Prefix": "/a"}}},
            STOP,
        ),
        ("AWS::Amplify::App", "EnableBranchAutoDeletion", False, True, STOP),
        (
            "AWS::KinesisAnalyticsV2::Application",
            "ApplicationConfiguration",
            {"ApplicationSnapshotConfiguration": {"SnapshotsEnabled": True}},
            {"ApplicationSnapshotConfiguration": {"SnapshotsEnabled": False}},
            LOSS,
        ),
        ("AWS::OpenSearchService::Domain", "VPCOptions", {"SubnetIds": ["a", "b"]}, {"SubnetIds": ["b", "a"]}, FINE),
        (
            "AWS::CloudFront::Function",
            "FunctionConfig",
            {"Runtime": "cloudfront-js-1.0"},
            {"Runtime": "cloudfront-js-2.0"},
            FINE,
        ),
        ("AWS::Synthetics::Canary", "Code", {"S3Key": f"{'a' * 64}.zip"}, {"S3Key": f"{'b' * 64}.zip"}, FINE),
        (
            "AWS::SageMaker::Model",
            "PrimaryContainer",
            {"ModelDataUrl": {"Fn::Sub": f"https://s3.${{AWS::Region}}/{'a' * 64}.gz"}},
            {"ModelDataUrl": {"Fn::Sub": f"https://s3.${{AWS::Region}}/{'b' * 64}.gz"}},
            FINE,
        ),
    ],
)
def test_rarer_properties(kind: str, name: str, before: Any, after: Any, risk: Risk) -> Row:
    return of_property(kind, name, before, after), risk


def test_parameters_of_nested_stacks_get_their_value_from_the_stack_around() -> None:
    sides = [
        template(Names=NAMES),
        template(Names=NAMES) | {"Parameters": {"referencetoBucketRef": {"Type": "String"}}},
    ]
    held([((sides[0], sides[1]), FINE)])


def test_a_form_of_policy_that_the_engine_cannot_read_ends_no_review() -> None:
    odd = resource("AWS::IAM::Role", Policies=["x", {"PolicyDocument": True}], AssumeRolePolicyDocument="x")
    sides = [{"Odd": odd, "It": resource("AWS::EC2::Volume", AvailabilityZone=zone)} for zone in ("a", "b")]
    sides[1]["Odd"] = resource("AWS::IAM::Role", Policies=[{"PolicyDocument": {"Statement": [True]}}])
    held([(of(*sides), LOSS)])


def test_a_stack_that_goes_is_told_and_a_nested_one_is_not() -> None:
    goes = template(Topic=NAMES)
    alone = review({"": {"goes": goes, "stays": goes}}, {"": {"stays": goes}})
    assert [(change.stack, change.risk) for change in alone.changes if change.type == "Stack"] == [("goes", COST)]
    around = template(Inner={"Type": "AWS::CloudFormation::Stack", "Properties": {}})
    nested = review({"": {"goes": goes, "stays": around}}, {"": {"stays": template(Topic=NAMES)}})
    assert not [change for change in nested.changes if change.type == "Stack"]
