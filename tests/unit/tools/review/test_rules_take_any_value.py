"""No rule fails on a value of another form than it knows, and none says harmless where no direction can be told."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from tests.support.review_rules import WHOLE, change, resource, told
from tools.review.change import Change, Risk, Rule
from tools.review.rules import PROPERTIES

pytestmark = pytest.mark.slow

VALUES: tuple[Any, ...] = (
    None,
    0,
    True,
    "text",
    ["text"],
    {},
    {"Ref": "Parameter"},
    {"Fn::If": ["Condition", {"a": 1}, {"Ref": "AWS::NoValue"}]},
    [{"Ref": "Parameter"}],
    [{"Fn::If": ["Condition", {"Name": "a"}, {"Name": "b"}]}],
    [{"Id": "a", "Name": {"Ref": "Parameter"}, "Key": "k", "Value": {"Ref": "V"}}],
    [None],
)
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


Pairs = Iterable[tuple[Any, Any]]


def changes(kind: str, path: str, pairs: Pairs) -> Iterator[Change]:
    """Each value into the other, also in the resource around."""
    top = path.partition(".")[0]
    for before, after in pairs:
        if before != after:
            base, head = (resource(kind, **{top: value}) for value in (before, after))
            yield change(kind, path, before, after, base=base, head=head)


def beside(values: tuple[Any, ...]) -> Pairs:
    """Each value and the next, and the reverse: a value of another form on either side."""
    return [
        pair
        for one, other in zip(values, (*values[1:], values[0]), strict=True)
        for pair in ((one, other), (other, one))
    ]


def each_rule() -> Iterator[tuple[str, str, Rule]]:
    """Type, path and rule, each rule once though several properties have it."""
    known: set[Rule] = set()
    for kind, rules in PROPERTIES.items():
        for path, rule in rules.items():
            if rule not in known:
                known.add(rule)
                yield kind, path, rule


def test_every_rule_of_a_property_takes_any_value() -> None:
    pairs = beside(VALUES)
    for kind, path, rule in each_rule():
        for it in changes(kind, path, pairs):
            told(rule, it)


@pytest.mark.parametrize("action", sorted(WHOLE))
def test_every_rule_of_a_resource_takes_any_value(action: str) -> None:
    for kind, rule in WHOLE[action].items():
        names = {path.partition(".")[0] for path in PROPERTIES.get(kind, {})} | {
            "GroupId",
            "VpcId",
            "GatewayId",
            "Type",
        }
        for value in VALUES:
            it = resource(kind, **dict.fromkeys(names, value))
            base, head = None if action == "add" else it, None if action == "remove" else it
            assert told(rule, change(kind, None, base, head, base=base, head=head)), (kind, json.dumps(value))
        bare = {"Type": kind}
        assert told(rule, change(kind, None, bare, bare, base=bare, head=bare)), kind


def test_an_expression_is_harmless_only_where_every_value_is() -> None:
    for kind, path, rule in each_rule():
        said = [rule(it) for it in changes(kind, path, itertools.permutations(EXPRESSIONS, 2))]
        if all(verdict and verdict.risk == Risk.HARMLESS for verdict in said):
            for it in changes(kind, path, itertools.permutations(LITERALS, 2)):
                verdict = rule(it)
                assert verdict, (kind, path, it.before, it.after)
                assert verdict.risk == Risk.HARMLESS, (kind, path, it.before, it.after)
