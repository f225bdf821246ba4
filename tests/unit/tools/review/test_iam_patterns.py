"""Values as text, wildcard patterns, actions, conditions and principals: the parts of a comparison of policies."""

from __future__ import annotations

import fnmatch
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.review.iam import conditions, principals
from tools.review.iam.actions import Except, compress, expand, spelled, within, without
from tools.review.iam.values import Reader, contains, meet

READER = Reader()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        (1.2, "1.2"),
        (True, "true"),
        ({"Ref": "Bucket"}, "${Bucket}"),
        ({"Fn::GetAtt": ["Bucket", "Arn"]}, "${Bucket.Arn}"),
        ({"Fn::GetAtt": "Bucket.Arn"}, "${Bucket.Arn}"),
        ({"Fn::Sub": "${Bucket.Arn}/*"}, "${Bucket.Arn}/*"),
        (
            {"Fn::Sub": ["${B}/${!aws:username}", {"B": {"Fn::GetAtt": ["Bucket", "Arn"]}}]},
            "${Bucket.Arn}/${aws:username}",
        ),
        ({"Fn::Join": ["", [{"Fn::GetAtt": ["Bucket", "Arn"]}, "/*"]]}, "${Bucket.Arn}/*"),
        ({"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::aws:policy/X"]]}, "arn:aws:iam::aws:policy/X"),
        ({"Fn::ImportValue": "other"}, "${ImportValue other}"),
        ({"Fn::GetStackOutput": {"StackName": "storage", "OutputName": "Arn"}}, "${storage.Arn}"),
        ({"Fn::Select": [0, {"Ref": "List"}]}, '${Select [0, "${List}"]}'),
    ],
)
def test_each_way_to_write_a_value_gives_one_text(value: Any, text: str) -> None:
    assert READER.text(value) == text


def test_a_renamed_resource_has_its_new_name() -> None:
    assert Reader({"Old": "New"}).text({"Fn::Sub": "${Old.Arn}/*"}) == "${New.Arn}/*"


def test_either_branch_of_a_condition_is_seen() -> None:
    value = ["a", {"Fn::If": ["Live", "b", {"Ref": "AWS::NoValue"}]}]
    assert list(READER.branches(value)) == [("a", frozenset()), ("b", frozenset({("Live", "true")}))]


@pytest.mark.parametrize(
    ("value", "readable"),
    [
        ({"Statement": []}, True),
        ('{"Statement": []}', True),
        ({"Fn::Sub": '{"Statement": [{"Resource": "${Queue.Arn}"}]}'}, True),
        ({"Ref": "Document"}, False),
        ("nonsense", False),
    ],
)
def test_documents_are_read_from_text_too(value: Any, readable: bool) -> None:
    assert (READER.document(value) is not None) is readable


@pytest.mark.parametrize(
    ("wide", "narrow", "result"),
    [
        ("*", "anything", True),
        ("s3:get*", "s3:getobject*", True),
        ("s3:getobject*", "s3:get*", False),
        ("s3:get?bject", "s3:getobject", True),
        ("s3:get?", "s3:get*", False),
        ("a*", "*", False),
        ("a**c", "abc", True),
        ("${Bucket.Arn}/*", "${Bucket.Arn}/models/*", True),
        ("${Bucket.Arn}/*", "${Bucket.Arn}", False),
        ("a.c", "abc", False),
    ],
)
def test_a_pattern_contains_another(wide: str, narrow: str, result: bool) -> None:
    assert contains(wide, narrow) is result


PATTERN = st.text("ab*?", max_size=6)
WORD = st.text("ab", max_size=6)


@given(PATTERN, PATTERN, WORD)
def test_containing_and_meeting_are_sound(one: str, other: str, word: str) -> None:
    first, second = fnmatch.fnmatchcase(word, one), fnmatch.fnmatchcase(word, other)
    assert not (contains(one, other) and second and not first)
    assert not (first and second and not meet(one, other))
    assert meet(one, other) == meet(other, one)


@given(PATTERN, WORD)
def test_a_pattern_meets_a_word_that_it_matches(pattern: str, word: str) -> None:
    assert meet(pattern, word) is fnmatch.fnmatchcase(word, pattern)
    assert contains(pattern, word) is fnmatch.fnmatchcase(word, pattern)


@pytest.mark.parametrize(
    ("wide", "narrow", "result"),
    [
        (Except(frozenset({"iam:*"})), "s3:*", True),
        (Except(frozenset({"iam:*"})), "iam:get*", False),
        (Except(frozenset({"iam:*"})), "*", False),
        (Except(frozenset({"iam:*"})), Except(frozenset({"iam:*", "s3:*"})), True),
        (Except(frozenset({"iam:*", "s3:*"})), Except(frozenset({"iam:*"})), False),
        (Except(frozenset({"iam:get*"})), Except(frozenset({"iam:*"})), True),
        ("*", Except(frozenset({"iam:*"})), True),
        ("s3:*", Except(frozenset({"iam:*"})), False),
    ],
)
def test_everything_except(wide: Any, narrow: Any, result: bool) -> None:
    assert within(wide, narrow) is result


@pytest.mark.parametrize(
    ("action", "taken", "left"),
    [
        ("s3:getobject", ["s3:*"], []),
        ("s3:getobject", ["s3:put*"], ["s3:getobject"]),
        ("s3:*", ["s3:getobject", "s3:*"], []),
        ("*", [Except(frozenset({"iam:*"}))], ["iam:*"]),
        (Except(frozenset({"iam:*"})), [Except(frozenset({"iam:*", "s3:*"}))], ["s3:*"]),
        (Except(frozenset({"iam:*"})), [Except(frozenset({"iam:*", "s3:*"})), "s3:*"], []),
        ("*", ["s3:*"], ["*"]),
        ("unheardof:get*", ["unheardof:getthis"], ["unheardof:get*"]),
        ("sqs:purge*", ["sqs:purgequeue"], []),
        ("xray:puttelemetry*", list(expand("xray:puttelemetry*")), []),
    ],
)
def test_what_is_left_of_an_action(action: Any, taken: list[Any], left: list[str]) -> None:
    assert without(action, taken) == left


def test_the_service_authorization_reference_says_what_a_pattern_stands_for() -> None:
    left = without("sqs:*", ["sqs:send*", "sqs:receive*"])
    assert "sqs:deletequeue" in left
    assert "sqs:sendmessage" not in left
    assert spelled("sqs:deletequeue") == "sqs:DeleteQueue"
    assert compress(expand("sqs:*")) == ("sqs:*",)
    assert "sqs:list*" in compress(set(expand("sqs:*")) - {"sqs:deletequeue"})


@pytest.mark.parametrize(
    ("wide", "narrow", "result"),
    [
        ({}, {"StringEquals": {"aws:SourceAccount": "1"}}, True),
        ({"StringEquals": {"aws:SourceAccount": "1"}}, {}, False),
        ({"StringEquals": {"aws:sourceaccount": ["2", "1"]}}, {"stringequals": {"AWS:SourceAccount": "1"}}, True),
        ({"StringEquals": {"k": "1"}}, {"StringEquals": {"k": ["1", "2"]}}, False),
        ({"StringLike": {"k": "a*"}}, {"StringEquals": {"k": "abc"}}, True),
        ({"StringEquals": {"k": "abc"}}, {"StringLike": {"k": "abc"}}, False),
        ({"StringLike": {"k": "*"}}, {"StringLike": {"k": "a*"}}, True),
        ({"StringLike": {"k": "a*"}}, {"StringLike": {"k": "*"}}, False),
        ({"StringEqualsIgnoreCase": {"k": "ABC"}}, {"StringEquals": {"k": "abc"}}, True),
        ({"ArnLike": {"k": "arn:a"}}, {"ArnEquals": {"k": "arn:a"}}, True),
        ({"ArnEquals": {"k": "arn:a"}}, {"ArnLike": {"k": "arn:a"}}, True),
        ({"StringEqualsIfExists": {"k": "1"}}, {"StringEquals": {"k": "1"}}, True),
        ({"StringEquals": {"k": "1"}}, {"StringEqualsIfExists": {"k": "1"}}, False),
        ({"ForAllValues:StringEquals": {"k": "1"}}, {"StringEquals": {"k": "1"}}, True),
        ({"StringEquals": {"k": "1"}}, {"ForAllValues:StringEquals": {"k": "1"}}, False),
        ({"Null": {"k": "false"}}, {"StringEquals": {"k": "1"}}, True),
        ({"Null": {"k": "true"}}, {"StringEquals": {"k": "1"}}, False),
        ({"StringNotEquals": {"k": "1"}}, {"StringNotEquals": {"k": ["1", "2"]}}, True),
        ({"StringNotEquals": {"k": ["1", "2"]}}, {"StringNotEquals": {"k": "1"}}, False),
        ({"StringNotEquals": {"k": "abc"}}, {"StringNotLike": {"k": "a*"}}, True),
        ({"StringNotEquals": {"k": "1"}}, {"StringEquals": {"k": "2"}}, True),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, {"IpAddress": {"aws:SourceIp": "10.1.0.0/16"}}, True),
        ({"IpAddress": {"aws:SourceIp": "10.1.0.0/16"}}, {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, False),
        ({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, {"IpAddress": {"aws:SourceIp": "::/0"}}, False),
        ({"NotIpAddress": {"k": "10.1.0.0/16"}}, {"NotIpAddress": {"k": "10.0.0.0/8"}}, True),
        ({"NumericLessThan": {"k": 10}}, {"NumericLessThan": {"k": "5"}}, True),
        ({"NumericLessThan": {"k": 5}}, {"NumericLessThan": {"k": 10}}, False),
        ({"NumericGreaterThan": {"k": 5}}, {"NumericGreaterThan": {"k": 10}}, True),
        ({"Bool": {"k": True}}, {"Bool": {"k": "True"}}, True),
        ({"Bool": {"k": "false"}}, {"Bool": {"k": "true"}}, False),
    ],
)
def test_one_condition_is_weaker_than_another(wide: dict[str, Any], narrow: dict[str, Any], result: bool) -> None:
    assert conditions.weaker(conditions.read(READER, wide), conditions.read(READER, narrow)) is result


@pytest.mark.parametrize(
    ("principal", "names"),
    [
        ("*", {"*"}),
        ({"AWS": "*"}, {"*"}),
        ({"AWS": "111111111111"}, {"arn:aws:iam::111111111111:root"}),
        ({"AWS": ["arn:aws:iam::111111111111:root"]}, {"arn:aws:iam::111111111111:root"}),
        ({"AWS": {"Fn::GetAtt": ["Role", "Arn"]}}, {"${Role}"}),
        ({"Service": {"Fn::Sub": "lambda.${AWS::URLSuffix}"}}, {"lambda.amazonaws.com"}),
        (
            {"Federated": "accounts.google.com", "Service": ["a.amazonaws.com"]},
            {"Federated:accounts.google.com", "a.amazonaws.com"},
        ),
    ],
)
def test_each_way_to_write_a_principal_gives_one(principal: Any, names: set[str]) -> None:
    assert {name for name, _ in principals.read(READER, principal)} == names


@pytest.mark.parametrize(
    ("principal", "service", "outside", "words"),
    [
        ("*", False, True, "everybody"),
        ("lambda.amazonaws.com", True, False, "lambda.amazonaws.com"),
        ("logs.${AWS::Region}.amazonaws.com", True, False, "logs.${AWS::Region}.amazonaws.com"),
        ("arn:aws:iam::111111111111:root", False, True, "account 111111111111"),
        ("arn:aws:iam::${AWS::AccountId}:root", False, True, "this account"),
        ("${Role}", False, False, "Role"),
        ("Federated:cognito-identity.amazonaws.com", False, True, "cognito-identity.amazonaws.com"),
        (Except(frozenset({"*"})), False, True, "everybody except everybody"),
    ],
)
def test_principals_are_told_apart(principal: Any, service: bool, outside: bool, words: str) -> None:
    assert principals.is_service(principal) is service
    assert principals.is_outside(principal) is outside
    assert principals.words(principal) == words
