"""Directions that small edits of this project's own templates have: told by their right class, and once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tools.review.change import Risk
from tools.review.classify import EMPTY, classify
from tools.review.differences import ResourceDifference
from tools.review.findings import Finding
from tools.review.sections import compare_sections, outputs_read

DIGESTS = ("1f8b7ecc76d146b170bb38661ae7119895c88b684bb519c2fc05e1496600776f", "7" * 64)


def review(base: dict[str, Any], head: dict[str, Any], *replaced: tuple[str, str]) -> list[Finding]:
    """Classify resources given by logical id; `replaced` names the properties that replace theirs."""
    differences = {
        name: ResourceDifference(impact="WILL_REPLACE", properties={path: "WILL_REPLACE"}) for name, path in replaced
    }
    return classify("stack", {"Resources": base}, {"Resources": head}, differences)[0]


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def risks(found: list[Finding]) -> set[str]:
    return {finding.verdict.risk.value for finding in found}


def _variables(service: str) -> dict[str, Any]:
    return {"Variables": {"POWERTOOLS_SERVICE_NAME": service}}


@pytest.mark.parametrize(
    ("kind", "path", "before", "after", "expected"),
    [
        ("ApiGateway::RestApi", "BinaryMediaTypes", ["a/b", "image/png"], ["image/png", "a/b"], {"harmless"}),
        ("ApiGateway::RestApi", "BinaryMediaTypes", ["image/png"], ["image/png", "image/webp"], {"harmless"}),
        ("ApiGateway::RestApi", "BinaryMediaTypes", ["image/png"], ["*/*"], {"interruption"}),
        ("ApiGateway::RestApi", "BinaryMediaTypes", ["image/png"], None, {"interruption"}),
        ("ApiGateway::Method", "AuthorizationType", "COGNITO_USER_POOLS", "AWS_IAM", {"access", "interruption"}),
        ("ApiGateway::Stage", "Variables", None, {"a": "b"}, {"harmless"}),
        ("ApiGateway::Stage", "Variables", {"a": "b"}, {"a": "c"}, {"interruption"}),
        ("CloudWatch::Alarm", "AlarmName", "a", "b", {"access"}),
        ("EC2::VPC", "CidrBlock", "10.0.0.0/27", "10.1.0.0/27", {"interruption"}),
        ("Lambda::Function", "Environment", _variables("a"), _variables("b"), {"access"}),
        ("Lambda::Function", "Environment", None, _variables("b"), {"harmless"}),
        ("CloudWatch::Dashboard", "DashboardName", "a", "b", {"harmless"}),
    ],
)
def test_a_property(kind: str, path: str, before: Any, after: Any, expected: set[str]) -> None:
    base, head = ({} if value is None else {path: value} for value in (before, after))
    assert risks(review({"A": resource(kind, **base)}, {"A": resource(kind, **head)})) == expected


def test_browsers_ask_before_they_sign_in() -> None:
    base = {"A": resource("ApiGateway::Method", HttpMethod="OPTIONS", AuthorizationType="NONE")}
    head = {"A": resource("ApiGateway::Method", HttpMethod="OPTIONS", AuthorizationType="AWS_IAM")}
    assert risks(review(base, head)) == {"interruption"}
    assert risks(review(head, base)) == {"access"}


@pytest.mark.parametrize(
    ("after", "risk"),
    [
        ("camera=(), usb=(), fullscreen=()", "harmless"),
        ("usb=(), camera=()", "harmless"),
        ("camera=()", "access"),
        ("camera=(self), usb=()", "access"),
        ("camera=(), usb=(), fullscreen=*", "access"),
    ],
)
def test_what_pages_may_use_of_the_browser(after: str, risk: str) -> None:
    def policy(value: str) -> dict[str, Any]:
        item = {"Header": "Permissions-Policy", "Override": True, "Value": value}
        return {
            "A": resource(
                "CloudFront::ResponseHeadersPolicy",
                ResponseHeadersPolicyConfig={"CustomHeadersConfig": {"Items": [item]}},
            )
        }

    assert risks(review(policy("camera=(), usb=()"), policy(after))) == {risk}


@pytest.mark.parametrize(
    ("before", "after", "risk"),
    [
        ({"network_isolation": True}, {"network_isolation": False}, "access"),
        ({"network_isolation": False}, {"network_isolation": True}, "harmless"),
        ({"spot": True}, {"spot": False}, "cost"),
        ({"spot": False}, {"spot": True}, "harmless"),
        ({"instance_type": "ml.m5.xlarge"}, {"instance_type": "ml.m5.24xlarge"}, "cost"),
        ({"instance_count": 1}, {"instance_count": 10}, "cost"),
        ({"instance_count": 10}, {"instance_count": 1}, "interruption"),
        ({"max_run_seconds": 3600}, {"max_run_seconds": 60}, "interruption"),
        ({"kms_key_arn": "k"}, {"kms_key_arn": None}, "access"),
        ({"subnets": []}, {"subnets": ["subnet-1"]}, "access"),
        ({"bucket": "a"}, {"bucket": "b"}, "interruption"),
        ({"bucket": "a"}, {}, "interruption"),
        ({}, {"note": "a"}, "harmless"),
        ("a", "b", "interruption"),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, "harmless"),
    ],
)
def test_a_parameter_that_is_a_document(before: Any, after: Any, risk: str) -> None:
    base, head = (
        {"A": resource("SSM::Parameter", Type="String", Value=value if isinstance(value, str) else json.dumps(value))}
        for value in (before, after)
    )
    assert risks(review(base, head)) == {risk}


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([{"Destination": {"Bucket": {"Fn::GetAtt": ["B", "Arn"]}}}], {"cost"}),
        ([{"Destination": {"Bucket": "arn:aws:s3:::elsewhere"}}], {"access"}),
        ([{"Destination": {"Bucket": {"Ref": "B"}, "Account": "3" * 12}}], {"access"}),
    ],
)
def test_objects_that_are_copied(rules: list[Any], expected: set[str]) -> None:
    head = {"A": resource("S3::Bucket", ReplicationConfiguration={"Rules": rules})}
    assert risks(review({"A": resource("S3::Bucket")}, head)) == expected


def test_a_renamed_resource_is_told_under_the_name_that_goes() -> None:
    table = resource("DynamoDB::Table", KeySchema=[])
    (found,) = review({"Old": table}, {"New": table})
    assert (found.change.logical_id, found.change.action, found.verdict.risk) == ("Old", "replace", Risk.DATA_LOSS)
    assert "it is called New now" in found.verdict.why


def test_a_new_alarm_lowers_no_guard() -> None:
    alarm = resource(
        "CloudWatch::Alarm",
        AlarmName="a",
        Threshold=5,
        Period=300,
        Statistic="Sum",
        MetricName="m",
        Namespace="n",
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        Dimensions=[{"Name": "a", "Value": "b"}],
    )
    assert risks(review({}, {"A": alarm})) == {"harmless"}


@pytest.mark.parametrize(
    ("kind", "properties", "risk"),
    [
        ("Lambda::Function", {"Role": {"Fn::GetAtt": ["R", "Arn"]}, "Runtime": "python3.14"}, "harmless"),
        ("EC2::NatGateway", {"SubnetId": {"Ref": "S"}}, "cost"),
        ("EC2::SecurityGroup", {"SecurityGroupIngress": [{"CidrIp": "0.0.0.0/0", "IpProtocol": "-1"}]}, "access"),
        ("Lambda::Url", {"AuthType": "NONE", "TargetFunctionArn": "f"}, "access"),
    ],
)
def test_a_new_resource_says_only_what_it_opens(kind: str, properties: dict[str, Any], risk: str) -> None:
    found = review({}, {"A": resource(kind, **properties)})
    assert (max(finding.verdict.risk.severity for finding in found)) == Risk(risk).severity


def _serving(digest: str, name: str = "Model", **model: Any) -> dict[str, Any]:
    return {
        "Role": resource("IAM::Role", Path=f"/x/{digest[:12]}/", AssumeRolePolicyDocument={"Statement": []}),
        name: resource(
            "SageMaker::Model",
            ExecutionRoleArn={"Fn::GetAtt": ["Role", "Arn"]},
            PrimaryContainer={"ModelDataUrl": f"s3://b/models/{digest}/model.tar.gz"},
            **model,
        ),
    }


def test_the_path_of_the_role_follows_the_promoted_model() -> None:
    old, new = DIGESTS
    assert risks(review(_serving(old), _serving(new), ("Role", "Path"))) == {"harmless"}
    assert risks(review(_serving(old, "Old"), _serving(new, "New"), ("Role", "Path"))) == {"harmless"}
    alone = review(_serving(old), {**_serving(old), "Role": _serving(new)["Role"]}, ("Role", "Path"))
    assert "harmless" not in risks(alone)


def test_the_check_of_the_artifact_needs_its_digest() -> None:
    check = {"Type": "Custom::ModelArtifactCheck", "Properties": {"Sha256": DIGESTS[0]}}
    other = {"Type": "Custom::ModelArtifactCheck", "Properties": {"Sha256": DIGESTS[1]}}
    assert risks(review({"A": check}, {"A": other})) == {"harmless"}
    assert risks(review({"A": check}, {"A": {**check, "Properties": {}}})) == {"access"}


def _listing(prefix: str) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Action": "s3:ListBucket",
        "Resource": "arn:aws:s3:::b",
        "Condition": {"StringEquals": {"s3:prefix": prefix}},
    }
    return {
        "R": resource("IAM::Role", Policies=[{"PolicyName": "p", "PolicyDocument": {"Statement": [statement]}}]),
    }


def test_what_may_be_listed_follows_the_digest_of_its_content() -> None:
    old, new = (f"{digest}.zip" for digest in DIGESTS)
    assert risks(review(_listing(old), _listing(new))) == {"harmless"}
    assert risks(review(_listing(old), _listing("*"))) == {"access"}


def test_another_service_takes_a_role_from_the_one_that_works_with_it() -> None:
    def role(service: str) -> dict[str, Any]:
        statement = {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": f"{service}.amazonaws.com"},
        }
        return {
            "R": resource("IAM::Role", AssumeRolePolicyDocument={"Statement": [statement]}),
            "F": resource("Lambda::Function", Role={"Fn::GetAtt": ["R", "Arn"]}),
        }

    assert risks(review(role("lambda"), role("ec2"))) == {"interruption", "access"}


def test_a_first_policy_of_an_api_may_free_callers_of_their_own_permission() -> None:
    def api(**properties: Any) -> dict[str, Any]:
        return {
            "A": resource("ApiGateway::RestApi", **properties),
            "M": resource("ApiGateway::Method", RestApiId={"Ref": "A"}, AuthorizationType="AWS_IAM"),
        }

    everybody = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}
    assert risks(review(api(), api(Policy={"Statement": [everybody]}))) == {"access"}


READER = {"Resources": {"A": {"Fn::Join": ["", [{"Fn::GetStackOutput": {"StackName": "stack", "OutputName": "O"}}]]}}}


@pytest.mark.parametrize(
    ("before", "after", "risk"),
    [
        ({"O": {"Value": "a"}}, {}, "interruption"),
        ({"O": {"Value": "a"}}, {"O": {"Value": "b"}}, "interruption"),
        ({"O": {"Value": "a"}}, {"O": {"Value": "a", "Description": "d"}}, "harmless"),
        ({}, {"O": {"Value": "a"}}, "harmless"),
        ({"P": {"Value": "a"}}, {}, "harmless"),
    ],
)
def test_an_output_that_another_stack_reads(before: Any, after: Any, risk: str) -> None:
    read = outputs_read([READER])["stack"]
    base, head = ({**EMPTY, "Outputs": outputs} for outputs in (before, after))
    assert risks(list(compare_sections("stack", base, head, read=read))) == {risk}


def test_an_output_that_nobody_reads_after_the_change_may_go() -> None:
    base, head = ({**EMPTY, "Outputs": outputs} for outputs in ({"O": {"Value": "a"}}, {}))
    assert risks(list(compare_sections("stack", base, head, read={"O"}, still_read=()))) == {"harmless"}
    exported = {**EMPTY, "Outputs": {"O": {"Value": "a", "Export": {"Name": "n"}}}}
    assert risks(list(compare_sections("stack", exported, head, read={"O"}, still_read=()))) == {"interruption"}


@pytest.mark.parametrize(("kind", "risk"), [("Authorizer", "access"), ("GatewayResponse", "interruption")])
def test_what_serves_an_api_goes_with_it(kind: str, risk: str) -> None:
    api, its = resource("ApiGateway::RestApi"), resource(f"ApiGateway::{kind}", RestApiId={"Ref": "Api"})
    alone = [
        finding for finding in review({"Api": api, "Its": its}, {"Api": api}) if finding.change.logical_id == "Its"
    ]
    both = [finding for finding in review({"Api": api, "Its": its}, {}) if finding.change.logical_id == "Its"]
    assert (risks(alone), risks(both)) == ({risk}, {"harmless"})


@pytest.mark.parametrize(("policy", "said"), [("Retain", "stays in the account"), ("Delete", "is deleted")])
def test_a_pool_that_is_removed_goes_or_stays_by_its_policy(policy: str, said: str) -> None:
    pool = {**resource("Cognito::UserPool"), "DeletionPolicy": policy}
    (finding,) = review({"Pool": pool}, {})
    assert finding.verdict.risk == "data-loss"
    assert said in finding.verdict.why


def test_outputs_follow_a_new_logical_id() -> None:
    base, head = (
        {"Resources": {name: resource("SNS::Topic")}, "Outputs": {"O": {"Value": {"Ref": name}}}}
        for name in ("Old", "New")
    )
    assert not list(compare_sections("stack", base, head, read={"O"}))


@pytest.mark.parametrize(
    ("before", "after", "risk"),
    [
        ({"Assertions": [{"Assert": {"Ref": "BootstrapVersion"}}]}, None, "harmless"),
        ({"Assertions": [{"Assert": 1, "AssertDescription": "a"}]}, {"Assertions": [{"Assert": 1}]}, "harmless"),
        ({"Assertions": [{"Assert": 1}]}, {"Assertions": [{"Assert": 2}]}, "access"),
        ({"Assertions": [{"Assert": 1}]}, None, "access"),
    ],
)
def test_checks_before_a_deployment(before: Any, after: Any, risk: str) -> None:
    base, head = ({**EMPTY, "Rules": {} if rule is None else {"R": rule}} for rule in (before, after))
    assert risks(list(compare_sections("stack", base, head))) == {risk}


@pytest.mark.parametrize(
    ("sources", "risk"),
    [([{"Fn::GetAtt": ["Work", "Arn"]}], "harmless"), ([], "data-loss"), (["arn:aws:sqs:us-east-1:1:x"], "data-loss")],
)
def test_a_queue_of_failed_messages_names_the_queues_that_it_serves(sources: list[Any], risk: str) -> None:
    work = resource("SQS::Queue", RedrivePolicy={"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}})
    allow = {"redrivePermission": "byQueue", "sourceQueueArns": sources}
    base = {"Work": work, "Dead": resource("SQS::Queue")}
    head = {"Work": work, "Dead": resource("SQS::Queue", RedriveAllowPolicy=allow)}
    assert risks(review(base, head)) == {risk}


def _worker(action: str, target: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": target}
    return {
        "Queue": resource("SQS::Queue", SqsManagedSseEnabled=True),
        "Role": resource("IAM::Role", Policies=[{"PolicyName": "p", "PolicyDocument": {"Statement": [statement]}}]),
    }


@pytest.mark.parametrize(
    ("action", "target", "dangerous"),
    [
        ("sqs:SendMessage", {"Fn::GetAtt": ["Queue", "Arn"]}, False),
        ("sqs:*", {"Fn::GetAtt": ["Queue", "Arn"]}, True),
        ("sqs:SendMessage", {"Fn::GetAtt": ["Table", "Arn"]}, True),
        ("sqs:SendMessage", "*", True),
    ],
)
def test_what_is_new_may_act_on_what_is_new(action: str, target: Any, dangerous: bool) -> None:
    table = {"Table": resource("DynamoDB::Table")}
    assert ("access" in risks(review(table, {**table, **_worker(action, target)}))) is dangerous
