"""Values are walked down to what differs, and lists are compared by what their items are known by."""

from __future__ import annotations

from typing import Any

import pytest

from tools.review.renames import rename, renamed_ids
from tools.review.walk import Part, branches, parts


def paths(before: Any, after: Any) -> dict[str, tuple[Any, Any]]:
    return {
        part.path: (part.before, part.after)
        for part in parts(Part(path="P", rule_path="P", before=before, after=after))
    }


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"A": 1, "B": 2}, {"A": 1, "B": 3, "C": 4}, {"P.B": (2, 3), "P.C": (None, 4)}),
        ({"A": 1}, None, {"P.A": (1, None)}),
        (
            [{"Id": "x", "V": 1}, {"Id": "y", "V": 1}],
            [{"Id": "y", "V": 2}, {"Id": "x", "V": 1}],
            {"P[y]": ({"Id": "y", "V": 1}, {"Id": "y", "V": 2})},
        ),
        ([{"V": 1}, {"V": 2}], [{"V": 2}, {"V": 3}], {"P[1]": ({"V": 1}, {"V": 3})}),
        ([{"V": 1}, {"V": 2}], [{"V": 2}], {"P[0]": ({"V": 1}, None)}),
        ([{"V": 1}, {"V": 2}], [{"V": 2}, {"V": 1}], {}),
        ([1], [2], {}),
        ({"Ref": "A"}, {"Ref": "B"}, {}),
        ("a", {"A": 1}, {}),
    ],
)
def test_the_parts_that_differ(before: Any, after: Any, found: dict[str, tuple[Any, Any]]) -> None:
    assert paths(before, after) == found


def test_rules_are_looked_up_without_the_names_of_items() -> None:
    part = Part(path="Rules", rule_path="Rules", before=[{"Id": "a.b]"}], after=None)
    assert [(inner.path, inner.rule_path) for inner in parts(part)] == [("Rules[a.b]]", "Rules[]")]


@pytest.mark.parametrize(
    ("before", "after", "ways"),
    [
        (1, 2, [(1, 2)]),
        ({"Fn::If": ["C", 1, 2]}, {"Fn::If": ["C", 1, 3]}, [(2, 3)]),
        (1, {"Fn::If": ["C", 1, 3]}, [(1, 3)]),
        ({"Fn::If": ["C", 1, 3]}, 2, [(1, 2), (3, 2)]),
        (1, {"Fn::If": ["C", 1, {"Ref": "AWS::NoValue"}]}, [(1, None)]),
    ],
)
def test_every_way_that_a_condition_may_turn_out(before: Any, after: Any, ways: list[tuple[Any, Any]]) -> None:
    part = Part(path="P", rule_path="P", before=before, after=after)
    assert [(branch.before, branch.after) for branch in branches(part)] == ways


def test_more_ways_than_are_looked_at_leave_the_expression_itself() -> None:
    value: Any = 0
    for number in range(70):
        value = {"Fn::If": [f"C{number}", number + 1, value]}
    ways = branches(Part(path="P", rule_path="P", before=value, after=-1))
    assert len(ways) == 65
    assert ways[-1].before == value


def test_resources_that_only_got_another_id_are_found_step_by_step() -> None:
    def template(role: str, function: str) -> dict[str, Any]:
        return {
            "Resources": {
                role: {"Type": "AWS::IAM::Role", "Properties": {"Path": "/"}},
                function: {
                    "Type": "AWS::Lambda::Function",
                    "Properties": {"Role": {"Fn::GetAtt": [role, "Arn"]}, "Handler": {"Fn::Sub": f"${{{role}}}-x"}},
                    "DependsOn": [role],
                },
            }
        }

    ids = renamed_ids(template("RoleA", "FunctionA"), template("RoleB", "FunctionB"))
    assert ids == {"RoleA": "RoleB", "FunctionA": "FunctionB"}
    assert rename({"DependsOn": "RoleA"}, ids) == {"DependsOn": "RoleB"}


def test_what_differs_in_more_is_not_renamed() -> None:
    base = {"Resources": {"A": {"Type": "X", "Properties": {"P": 1}}}}
    assert renamed_ids(base, {"Resources": {"B": {"Type": "X", "Properties": {"P": 2}}}}) == {}
