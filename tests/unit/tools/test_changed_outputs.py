"""Which stacks are deployed once more, and what is remembered of an attempt that failed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tools.changed_outputs import changed, consumers, forget, remember


def _uses(stack: str, output: str) -> dict[str, Any]:
    reference = {"Fn::GetStackOutput": {"StackName": stack, "OutputName": output, "Region": "us-east-1"}}
    return {"Resources": {"Alarm": {"Properties": {"Dimensions": [{"Value": {"Fn::Join": ["", [reference, "/"]]}}]}}}}


def test_who_refers_to_what_has_another_value_is_found() -> None:
    before = {"up": {"Table": "one", "Queue": "q", "Gone": "g"}, "web": {"Site": "s"}}
    after = {"up": {"Table": "two", "Queue": "q", "New": "n"}, "web": {"Site": "s"}}
    found = changed(before, after)
    assert found == {("up", "Table")}
    templates = {"api": _uses("up", "Table"), "operations": _uses("up", "Queue"), "web": {"Resources": {}}}
    assert consumers(templates, found) == ["api"]


def test_strong_references_need_nothing() -> None:
    template = {"Resources": {"Api": {"Properties": {"Pool": {"Fn::ImportValue": "up:Table"}}}}}
    assert consumers({"api": template}, frozenset({("up", "Table")})) == []


def test_the_values_from_before_a_failed_attempt_count_in_the_next(tmp_path: Path) -> None:
    assert remember(tmp_path / "dev", {"up": {"Table": "one"}}) == {"up": {"Table": "one"}}
    # The attempt replaced the table and failed before the consumer was deployed.
    assert remember(tmp_path / "dev", {"up": {"Table": "two"}}) == {"up": {"Table": "one"}}
    forget(tmp_path / "dev")
    assert remember(tmp_path / "dev", {"up": {"Table": "two"}}) == {"up": {"Table": "two"}}
