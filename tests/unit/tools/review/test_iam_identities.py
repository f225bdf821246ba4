"""Trust, managed policies and boundaries; roles that come, go and lose all they may."""

from __future__ import annotations

import copy

import pytest

from tests.support.policies import (
    KEEP,
    LAMBDA,
    MANAGED,
    STRING,
    Json,
    allow,
    document,
    policy,
    risk,
    role,
    template,
    trust,
)
from tools.review.change import Risk
from tools.review.iam import compare_access


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (trust(LAMBDA), trust(LAMBDA, {"AWS": "999999999999"}), Risk.ACCESS),
        (trust(LAMBDA), trust("*"), Risk.ACCESS),
        (trust(LAMBDA), trust({"AWS": "999999999999"}), Risk.ACCESS),
        (trust(LAMBDA), trust(LAMBDA, {"Service": "ec2.amazonaws.com"}), Risk.ACCESS),
        (trust(LAMBDA), trust({"Service": "ec2.amazonaws.com"}), Risk.INTERRUPTION),
        (trust(LAMBDA), document(), Risk.INTERRUPTION),
        (trust(LAMBDA, {"AWS": "999999999999"}), trust(LAMBDA), Risk.HARMLESS),
        (trust({"AWS": "999999999999"}), document(), Risk.INTERRUPTION),
        (trust(LAMBDA, Condition=STRING), trust(LAMBDA), Risk.ACCESS),
        (trust(LAMBDA), trust(LAMBDA, Condition=STRING), Risk.HARMLESS),
        (trust(LAMBDA), trust({"Service": ["lambda.amazonaws.com"]}), Risk.HARMLESS),
        (
            trust({"Federated": "g"}, Condition={"StringLike": {"g:sub": "repo:me/mine:*"}}),
            trust({"Federated": "g"}, Condition={"StringLike": {"g:sub": "repo:*"}}),
            Risk.ACCESS,
        ),
        (
            trust({"Federated": "g"}, Condition={"StringEquals": {"g:sub": "repo:me/mine"}}),
            trust({"Federated": "g"}, Condition={"StringEquals": {"g:sub": "repo:you/yours"}}),
            Risk.ACCESS,
        ),
    ],
)
def test_who_may_become_a_role(before: Json, after: Json, expected: Risk) -> None:
    base, head = (template(Role=role(AssumeRolePolicyDocument=each)) for each in (before, after))
    assert risk(base, head) is expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {"ManagedPolicyArns": [MANAGED + "ReadOnlyAccess"]}, Risk.ACCESS),
        ({"ManagedPolicyArns": [MANAGED + "ReadOnlyAccess"]}, {}, Risk.INTERRUPTION),
        ({}, {"ManagedPolicyArns": [MANAGED + "service-role/AWSLambdaBasicExecutionRole"]}, Risk.HARMLESS),
        (
            {"ManagedPolicyArns": [MANAGED + "AdministratorAccess"]},
            {"ManagedPolicyArns": [MANAGED + "ReadOnlyAccess"]},
            Risk.HARMLESS,
        ),
        (
            {"ManagedPolicyArns": [MANAGED + "ReadOnlyAccess"]},
            {"ManagedPolicyArns": [MANAGED + "AdministratorAccess"]},
            Risk.ACCESS,
        ),
        ({"PermissionsBoundary": MANAGED + "ReadOnlyAccess"}, {}, Risk.ACCESS),
        ({}, {"PermissionsBoundary": MANAGED + "ReadOnlyAccess"}, Risk.HARMLESS),
        (
            {"PermissionsBoundary": MANAGED + "ReadOnlyAccess"},
            {"PermissionsBoundary": MANAGED + "PowerUserAccess"},
            Risk.ACCESS,
        ),
    ],
)
def test_managed_policies_and_boundaries(before: Json, after: Json, expected: Risk) -> None:
    base, head = (template(Role=role(**each)) for each in (before, after))
    assert risk(base, head) is expected


def test_full_access_is_said_to_be() -> None:
    head = template(Role=role(ManagedPolicyArns=[MANAGED + "AmazonS3FullAccess"]))
    access = compare_access(template(), head, "stack")
    (verdict,) = access.verdicts.values()
    assert verdict.why.endswith("which is full access")
    assert list(access.verdicts) == [("Role", "ManagedPolicyArns")]


@pytest.mark.parametrize("kind", ["User", "Group"])
def test_users_and_groups_have_rights_as_well(kind: str) -> None:
    def side(*arns: str) -> Json:
        return template(Who={"Type": f"AWS::IAM::{kind}", "Properties": {"ManagedPolicyArns": list(arns)}})

    assert risk(side(), side(MANAGED + "ReadOnlyAccess")) is Risk.ACCESS
    assert risk(side(MANAGED + "ReadOnlyAccess", MANAGED + "X"), side(MANAGED + "X")) is Risk.HARMLESS


def test_a_policy_that_is_attached_to_one_more_role_gives_that_role_rights() -> None:
    def side(*roles: str) -> Json:
        return template(Other=role(), Policy=policy(allow(), Roles=[{"Ref": name} for name in roles]))

    access = compare_access(side("Role"), side("Role", "Other"), "stack")
    assert access.verdicts["Policy", "Roles"].risk is Risk.ACCESS
    assert [change.principal for change in access.changes] == ["Other"]


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ({"Fresh": role()}, Risk.HARMLESS),
        (
            {
                "Fresh": role(),
                "P": policy(allow("logs:PutLogEvents", {"Fn::GetAtt": ["Logs", "Arn"]}), Roles=[{"Ref": "Fresh"}]),
            },
            Risk.HARMLESS,
        ),
        ({"Fresh": role(), "P": policy(allow("logs:PutLogEvents", "*"), Roles=[{"Ref": "Fresh"}])}, Risk.ACCESS),
        ({"Fresh": role(), "P": policy(allow(), Roles=[{"Ref": "Fresh"}])}, Risk.ACCESS),
        ({"Fresh": role(AssumeRolePolicyDocument=trust({"AWS": "999999999999"}))}, Risk.ACCESS),
        ({"Fresh": {"Type": "AWS::IAM::User"}}, Risk.HARMLESS),
        ({"Key": {"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": "me"}}}, Risk.ACCESS),
    ],
)
def test_a_new_identity(new: Json, expected: Risk) -> None:
    assert risk(template(), template(**new)) is expected


def test_a_role_that_goes() -> None:
    base = template(Gone=role())
    named = template(Gone=role(RoleName="fixed"))
    used = template(Gone=role(), User={"Type": "X::Y::Z", "Properties": {"Role": {"Ref": "Gone"}}})
    left = copy.deepcopy(used)
    del left["Resources"]["Gone"]
    assert risk(base, template()) is Risk.HARMLESS
    assert risk(named, template()) is Risk.INTERRUPTION
    assert risk(used, left) is Risk.INTERRUPTION
    assert risk(used, template()) is Risk.HARMLESS


def test_a_role_that_loses_all_it_may_stops_what_uses_it() -> None:
    base = template(Policy=policy(allow(), allow("xray:PutTraceSegments", "*")))
    assert risk(base, template()) is Risk.INTERRUPTION
    assert risk(base, template(Policy=policy(allow("xray:PutTraceSegments", "*")))) is Risk.INTERRUPTION
    assert risk(template(Policy=policy(allow(), KEEP)), template(Policy=policy(KEEP))) is Risk.HARMLESS
    assert risk(template(Policy=policy(allow("xray:PutTraceSegments", "*"))), template()) is Risk.HARMLESS
