"""What is wider, what is narrower and what is the same, in policies of a role; the rows of the table."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.policies import (
    ARN,
    OBJECTS,
    STRING,
    Json,
    allow,
    deny,
    document,
    policy,
    risk,
    role,
    statements,
    template,
)
from tools.review.change import Risk
from tools.review.iam import Direction, compare_access


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
