"""Grants to services: who calls, whether they still can, and what is only the wiring of something new."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tools.review.change import Risk
from tools.review.iam import compare_access

Json = dict[str, Any]
API = "arn:aws:execute-api:us-east-1:111111111111:${Api}/"


def permission(**properties: Any) -> Json:
    own = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Fn::GetAtt": ["Function", "Arn"]},
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": {"Fn::Sub": f"{API}live/GET/model"},
    }
    given = {**own, **properties}
    return {"Type": "AWS::Lambda::Permission", "Properties": {name: value for name, value in given.items() if value}}


def method(verb: str, part: str) -> Json:
    return {
        "Type": "AWS::ApiGateway::Method",
        "Properties": {"RestApiId": {"Ref": "Api"}, "HttpMethod": verb, "ResourceId": {"Ref": part}},
    }


def part(name: str, parent: Any = None) -> Json:
    parent = parent or {"Fn::GetAtt": ["Api", "RootResourceId"]}
    return {"Type": "AWS::ApiGateway::Resource", "Properties": {"ParentId": parent, "PathPart": name}}


def template(**resources: Json | None) -> Json:
    own = {
        "Function": {"Type": "AWS::Lambda::Function"},
        "Api": {"Type": "AWS::ApiGateway::RestApi"},
        "Model": part("model"),
        "Get": method("GET", "Model"),
        "Permission": permission(),
    }
    return {"Resources": {name: copy.deepcopy(value) for name, value in {**own, **resources}.items() if value}}


def risk(base: Json, head: Json) -> Risk | None:
    verdicts = compare_access(base, head, "stack").verdicts.values()
    return max((verdict.risk for verdict in verdicts), key=lambda one: one.severity, default=None)


NOBODY = template(Permission=None)
SOURCES = {"Fn::Sub": f"{API}*/*"}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # The source of a call that is no longer asked for.
        (permission(), permission(SourceArn=None), Risk.ACCESS),
        (permission(), permission(SourceArn=SOURCES), Risk.ACCESS),
        (permission(SourceArn=SOURCES), permission(), Risk.HARMLESS),
        (permission(SourceAccount="111111111111"), permission(), Risk.ACCESS),
        (permission(), permission(SourceAccount="111111111111"), Risk.HARMLESS),
        # Everybody.
        (permission(), permission(Principal="*"), Risk.ACCESS),
        (permission(Principal="*"), permission(), Risk.HARMLESS),
        (permission(Principal="*", PrincipalOrgID="o-1"), permission(Principal="*"), Risk.ACCESS),
        (permission(FunctionUrlAuthType="AWS_IAM"), permission(FunctionUrlAuthType="NONE"), Risk.ACCESS),
        # The caller cannot call any more.
        (permission(), None, Risk.INTERRUPTION),
        (permission(), permission(Principal="events.amazonaws.com"), Risk.INTERRUPTION),
        (permission(), permission(SourceArn={"Fn::Sub": f"{API}live/POST/other"}), Risk.INTERRUPTION),
        # What nobody needs.
        (permission(SourceArn={"Fn::Sub": f"{API}test-invoke-stage/GET/model"}), None, Risk.HARMLESS),
        (permission(SourceArn={"Fn::Sub": f"{API}live/GET/gone"}), None, Risk.HARMLESS),
        (permission(), permission(Action="lambda:*"), Risk.ACCESS),
    ],
)
def test_permissions_of_functions(before: Json | None, after: Json | None, expected: Risk) -> None:
    assert risk(template(Permission=before), template(Permission=after)) is expected


def test_each_changed_property_of_a_permission_has_a_verdict() -> None:
    access = compare_access(template(), template(Permission=permission(Principal="*", SourceArn=None)), "stack")
    assert set(access.verdicts) == {("Permission", "Principal"), ("Permission", "SourceArn")}
    assert {verdict.risk for verdict in access.verdicts.values()} == {Risk.ACCESS}


def test_a_permission_under_another_name_is_the_same() -> None:
    access = compare_access(template(), template(Permission=None, Renamed=permission()), "stack")
    assert access.changes == []
    assert risk(template(), template(Permission=None, Renamed=permission())) is Risk.HARMLESS


def test_a_permission_goes_with_its_caller_or_its_function() -> None:
    assert risk(template(), template(Permission=None, Get=None)) is Risk.HARMLESS
    assert risk(template(), template(Permission=None, Function=None)) is Risk.HARMLESS
    assert risk(template(), template(Permission=permission(SourceArn=SOURCES), Get=None)) is Risk.ACCESS


def test_a_permission_for_a_new_method_is_wiring() -> None:
    new = permission(SourceArn={"Fn::Sub": f"{API}live/POST/model"})
    parameter = permission(SourceArn={"Fn::Sub": f"{API}live/GET/jobs/*"})
    jobs = {"Jobs": part("jobs"), "Job": part("{id}", {"Ref": "Jobs"}), "GetJob": method("GET", "Job")}
    assert risk(template(), template(Post=method("POST", "Model"), New=new)) is Risk.HARMLESS
    assert risk(template(), template(New=parameter, **jobs)) is Risk.HARMLESS
    assert risk(template(Post=method("POST", "Model")), template(Post=method("POST", "Model"), New=new)) is Risk.ACCESS
    assert risk(template(), template(Post=method("POST", "Model"), New=permission(SourceArn=SOURCES))) is Risk.ACCESS
    assert risk(template(**jobs, New=parameter), template(**jobs)) is Risk.INTERRUPTION


def by_rule(principal: str = "events.amazonaws.com") -> Json:
    return permission(Principal=principal, SourceArn={"Fn::GetAtt": ["Rule", "Arn"]})


RULE = {"Type": "AWS::Events::Rule"}


def test_rules_buckets_and_topics_that_call() -> None:
    assert risk(template(), template(Rule=RULE, New=by_rule())) is Risk.HARMLESS
    assert risk(template(Rule=RULE), template(Rule=RULE, New=by_rule())) is Risk.ACCESS
    assert risk(template(), template(New=permission(Principal="s3.amazonaws.com", SourceArn=None))) is Risk.ACCESS
    assert risk(template(Rule=RULE, New=by_rule()), template(Rule=RULE)) is Risk.INTERRUPTION
    assert risk(template(Rule=RULE, New=by_rule()), template()) is Risk.HARMLESS


def guarded(kind: str, *statements: Json, on: str, there: str = "AWS::S3::Bucket") -> Json:
    properties = {
        "PolicyDocument": {"Statement": list(statements)},
        on: [{"Ref": "Thing"}] if on.endswith("s") else {"Ref": "Thing"},
    }
    return template(Thing={"Type": there}, Policy={"Type": kind, "Properties": properties}, Caller={"Type": "X::Y::Z"})


def service(principal: str, **more: Any) -> Json:
    condition = {"ArnLike": {"aws:SourceArn": {"Fn::GetAtt": ["Caller", "Arn"]}}}
    principal_block = {"Service": principal}
    return {"Effect": "Allow", "Action": "x:Do", "Principal": principal_block, "Condition": condition, **more}


KEEP = service("keep.amazonaws.com")


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("s3.amazonaws.com", Risk.INTERRUPTION),
        ("sns.amazonaws.com", Risk.INTERRUPTION),
        ("cloudfront.amazonaws.com", Risk.INTERRUPTION),
        ("cloudwatch.amazonaws.com", Risk.ACCESS),
        ("logging.s3.amazonaws.com", Risk.ACCESS),
    ],
)
@pytest.mark.parametrize(
    ("kind", "on"),
    [("AWS::SQS::QueuePolicy", "Queues"), ("AWS::SNS::TopicPolicy", "Topics"), ("AWS::S3::BucketPolicy", "Bucket")],
)
def test_a_service_that_may_no_longer(kind: str, on: str, principal: str, expected: Risk) -> None:
    base, head = guarded(kind, KEEP, service(principal), on=on), guarded(kind, KEEP, on=on)
    assert risk(base, head) is expected
    assert risk(head, base) is Risk.ACCESS
    del head["Resources"]["Caller"]
    assert risk(base, head) is Risk.HARMLESS
    without = copy.deepcopy(base)
    del without["Resources"]["Policy"], without["Resources"]["Thing"]
    assert risk(base, without) is Risk.HARMLESS


def test_a_denial_that_bars_everybody() -> None:
    kind, on = "AWS::S3::BucketPolicy", "Bucket"
    denial = {"Effect": "Deny", "Action": "s3:*", "Principal": "*", "Resource": {"Fn::Sub": "${Thing.Arn}/*"}}
    insecure = {**denial, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    assert risk(guarded(kind, KEEP, on=on), guarded(kind, KEEP, denial, on=on)) is Risk.INTERRUPTION
    assert risk(guarded(kind, KEEP, insecure, on=on), guarded(kind, KEEP, denial, on=on)) is Risk.INTERRUPTION
    assert risk(guarded(kind, KEEP, on=on), guarded(kind, KEEP, insecure, on=on)) is Risk.HARMLESS
    once = {**denial, "Action": "s3:DeleteObjectVersion"}
    assert risk(guarded(kind, KEEP, on=on), guarded(kind, KEEP, once, on=on)) is Risk.HARMLESS


def test_the_policies_of_new_things() -> None:
    insecure = {
        "Effect": "Deny",
        "Action": "s3:*",
        "Principal": "*",
        "Resource": "*",
        "Condition": {"Bool": {"k": "a"}},
    }
    guarded_bucket = guarded("AWS::S3::BucketPolicy", insecure, service("logging.s3.amazonaws.com"), on="Bucket")
    assert risk(template(), guarded_bucket) is Risk.HARMLESS

    def key(principal: Any) -> Json:
        statement = {"Effect": "Allow", "Action": "kms:*", "Principal": {"AWS": principal}, "Resource": "*"}
        policy = {"Statement": [statement]}
        return template(Key={"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": policy}})

    root = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
    assert risk(template(), key(root)) is None
    assert risk(template(), key("arn:aws:iam::111111111111:root")) is None
    assert risk(template(), key("arn:aws:iam::999999999999:root")) is Risk.ACCESS
    assert risk(key(root), key("arn:aws:iam::999999999999:root")) is Risk.ACCESS
    assert risk(key(root), template()) is None


def test_a_key_that_the_account_no_longer_may_manage() -> None:
    """Roles of the account may use a key only while its policy trusts the account."""
    reader = {"Effect": "Allow", "Action": "kms:Decrypt", "Principal": {"AWS": {"Ref": "Role"}}, "Resource": "*"}
    root = {"Effect": "Allow", "Action": "kms:*", "Principal": {"AWS": {"Ref": "AWS::AccountId"}}, "Resource": "*"}

    def key(*statements: Json) -> Json:
        policy = {"Statement": list(statements)}
        return template(Key={"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": policy}})

    assert risk(key(root, reader), key(reader)) is Risk.INTERRUPTION
    assert risk(key(root, reader), key(root)) is Risk.HARMLESS


def test_an_api_that_is_removed_is_not_told_here() -> None:
    open_api = {
        "Type": "AWS::ApiGateway::RestApi",
        "Properties": {"Policy": {"Statement": [service("a.amazonaws.com")]}},
    }
    assert risk(template(Other=open_api), template()) is None


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("AWS::Lambda::LayerVersionPermission", {"Principal": "111111111111"}, {"Principal": "*"}),
        ("AWS::Lambda::LayerVersionPermission", {"Principal": "*", "OrganizationId": "o-1"}, {"Principal": "*"}),
        ("AWS::Events::EventBusPolicy", {"Principal": "111111111111"}, {"Principal": "*"}),
        (
            "AWS::Events::EventBusPolicy",
            {"Statement": {"Effect": "Allow", "Action": "events:PutEvents", "Principal": {"AWS": "1"}}},
            {"Statement": {"Effect": "Allow", "Action": "events:PutEvents", "Principal": "*"}},
        ),
        ("AWS::SSO::PermissionSet", {}, {"ManagedPolicies": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]}),
        (
            "AWS::SSO::PermissionSet",
            {},
            {"InlinePolicy": {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}},
        ),
        ("AWS::SSO::PermissionSet", {"PermissionsBoundary": {"ManagedPolicyArn": "a"}}, {}),
        ("AWS::RAM::ResourceShare", {"ResourceArns": ["a"]}, {"ResourceArns": ["a"], "Principals": ["999999999999"]}),
        (
            "AWS::SSO::Assignment",
            {"PrincipalId": "a", "PermissionSetArn": "p"},
            {"PrincipalId": "b", "PermissionSetArn": "p"},
        ),
        ("AWS::IAM::UserToGroupAddition", {"GroupName": "g", "Users": ["a"]}, {"GroupName": "g", "Users": ["a", "b"]}),
        ("AWS::EC2::VPCEndpointServicePermissions", {}, {"AllowedPrincipals": ["*"]}),
        ("AWS::IAM::User", {}, {"Groups": ["admins"]}),
    ],
)
def test_other_ways_to_grant(kind: str, before: Json, after: Json) -> None:
    base, head = (template(Grant={"Type": kind, "Properties": each}) for each in (before, after))
    assert risk(base, head) is Risk.ACCESS
    if len(str(before)) < len(str(after)) and "Assignment" not in kind:
        assert risk(head, base) in (Risk.HARMLESS, Risk.INTERRUPTION)
