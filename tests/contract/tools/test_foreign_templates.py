"""Other projects' templates: what changes although the resources read the same, and what stands beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.review_rules import DOUBT, FINE, LOSS, OPEN, STOP, resource, template
from tests.support.review_tables import NAMES, Row, each_told, held, of, of_property
from tools.review.change import Risk
from tools.review.review import review
from tools.review.templates import read_environments

pytestmark = pytest.mark.slow

VERSIONED = resource(
    "AWS::S3::Bucket", VersioningConfiguration={"Status": {"Fn::If": ["Kept", "Enabled", "Suspended"]}}
)
TAGGED = resource("AWS::S3::Bucket", Tags=[{"Key": "team", "Value": {"Fn::If": ["Kept", "a", "b"]}}])
QUEUE = resource("AWS::SQS::Queue") | {"Condition": "Kept"}


def in_account(account: Any) -> dict[str, Any]:
    return {"Fn::Equals": [{"Ref": "AWS::AccountId"}, account]}


def not_in_account(account: str) -> dict[str, Any]:
    return {"Kept": {"Fn::Not": [{"Condition": "There"}]}, "There": in_account(account)}


@each_told(
    [
        (VERSIONED, {"Kept": in_account("1")}, {"Kept": in_account("2")}, LOSS),
        (VERSIONED, not_in_account("1"), not_in_account("2"), LOSS),
        (QUEUE, not_in_account("1"), not_in_account("2"), LOSS),
        (TAGGED, {"Kept": in_account("1")}, {"Kept": in_account("2")}, DOUBT),
    ],
)
def test_a_condition_that_asks_something_else(it: Any, before: Any, after: Any, risk: Risk) -> Row:
    old, new = (template(Names=NAMES, It=it) | {"Conditions": conditions} for conditions in (before, after))
    return (old, new), risk


def test_a_condition_that_asks_for_a_parameter_with_another_default() -> None:
    sides = [
        template(Names=NAMES, It=VERSIONED)
        | {"Conditions": {"Kept": in_account({"Ref": "Main"})}}
        | {"Parameters": {"Main": {"Type": "String", "Default": account}}}
        for account in "12"
    ]
    held([((sides[0], sides[1]), LOSS)])


def looked_up(name: str, kind: str = "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>") -> dict[str, Any]:
    return {"Parameters": {"Image": {"Type": kind, "Default": name}}}


@each_told(
    [
        ("AWS::EC2::Instance", "ImageId", {"Ref": "Image"}, "/b", LOSS),
        ("AWS::EC2::Instance", "ImageId", {"Ref": "Image"}, "/a", FINE),
        ("AWS::EC2::Instance", "ImageId", "{{resolve:ssm:/a}}", "/a", FINE),
        ("AWS::SQS::Queue", "Tags", [{"Key": "a", "Value": {"Ref": "Image"}}], "/b", FINE),
    ],
)
def test_a_parameter_that_is_looked_up_elsewhere(kind: str, name: str, value: Any, place: str, risk: Risk) -> Row:
    before = resource(kind, **{name: value if name == "Tags" else {"Ref": "Image"}})
    return (
        template(Names=NAMES, It=before) | looked_up("/a"),
        template(Names=NAMES, It=resource(kind, **{name: value})) | looked_up(place),
    ), risk


@each_told(
    [
        ({"Fn::GetAtt": ["Key", "SecretAccessKey"]}, OPEN),
        ({"Fn::Sub": "postgres://admin:${Password}@host"}, OPEN),
        ("{{resolve:secretsmanager:database:SecretString:password}}", OPEN),
        ({"Ref": "Names"}, FINE),
    ],
)
def test_an_output_that_shows_a_secret(value: Any, risk: Risk) -> Row:
    parameters = {"Password": {"Type": "String", "NoEcho": True}}
    return (
        template(Names=NAMES) | {"Parameters": parameters},
        template(Names=NAMES) | {"Parameters": parameters, "Outputs": {"It": {"Value": value}}},
    ), risk


@each_told([("AWS::CloudFormation::Init", STOP), ("aws:cdk:path", FINE)])
def test_metadata_counts_where_machines_follow_it(name: str, risk: Risk) -> Row:
    machine = resource("AWS::EC2::Instance", ImageId="a")
    return of({"It": machine | {"Metadata": {name: "a"}}}, {"It": machine | {"Metadata": {name: "b"}}}), risk


@each_told(
    [
        ("AWS::Grafana::Workspace",),
        ("AWS::SageMaker::MlflowTrackingServer",),
        ("AWS::PaymentCryptography::Key",),
    ]
)
def test_what_holds_the_work_of_people(kind: str) -> Row:
    return of({"It": resource(kind)}, {}), LOSS


@each_told([(1000, 100, STOP), (100, 1000, OPEN)])
def test_a_limit_of_requests_from_one_address(before: int, after: int, risk: Risk) -> Row:
    sides = [
        [{"Name": "a", "Priority": 1, "Action": {"Block": {}}, "Statement": {"RateBasedStatement": {"Limit": limit}}}]
        for limit in (before, after)
    ]
    return of_property("AWS::WAFv2::WebACL", "Rules", *sides), risk


def test_what_a_macro_includes_is_unknown(tmp_path: Path) -> None:
    sides = []
    for place in ("a", "b"):
        included = {"Name": "AWS::Include", "Parameters": {"Location": f"s3://{place}"}}
        text = json.dumps({"Resources": {"Names": NAMES, "Fn::Transform": included}})
        (tmp_path / place).mkdir()
        (tmp_path / place / "stack.template.json").write_text(text, encoding="utf-8")
        sides.append(read_environments(tmp_path / place))
    assert [(change.type, change.risk) for change in review(*sides).changes] == [("Fn::Transform", DOUBT)]
