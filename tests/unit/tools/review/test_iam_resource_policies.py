"""Policies of resources of every kind, in both directions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.policies import (
    Json,
    allow,
    deny,
    document,
    risk,
    statements,
    template,
)
from tools.review.change import Risk
from tools.review.iam import compare_access, is_policy
from tools.review.iam.sources import RESOURCE


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
