"""No rule fails on a value of another form than it knows, and none says harmless where no direction can be told."""

import itertools
import json
from typing import Any

import pytest

from tests.support.review_rules import ADDED, PROPERTIES, REMOVED, REPLACED, change, resource
from tools.review.change import Rule, Verdict

VALUES: tuple[Any, ...] = (
    None,
    0,
    True,
    "text",
    ["text"],
    {},
    [],
    {"Ref": "Parameter"},
    {"Fn::If": ["Condition", {"a": 1}, {"Ref": "AWS::NoValue"}]},
    [{"Ref": "Parameter"}],
    [{"Fn::If": ["Condition", {"Name": "a"}, {"Name": "b"}]}],
    [{"Id": "a", "Name": {"Ref": "Parameter"}, "Key": "k", "Value": {"Ref": "V"}}],
    [None],
)


@pytest.mark.parametrize("kind", sorted(PROPERTIES))
def test_every_rule_of_a_property_takes_any_value(kind: str) -> None:
    for path, rule in PROPERTIES[kind].items():
        for before, after in itertools.permutations(VALUES, 2):
            top = path.split(".", maxsplit=1)[0]
            base, head = (resource(kind, **{top: value}) for value in (before, after))
            said = rule(change(kind, path, before, after, base=base, head=head))
            assert said is None or isinstance(said, Verdict), path


@pytest.mark.parametrize("rules", [ADDED, REMOVED, REPLACED])
def test_every_rule_of_a_resource_takes_any_value(rules: dict[str, Any]) -> None:
    for kind, rule in rules.items():
        for value in VALUES:
            names = {path.split(".", maxsplit=1)[0] for path in PROPERTIES.get(kind, {})}
            it = resource(kind, **dict.fromkeys(names | {"GroupId", "VpcId", "GatewayId", "Type"}, value))
            said = rule(change(kind, None, it, it, base=it, head=it))
            assert isinstance(said, Verdict), (kind, json.dumps(value))


LITERALS: tuple[Any, ...] = (
    None,
    "a",
    True,
    1,
    ["x"],
    [{"Name": "a", "Key": "b", "Value": "c"}],
    {"a": 1},
    "b",
    False,
    2,
    ["y"],
    [],
    {},
)
EXPRESSIONS = ({"Ref": "Parameter"}, {"Fn::If": ["Condition", {"Ref": "A"}, {"Ref": "B"}]})


@pytest.mark.parametrize("kind", sorted(PROPERTIES))
def test_an_expression_is_harmless_only_where_every_value_is(kind: str) -> None:
    for path, rule in PROPERTIES[kind].items():
        top = path.split(".", maxsplit=1)[0]

        def risks(values: tuple[Any, ...], top: str = top, path: str = path, rule: Rule = rule) -> set[str]:
            said = [
                rule(change(kind, path, a, b, base=resource(kind, **{top: a}), head=resource(kind, **{top: b})))
                for a, b in itertools.permutations(values, 2)
                if a != b
            ]
            return {"none" if verdict is None else verdict.risk.value for verdict in said}

        if risks(EXPRESSIONS) == {"harmless"}:
            assert risks(LITERALS) == {"harmless"}, path
