"""What is said of changed policies of each kind, in both directions."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tools.review.change import Risk
from tools.review.iam import Direction, compare_access, is_policy
from tools.review.iam.sources import RESOURCE

Json = dict[str, Any]
ARN = {"Fn::GetAtt": ["Bucket", "Arn"]}
OBJECTS = {"Fn::Join": ["", [ARN, "/*"]]}


def allow(action: Any = "s3:GetObject", resource: Any = OBJECTS, **more: Any) -> Json:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "s3:*", resource: Any = OBJECTS, **more: Any) -> Json:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def document(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trust(*principals: Any, **more: Any) -> Json:
    statements = [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": each, **more} for each in principals]
    return document(*statements)


LAMBDA = {"Service": "lambda.amazonaws.com"}


def template(**resources: Json) -> Json:
    """A function with its role, a bucket, and more."""
    own: Json = {
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Fn::GetAtt": ["Role", "Arn"]}}},
        "Role": role(),
    }
    return {"Resources": copy.deepcopy({**own, **resources})}


def role(**properties: Any) -> Json:
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust(LAMBDA), **properties}}


def policy(*statements: Json, **properties: Any) -> Json:
    own = {"PolicyName": "p", "PolicyDocument": document(*statements), "Roles": [{"Ref": "Role"}]}
    return {"Type": "AWS::IAM::Policy", "Properties": {**own, **properties}}


def risk(base: Json, head: Json) -> Risk | None:
    verdicts = compare_access(base, head, "stack").verdicts.values()
    return max((verdict.risk for verdict in verdicts), key=lambda one: one.severity, default=None)


KEEP = allow("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:111111111111:table/t")


def statements(*given: Json) -> Json:
    """A policy of the role, beside which something always stays allowed."""
    return template(Policy=policy(KEEP, *given))


STRING = {"StringEquals": {"aws:SourceAccount": "111111111111"}}


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ([], [allow()]),
        ([], [allow("*", "*")]),
        ([allow()], [allow(["s3:GetObject", "s3:PutObject"])]),
        ([allow()], [allow("s3:Get*")]),
        ([allow("s3:Get*")], [allow("s3:*")]),
        ([allow()], [allow(resource="*")]),
        ([allow(resource={"Fn::Sub": "${Bucket.Arn}/models/*"})], [allow()]),
        ([allow(Condition=STRING)], [allow()]),
        ([allow(Condition=STRING)], [allow(Condition={"StringEquals": {"aws:SourceAccount": ["111111111111", "2"]}})]),
        ([allow(Condition=STRING)], [allow(Condition={"StringLike": {"aws:SourceAccount": "1*"}})]),
        ([allow(Condition=STRING)], [allow(Condition={"StringEqualsIfExists": {"aws:SourceAccount": "111111111111"}})]),
        ([allow(), deny()], [allow()]),
        ([allow(), deny()], [allow(), deny(Condition=STRING)]),
        ([allow(), deny()], [allow(), deny("s3:Delete*")]),
        ([allow(), deny()], [allow(), deny(resource={"Fn::Sub": "${Bucket.Arn}/models/*"})]),
        ([deny(Condition={"Bool": {"aws:SecureTransport": "false"}})], []),
        (
            [{"Effect": "Allow", "NotAction": ["iam:*", "s3:*"], "Resource": "*"}],
            [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}],
        ),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], [allow("*", "*")]),
        ([allow("s3:*", "*")], [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]),
        (
            [{"Effect": "Allow", "Action": "s3:*", "NotResource": [ARN, OBJECTS]}],
            [{"Effect": "Allow", "Action": "s3:*", "NotResource": ARN}],
        ),
        (
            [{"Effect": "Deny", "NotAction": "s3:GetObject", "Resource": "*"}],
            [{"Effect": "Deny", "NotAction": ["s3:GetObject", "s3:PutObject"], "Resource": "*"}],
        ),
        ([{"Fn::If": ["Live", allow(), {"Ref": "AWS::NoValue"}]}], [allow()]),
    ],
)
def test_wider_is_access_and_narrower_is_harmless(narrow: list[Json], wide: list[Json]) -> None:
    assert risk(statements(*narrow), statements(*wide)) is Risk.ACCESS
    assert risk(statements(*wide), statements(*narrow)) is Risk.HARMLESS


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([allow(["s3:GetObject", "s3:PutObject"])], [allow("s3:putobject"), allow(["S3:GetObject"], Sid="x")]),
        ([allow(resource=[ARN, OBJECTS])], [allow(resource=OBJECTS), allow(resource={"Fn::GetAtt": "Bucket.Arn"})]),
        ([allow(resource={"Fn::Sub": "${Bucket.Arn}/*"})], [allow()]),
        ([allow("s3:*"), allow()], [allow("s3:*")]),
        ([allow("sqs:Purge*")], [allow("sqs:PurgeQueue")]),
        (
            [allow(Condition={"ArnLike": {"AWS:SourceArn": "a"}})],
            [allow(Condition={"ArnEquals": {"aws:sourcearn": ["a"]}})],
        ),
        (
            [allow(Condition={"StringEquals": {"k": ["a", "b"]}})],
            [allow(Condition={"StringEquals": {"k": "a"}}), allow(Condition={"StringEquals": {"k": "b"}})],
        ),
        ([deny("*")], [deny("*:*")]),
    ],
)
def test_the_same_written_otherwise_is_harmless(one: list[Json], other: list[Json]) -> None:
    for base, head in ((one, other), (other, one)):
        access = compare_access(statements(*base), statements(*head), "stack")
        assert access.changes == []
        assert [verdict.why for verdict in access.verdicts.values()] == ["the same rights, written otherwise"]


def inline(*given: Json) -> Json:
    return template(Role=role(Policies=[{"PolicyName": "a", "PolicyDocument": document(*given)}]))


@pytest.mark.parametrize(
    "head",
    [
        template(Other=policy(allow())),
        template(One=policy(allow()), Two=policy(allow())),
        inline(allow()),
        template(
            Policy={
                "Type": "AWS::IAM::RolePolicy",
                "Properties": {"RoleName": {"Ref": "Role"}, "PolicyDocument": document(allow())},
            }
        ),
        template(
            Managed={
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {"Roles": [{"Ref": "Role"}], "PolicyDocument": document(allow())},
            }
        ),
        template(
            Role=role(ManagedPolicyArns=[{"Ref": "Managed"}]),
            Managed={"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document(allow())}},
        ),
    ],
)
def test_a_right_that_moves_to_another_policy_is_no_difference(head: Json) -> None:
    base = template(Policy=policy(allow()))
    for before, after in ((base, head), (head, base)):
        access = compare_access(before, after, "stack")
        assert access.changes == []
        assert {verdict.risk for verdict in access.verdicts.values()} == {Risk.HARMLESS}


def test_a_renamed_role_has_the_same_rights() -> None:
    head = template(Policy=policy(allow(), Roles=[{"Ref": "Renamed"}]), Renamed=role(Description="new"))
    del head["Resources"]["Role"]
    head["Resources"]["Function"]["Properties"]["Role"] = {"Fn::GetAtt": ["Renamed", "Arn"]}
    access = compare_access(template(Policy=policy(allow()), Role=role(Description="new")), head, "stack")
    assert access.changes == []
    assert {verdict.risk for verdict in access.verdicts.values()} == {Risk.HARMLESS}


def test_several_renamed_roles_are_told_apart_by_their_rights() -> None:
    def roles(one: str, two: str) -> Json:
        resources = {
            one: role(),
            two: role(),
            f"{one}Policy": policy(allow(), Roles=[{"Ref": one}]),
            f"{two}Policy": policy(allow("s3:PutObject"), Roles=[{"Ref": two}]),
        }
        return {"Resources": resources}

    assert compare_access(roles("A", "B"), roles("C", "D"), "stack").changes == []
    assert compare_access(roles("A", "B"), roles("A", "D"), "stack").changes == []


def test_a_right_that_moves_to_the_next_digest_is_harmless() -> None:
    def side(digest: str, name: str = "Role") -> Json:
        resource = {"Fn::Sub": f"${{Bucket.Arn}}/models/{digest}/model.tar.gz"}
        own = role(
            Path=f"/{digest[:6]}/", Policies=[{"PolicyName": "a", "PolicyDocument": document(allow(resource=resource))}]
        )
        return {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}, name: own}}

    for name in ("Role", "Next"):
        access = compare_access(side("a" * 64), side("b" * 64, name), "stack")
        assert {verdict.risk for verdict in access.verdicts.values()} == {Risk.HARMLESS}
        assert {change.direction for change in access.changes} == {Direction.GAINED, Direction.LOST}
    assert risk(side("a" * 64), side("*", "Role")) is Risk.ACCESS


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


MANAGED = "arn:aws:iam::aws:policy/"


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


def guarded(kind: str, path: str, value: Any, on: str | None) -> Json:
    properties: Json = {}
    here = properties
    *outer, last = path.split(".")
    for name in outer:
        here = here.setdefault(name, {})
    if value is not None:
        here[last] = value
    if on:
        properties[on] = [{"Ref": "Bucket"}] if on in ("Queues", "Topics", "TargetIds") else {"Ref": "Bucket"}
    return template(Guarded={"Type": kind, "Properties": properties})


DOCUMENTS = [(kind, each) for kind, documents in RESOURCE.items() for each in documents]


@pytest.mark.parametrize(("kind", "document_of"), DOCUMENTS, ids=[f"{kind}.{each.path}" for kind, each in DOCUMENTS])
@pytest.mark.parametrize("write", [lambda value: value, json.dumps], ids=["object", "text"])
def test_resource_policies_of_every_kind(kind: str, document_of: Any, write: Callable[[Any], Any]) -> None:
    def side(*given: Json) -> Json:
        return guarded(kind, document_of.path, write(document(*given)), document_of.on)

    own = allow("x:Do", "arn:aws:x:::y", Principal={"AWS": "111111111111"})
    more = allow("x:Do", "arn:aws:x:::y", Principal={"AWS": ["111111111111", "999999999999"]})
    secure = deny("x:Do", "arn:aws:x:::y", Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}})
    assert risk(side(own), side(more)) is Risk.ACCESS
    assert risk(side(more), side(own)) is Risk.HARMLESS
    assert risk(side(own, secure), side(own)) is Risk.ACCESS
    assert risk(side(own), side(own, secure)) is Risk.HARMLESS
    assert is_policy(kind, document_of.reported)
    assert ("Guarded", document_of.reported) in compare_access(side(own), side(more), "stack").verdicts


@pytest.mark.parametrize("kind", ["AWS::EC2::VPCEndpoint", "AWS::ApiGateway::RestApi", "AWS::EFS::FileSystem"])
def test_where_having_no_policy_means_that_all_is_allowed(kind: str) -> None:
    (document_of,) = RESOURCE[kind]
    base = guarded(kind, document_of.path, document(allow("x:Do", "*", Principal={"AWS": "111111111111"})), None)
    head = guarded(kind, document_of.path, None, None)
    assert risk(base, head) is Risk.ACCESS
    assert risk(head, base) is Risk.HARMLESS


def test_a_policy_of_a_type_that_is_not_listed_is_seen() -> None:
    def side(*given: Json) -> Json:
        return template(Odd={"Type": "Custom::Thing", "Properties": {"Whatever": document(*given)}})

    assert risk(side(), side(allow(Principal="*"))) is Risk.ACCESS
    assert ("Odd", "Whatever") in compare_access(side(), side(allow(Principal="*")), "stack").verdicts


def test_a_policy_that_cannot_be_read_is_access() -> None:
    assert (
        risk(
            guarded("AWS::KMS::Key", "KeyPolicy", {"Ref": "A"}, None),
            guarded("AWS::KMS::Key", "KeyPolicy", {"Ref": "B"}, None),
        )
        is Risk.ACCESS
    )


def test_a_condition_of_the_template_that_changes_changes_the_right() -> None:
    base = {
        **statements({"Fn::If": ["Live", allow(), {"Ref": "AWS::NoValue"}]}),
        "Conditions": {"Live": {"Fn::Equals": ["a", "b"]}},
    }
    head = {**base, "Conditions": {"Live": {"Fn::Equals": ["a", "a"]}}}
    assert risk(base, head) is Risk.ACCESS
    assert risk(base, base) is None


def test_the_rows_of_the_table() -> None:
    head = statements(allow(["s3:GetObject", "s3:PutObject"], [ARN, OBJECTS], Condition=STRING))
    (row,) = compare_access(statements(), head, "stack").changes
    assert (row.stack, row.direction, row.principal, row.effect) == ("stack", "gained", "Role", "Allow")
    assert row.action == "s3:GetObject, s3:PutObject"
    assert row.resource == "${Bucket.Arn}/*, Bucket"
    assert row.condition == "StringEquals aws:SourceAccount 111111111111"
    assert row.source == "Policy"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("s3:GetObject", "s3:*", "s3:* except s3:GetObject"),
        ("s3:PutObject", "s3:PutObject*", "s3:PutObjectAcl, s3:PutObjectLegalHold"),
        ("sqs:PurgeQueue", "sqs:*", "sqs:* except sqs:PurgeQueue"),
    ],
)
def test_what_is_gained_of_a_pattern_is_readable(before: str, after: str, said: str) -> None:
    (row,) = compare_access(statements(allow(before)), statements(allow(after)), "stack").changes
    assert row.direction == "gained"
    assert row.action.startswith(said)


ODD: list[Any] = ["x", {"Effect": 1}, {"Action": {}}]


@pytest.mark.parametrize(
    "resource",
    [None, [], "x", {"Type": {}}, {"Type": "AWS::IAM::Policy", "Properties": []}, policy(*ODD)],
)
def test_what_makes_no_sense_is_no_reason_to_fail(resource: Any) -> None:
    for base, head in ((template(), template(Odd=resource)), (template(Odd=resource), template())):
        assert compare_access(base, head, "stack") is not None
