"""Conditions of statements: their tests without case and order, and whether one test follows from another.

Operators as in https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_network
from typing import Any

from tools.review.iam.values import Reader, contains

BRANCH = "fn::if"
"""The operator of a test that stands for a condition of the template instead of one of IAM."""

_SAME = {"arnequals": "arnlike", "arnnotequals": "arnnotlike"}
"""`ArnEquals` and `ArnLike` behave alike, says IAM's documentation."""

_POSITIVE = {
    "stringequals",
    "stringequalsignorecase",
    "stringlike",
    "arnlike",
    "numericequals",
    "dateequals",
    "bool",
    "binaryequals",
    "ipaddress",
}
_NEGATIVE = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotlike": "arnlike",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
    "notipaddress": "ipaddress",
}
_WEAKER = {"stringequals": {"stringlike", "stringequalsignorecase"}}
_LIMITS = {
    "numericlessthan": max,
    "numericlessthanequals": max,
    "numericgreaterthan": min,
    "numericgreaterthanequals": min,
}


@dataclass(frozen=True)
class Test:
    """One test: it holds when the key's value is one of the values (or, for a negative operator, none of them)."""

    __test__ = False

    operator: str
    key: str
    values: frozenset[str]
    quantifier: str = ""
    optional: bool = False
    shown: str = ""
    """As it stands in the policy; it takes part in no comparison."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Test) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    @property
    def _identity(self) -> tuple[Any, ...]:
        return (self.operator, self.key, self.values, self.quantifier, self.optional)

    def __str__(self) -> str:
        return f"{self.shown or self.key} {' or '.join(sorted(self.values))}"


Condition = frozenset[Test]


def read(reader: Reader, block: Any, depends: frozenset[tuple[str, str]] = frozenset()) -> Condition:
    """The tests of a `Condition` block, and of the conditions of the template on which the statement depends."""
    tests = {Test(BRANCH, name, frozenset({outcome}), shown="if") for name, outcome in depends}
    if isinstance(block, dict):
        for operator, keys in block.items():
            tests |= set(_tests(reader, operator, keys))
    return frozenset(tests)


def _tests(reader: Reader, operator: str, keys: Any) -> Iterator[Test]:
    if not isinstance(keys, dict) or operator.startswith("Fn::"):
        yield Test(BRANCH, reader.text({operator: keys}), frozenset({"true"}), shown="if")
        return
    quantifier, _, name = operator.lower().rpartition(":")
    optional = name.endswith("ifexists")
    name = name.removesuffix("ifexists")
    for key, values in keys.items():
        found = frozenset(reader.text(value) for value, _ in reader.branches(values))
        if name in ("bool", "null"):
            found = frozenset(value.lower() for value in found)
        yield Test(_SAME.get(name, name), key.lower(), found, quantifier, optional, f"{operator} {key}")


def weaker(wide: Condition, narrow: Condition) -> bool:
    """Whether each test of the one follows from the tests of the other, so that it allows at least as much."""
    return all(any(_follows(test, given) for given in narrow) for test in wide)


def split(condition: Condition) -> tuple[Condition, ...]:
    """The condition as alternatives of one value each, when a test has several; else nothing."""
    for test in sorted(condition, key=str):
        if len(test.values) > 1 and test.operator in _POSITIVE and not test.quantifier:
            rest = condition - {test}
            return tuple(rest | {replace(test, values=frozenset({value}))} for value in sorted(test.values))
    return ()


def _follows(test: Test, given: Test) -> bool:
    if test == given:
        return True
    if test.key != given.key or BRANCH in (test.operator, given.operator):
        return False
    if test.operator == "null":
        return test.values == {"false"} and _needs_key(given)
    if given.optional and not test.optional:
        return False
    if test.quantifier != given.quantifier and (test.quantifier, given.quantifier) != ("forallvalues", ""):
        return False
    return _values_follow(test, given)


def _needs_key(test: Test) -> bool:
    return test.operator in _POSITIVE and not test.optional and test.quantifier != "forallvalues"


def _values_follow(test: Test, given: Test) -> bool:
    wide, narrow = test.operator, given.operator
    if narrow in _POSITIVE and wide in _POSITIVE and (wide == narrow or wide in _WEAKER.get(narrow, ())):
        return _each_within(given.values, test.values, _matches(wide))
    if narrow in _NEGATIVE and wide in _NEGATIVE:
        shut, open_ = _NEGATIVE[narrow], _NEGATIVE[wide]
        if shut == open_ or shut in _WEAKER.get(open_, ()):
            return _each_within(test.values, given.values, _matches(shut))
    if narrow in _POSITIVE and wide in _NEGATIVE and narrow == _NEGATIVE[wide] == "stringequals":
        return not test.values & given.values and not any("$" in value for value in test.values | given.values)
    if narrow == wide and wide in _LIMITS:
        return _limit_follows(test, given)
    return False


def _limit_follows(test: Test, given: Test) -> bool:
    pick = _LIMITS[test.operator]
    try:
        wide, narrow = (pick(map(float, values)) for values in (test.values, given.values))
    except ValueError:
        return False
    return wide >= narrow if pick is max else wide <= narrow


def _each_within(narrow: frozenset[str], wide: frozenset[str], matches: Callable[[str, str], bool]) -> bool:
    return all(any(matches(pattern, value) for pattern in wide) for value in narrow)


def _matches(operator: str) -> Callable[[str, str], bool]:
    if operator in ("stringlike", "arnlike"):
        return contains
    if operator == "stringequalsignorecase":
        return lambda wide, narrow: wide.lower() == narrow.lower()
    return _within_network if operator == "ipaddress" else str.__eq__


def _within_network(wide: str, narrow: str) -> bool:
    try:
        outer, inner = ip_network(wide, strict=False), ip_network(narrow, strict=False)
    except ValueError:
        return wide == narrow
    return outer.version == inner.version and inner.subnet_of(outer)  # type: ignore[arg-type]
