"""Random policies: fewer statements never gain, an action that is not covered always does, the order means nothing."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.review.change import Risk
from tools.review.iam import Direction, compare_access
from tools.review.iam.collect import looks_like_policy

pytestmark = pytest.mark.slow

Json = dict[str, Any]
SNAPSHOTS = Path(__file__).parents[3] / "synth/__snapshots__"

ACTIONS = ["s3:GetObject", "s3:Get*", "s3:PutObject", "s3:*", "sqs:SendMessage", "sqs:Send*", "sqs:*"]
RESOURCES = ["*", "arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:s3:::b/models/*", "arn:aws:s3:::c/*"]
CONDITIONS = [
    None,
    {"StringEquals": {"aws:SourceAccount": "1"}},
    {"StringEquals": {"aws:SourceAccount": ["1", "2"]}},
    {"Bool": {"aws:SecureTransport": "true"}, "StringLike": {"s3:prefix": ["a*", "b*"]}},
]


@st.composite
def statement(draw: st.DrawFn, effect: str = "Allow") -> Json:
    names = st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=3, unique=True)
    places = st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=3, unique=True)
    made = {"Effect": effect, "Action": draw(names), "Resource": draw(places)}
    condition = draw(st.sampled_from(CONDITIONS))
    return {**made, "Condition": condition} if condition else made


POLICY = st.lists(statement(), min_size=1, max_size=4)


def template(*policies: list[Json]) -> Json:
    resources: Json = {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": []}}}
    }
    for index, statements in enumerate(policies):
        properties = {"Roles": [{"Ref": "Role"}], "PolicyDocument": {"Statement": statements}}
        resources[f"Policy{index}"] = {"Type": "AWS::IAM::Policy", "Properties": properties}
    return {"Resources": resources}


def directions(base: Json, head: Json) -> set[Direction]:
    return {change.direction for change in compare_access(base, head, "stack").changes}


@given(POLICY, st.randoms())
def test_less_of_a_policy_never_gains(policy: list[Json], chance: random.Random) -> None:
    less = json.loads(json.dumps(policy))
    victim = chance.choice(less)
    part = chance.choice(["Action", "Resource", "all"])
    if part == "all" or len(victim[part]) == 1:
        less.remove(victim)
    else:
        victim[part].pop(chance.randrange(len(victim[part])))
    access = compare_access(template(policy), template(less), "stack")
    assert Direction.GAINED not in {change.direction for change in access.changes}
    assert all(verdict.risk in (Risk.HARMLESS, Risk.INTERRUPTION) for verdict in access.verdicts.values())


@given(POLICY, statement())
def test_what_is_not_covered_is_always_gained(policy: list[Json], more: Json) -> None:
    more = {**more, "Action": [*more["Action"], "dynamodb:DeleteTable"]}
    access = compare_access(template(policy), template([*policy, more]), "stack")
    assert Risk.ACCESS in {verdict.risk for verdict in access.verdicts.values()}
    assert any("dynamodb:DeleteTable" in change.action for change in access.changes)
    assert directions(template([*policy, more]), template(policy)) == {Direction.LOST}


@given(POLICY, st.lists(statement("Deny"), min_size=1, max_size=3))
def test_a_denial_only_takes_away(policy: list[Json], denials: list[Json]) -> None:
    bare, guarded = template(policy), template([*policy, *denials])
    more = compare_access(bare, guarded, "stack").verdicts.values()
    less = compare_access(guarded, bare, "stack").verdicts.values()
    assert {verdict.risk for verdict in more} <= {Risk.HARMLESS, Risk.INTERRUPTION}
    assert {verdict.risk for verdict in less} == {Risk.ACCESS}


@given(POLICY, st.randoms())
def test_order_splits_and_merges_mean_nothing(policy: list[Json], chance: random.Random) -> None:
    single = [
        {**each, "Action": action, "Resource": resource, "Sid": f"S{chance.randrange(9)}"}
        for each in policy
        for action in each["Action"]
        for resource in each["Resource"]
    ]
    chance.shuffle(single)
    cut = chance.randrange(len(single) + 1)
    for head in (template(single), template(single[:cut], single[cut:]), template([*policy, *policy])):
        access = compare_access(template(policy), head, "stack")
        assert access.changes == []
        assert {verdict.risk for verdict in access.verdicts.values()} <= {Risk.HARMLESS}


def _documents(value: Any) -> list[Json]:
    if isinstance(value, dict):
        here = [value] if looks_like_policy(value) else []
        return here + [found for each in value.values() for found in _documents(each)]
    return [found for each in value for found in _documents(each)] if isinstance(value, list) else []


TEMPLATES = [path for path in sorted(SNAPSHOTS.rglob("*.json")) if '"Resources"' in path.read_text()]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_the_templates_of_this_project_differ_from_themselves_in_nothing(path: Path) -> None:
    base, head = json.loads(path.read_text()), json.loads(path.read_text())
    assert compare_access(base, head, "stack").verdicts == {}
    for document in _documents(head["Resources"]):
        document["Statement"].reverse()
        for each in document["Statement"]:
            each["Sid"] = "Other"
    access = compare_access(base, head, "stack")
    assert access.changes == []
    assert {verdict.risk for verdict in access.verdicts.values()} <= {Risk.HARMLESS}


@pytest.mark.parametrize("path", [path for path in TEMPLATES if "prod" in path.name], ids=lambda path: path.name)
def test_each_guard_of_this_project_that_falls_is_told(path: Path) -> None:
    text = path.read_text()
    base = json.loads(text)
    for index, document in enumerate(_documents(base["Resources"])):
        for number, each in enumerate(document["Statement"]):
            head = json.loads(text)
            statements = _documents(head["Resources"])[index]["Statement"]
            if each["Effect"] == "Deny":
                del statements[number]
            else:
                statements[number]["Action"] = "*"
            risks = {verdict.risk for verdict in compare_access(base, head, "stack").verdicts.values()}
            assert Risk.ACCESS in risks or each["Action"] == "*", each
