"""Which stacks are deployed once more: those that may have an old value of what they refer to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tools.outdated_references import outdated

Json = dict[str, Any]


def at(minute: int) -> datetime:
    return datetime(2026, 12, 1, 10, minute, tzinfo=UTC)


def uses(*stacks: str) -> Json:
    """A template that refers weakly to outputs of stacks, somewhere inside."""
    references = [{"Fn::GetStackOutput": {"StackName": stack, "OutputName": "Table"}} for stack in stacks]
    return {"Resources": {"Alarm": {"Properties": {"Dimensions": [{"Value": {"Fn::Join": ["", references]}}]}}}}


def stack(created: int, updated: int | None = None, status: str = "UPDATE_COMPLETE") -> Json:
    found: Json = {"CreationTime": at(created), "StackStatus": status}
    return found if updated is None else {**found, "LastUpdatedTime": at(updated)}


TEMPLATES = {"up": uses(), "api": uses("up"), "operations": uses("api", "up")}


def test_after_a_first_deployment_nothing_is_outdated() -> None:
    assert outdated(TEMPLATES, {"up": stack(1), "api": stack(2), "operations": stack(3)}, {}) == []


def test_who_was_updated_before_its_producer_is_outdated() -> None:
    assert outdated(TEMPLATES, {"up": stack(1, 5), "api": stack(2, 6), "operations": stack(3, 4)}, {}) == ["operations"]


def test_it_holds_whoever_deployed_the_producer_and_however_often() -> None:
    """A plain `cdk deploy`, or a workflow that failed on another machine, replaced something in between."""
    stacks = {"up": stack(1, 9), "api": stack(2, 6), "operations": stack(3, 7)}
    assert outdated(TEMPLATES, stacks, {}) == ["api", "operations"]


def test_what_was_deployed_once_more_without_a_change_is_not_outdated_again() -> None:
    stacks = {"up": stack(1, 5), "api": stack(2, 6), "operations": stack(3, 4)}
    assert outdated(TEMPLATES, stacks, {"operations": at(6)}) == []
    # Meanwhile a deployment of the API has changed something.
    assert outdated(TEMPLATES, {**stacks, "api": stack(2, 8)}, {"operations": at(6)}) == ["operations"]


def test_an_update_that_was_rolled_back_has_brought_no_new_value() -> None:
    rolled_back = stack(2, 9, "UPDATE_ROLLBACK_COMPLETE")
    stacks = {"up": stack(1, 5), "api": rolled_back, "operations": stack(3, 10)}
    assert outdated(TEMPLATES, stacks, {}) == ["api"]
    assert outdated(TEMPLATES, stacks, {"api": at(10)}) == []


def test_a_producer_or_consumer_that_is_not_deployed_is_left_alone() -> None:
    assert outdated(TEMPLATES, {"api": stack(1)}, {}) == []


def test_strong_references_need_nothing() -> None:
    template = {"Resources": {"Api": {"Properties": {"Pool": {"Fn::ImportValue": "up:Table"}}}}}
    assert outdated({"api": template}, {"up": stack(1, 5), "api": stack(2)}, {}) == []
