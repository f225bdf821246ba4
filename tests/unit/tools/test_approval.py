"""What a deployment asks, what it refuses by itself, and what AWS would refuse."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import pytest

from tools.approval import Approval, approve, refuse_what_aws_refuses, review_deployment
from tools.deployment import DeploymentError
from tools.review.change import Risk

pytestmark = pytest.mark.slow

BUCKET = {"Type": "AWS::S3::Bucket", "Properties": {}}
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {}}
MACHINES = {"VariantName": "AllTraffic", "InstanceType": "ml.m5.large", "InitialInstanceCount": 2}
SERVERLESS = {"VariantName": "AllTraffic", "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}


def reviewed(before: dict[str, Any], after: dict[str, Any]) -> Any:
    return review_deployment("dev", {"digits-dev-x": {"Resources": before}}, {"digits-dev-x": {"Resources": after}})


@cache
def loss() -> Any:
    return reviewed({"Bucket": BUCKET}, {})


@cache
def harmless() -> Any:
    return reviewed({}, {"Topic": TOPIC})


def say(_: str) -> None:
    """Nobody listens."""


def test_yes_refuses_what_can_lose_data_and_names_it() -> None:
    with pytest.raises(
        DeploymentError, match=r"dev can lose data \(Bucket\).*add --accept data-loss if this is intended"
    ):
        approve(loss(), Approval(asks=False), name="dev", say=say)


def test_yes_asks_nothing_where_it_is_accepted_or_nothing_can_be_lost() -> None:
    approve(loss(), Approval(asks=False, accepts=frozenset({Risk.DATA_LOSS})), name="dev", say=say)
    approve(harmless(), Approval(asks=False), name="dev", say=say)


@pytest.mark.parametrize(("answer", "agrees"), [("y", True), ("YES", True), ("", False), ("n", False)])
def test_a_person_sees_the_review_and_is_asked_once(answer: str, agrees: bool) -> None:
    said: list[str] = []
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return answer

    if agrees:
        approve(loss(), Approval(), name="dev", say=said.append, ask=ask)
    else:
        with pytest.raises(DeploymentError, match="nothing was deployed to dev"):
            approve(loss(), Approval(), name="dev", say=said.append, ask=ask)
    assert asked == ["Deploy this to dev? 1 of the changes can lose data. [y/N] "]
    assert "data-loss (1)" in said[0]


def test_without_a_terminal_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(DeploymentError, match="the input is not a terminal, so nobody can confirm: use --yes"):
        approve(harmless(), Approval(), name="dev", say=say)


def test_nothing_to_change_is_nothing_to_ask() -> None:
    approve(reviewed({"Topic": TOPIC}, {"Topic": TOPIC}), Approval(), name="dev", say=say)


def test_of_a_new_stack_only_what_needs_eyes_is_shown() -> None:
    said: list[str] = []
    change, stack = reviewed({}, {"Topic": TOPIC}), {"digits-dev-x"}
    approve(change, Approval(asks=False), name="dev", new=stack, say=said.append)
    assert said == ["new: digits-dev-x, with 1 harmless changes that are not shown"]
    public = {"Type": "AWS::Lambda::Permission", "Properties": {"Principal": "*", "Action": "lambda:InvokeFunction"}}
    opened = reviewed({}, {"Topic": TOPIC, "Open": public})
    approve(opened, Approval(asks=False), name="dev", new=stack, say=said.append)
    assert "access (1)" in said[1]
    assert "Topic" not in said[1]
    with pytest.raises(DeploymentError, match="nobody can confirm"):
        approve(change, Approval(), name="dev", new=stack, say=said.append)


def _serving(variant: dict[str, Any], name: str = "digits-dev") -> dict[str, Any]:
    config = {"Fn::GetAtt": ["Config", "EndpointConfigName"]}
    endpoint = {"EndpointName": name, "EndpointConfigName": config}
    return {
        "digits-dev-inference": {
            "Resources": {
                "Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": [variant]}},
                "Endpoint": {"Type": "AWS::SageMaker::Endpoint", "Properties": endpoint},
            }
        }
    }


def test_instances_do_not_become_serverless_in_place() -> None:
    with pytest.raises(DeploymentError, match=r"endpoint digits-dev would become serverless.*'make destroy'"):
        refuse_what_aws_refuses(_serving(MACHINES), _serving(SERVERLESS))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, _serving(SERVERLESS)),
        (_serving(SERVERLESS), _serving(MACHINES)),
        (_serving(MACHINES), _serving(MACHINES | {"InitialInstanceCount": 3})),
        (_serving(MACHINES), _serving(SERVERLESS, "another")),
    ],
    ids=["new", "serverless to instances", "more instances", "another endpoint"],
)
def test_other_changes_of_capacity_are_not_refused(before: dict[str, Any], after: dict[str, Any]) -> None:
    refuse_what_aws_refuses(before, after)
