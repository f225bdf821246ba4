"""The one reader of JSON: strict about types, and everything that is wrong is named at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import ContractError
from contract.json_fields import JsonFields, parse_json

Read = Callable[[JsonFields], Any]

GOOD: list[tuple[Any, Read, Any]] = [
    ("x", lambda fields: fields.text("a"), "x"),
    (0, lambda fields: fields.whole("a"), 0),
    (7, lambda fields: fields.number("a"), 7.0),
    (False, lambda fields: fields.truth("a"), False),
    (None, lambda fields: fields.text_or_null("a"), None),
    ("x", lambda fields: fields.text_or_null("a"), "x"),
    ("x", lambda fields: fields.optional_text("a"), "x"),
    ("x", lambda fields: fields.optional_text("b"), None),
    ([], lambda fields: fields.text_list("a"), ()),
    (["x"], lambda fields: fields.text_list("a"), ("x",)),
    ([[1, 2]], lambda fields: fields.whole_rows("a", rows=1, columns=2), ((1, 2),)),
    ({"b": "x"}, lambda fields: fields.inner("a").texts(), {"b": "x"}),
    ({"b": 3}, lambda fields: fields.inner("a").whole_numbers(), {"b": 3}),
    ([{"b": "x"}], lambda fields: [inner.text("b") for inner in fields.each("a")], ["x"]),
]

REFUSED: list[tuple[Any, Read, str]] = [
    ("", lambda fields: fields.text("a"), "a is ''; allowed is a text that is not empty"),
    (7, lambda fields: fields.text("a"), "a is 7; allowed is a text that is not empty"),
    (True, lambda fields: fields.whole("a"), "a is True; allowed is a whole number of at least 0"),
    (7.0, lambda fields: fields.whole("a"), "a is 7.0; allowed is a whole number of at least 0"),
    (9, lambda fields: fields.whole("a", least=1, most=8), "a is 9; allowed is a whole number from 1 to 8"),
    (True, lambda fields: fields.number("a"), "a is True; allowed is a number of at least 0"),
    ("1", lambda fields: fields.number("a", most=1), "a is '1'; allowed is a number from 0 to 1"),
    (1, lambda fields: fields.truth("a"), "a is 1; allowed is true or false"),
    ("", lambda fields: fields.text_or_null("a"), "a is ''; allowed is a text that is not empty, or null"),
    ([1], lambda fields: fields.text_list("a"), "a is [1]; allowed is a list of texts that are not empty"),
    (1.0, lambda fields: fields.exactly("a", 1), "a is 1.0; allowed is 1"),
    ([[1], [2, 3]], lambda fields: fields.whole_rows("a", rows=2, columns=2), "a is [[1], [2, 3]]; allowed is 2 lists"),
    ("x", lambda fields: fields.inner("a"), "a is 'x'; allowed is an object"),
    ({"b": 1}, lambda fields: fields.inner("a").texts(), "a.b is 1; allowed is a text that is not empty"),
    ([1], lambda fields: fields.each("a"), "a[0] is 1; allowed is an object"),
    (2**53, lambda fields: fields.whole("a"), "a is 9007199254740992; allowed is a whole number of at least 0"),
    ("x" * 200, lambda fields: fields.whole("a"), f"a is '{'x' * 76}...; allowed is a whole number of at least 0"),
]


@pytest.mark.parametrize(("value", "read", "expected"), GOOD)
def test_a_good_value_is_taken(value: Any, read: Read, expected: Any) -> None:
    fields = JsonFields({"a": value})
    assert read(fields) == expected
    fields.check("it", remedy="")


@pytest.mark.parametrize(("value", "read", "said"), REFUSED)
def test_another_value_is_named(value: Any, read: Read, said: str) -> None:
    fields = JsonFields({"a": value})
    read(fields)
    assert [problem[: len(said)] for problem in fields.problems] == [said]


def test_all_problems_are_told_at_once_with_what_to_do() -> None:
    fields = JsonFields({"inner": {"b": 1}})
    fields.inner("inner").text("b")
    fields.whole("c")
    with pytest.raises(ContractError) as caught:
        fields.check("the file x", remedy="write it again")
    assert str(caught.value).splitlines() == [
        "the file x cannot be used:",
        "  inner.b is 1; allowed is a text that is not empty",
        "  c is missing; allowed is a whole number of at least 0",
        "write it again",
    ]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=8,
)


@given(value=values, read=st.sampled_from([read for _, read, _ in GOOD]))
def test_whatever_is_read_nothing_else_is_raised(value: Any, read: Read) -> None:
    with suppress(ContractError):  # NaN and infinity, which Python writes, are not JSON
        read(JsonFields(parse_json(json.dumps(value), name="it", remedy="")))


@pytest.mark.parametrize(
    ("content", "length"),
    [("x" * 9, 9), ("x" * 10, 10), ("\u00e9" * 2, 12), ("\U0001f600", 12), ('"' * 5, 10), ("\u00e9", 6)],
)
def test_the_longest_text_is_counted_as_ascii_json_has_it(content: str, length: int) -> None:
    for value in ({"a": content}, {"in": {"a": content}}, {"in": [{"a": content}]}, {content: 1}):
        fields = JsonFields(value, text_max=9)
        inner = fields.inner("in") if isinstance(value.get("in"), dict) else fields
        inner = fields.each("in")[0] if isinstance(value.get("in"), list) else inner
        if "a" in value or "in" in value:
            inner.text("a")
        assert bool(fields.problems) == (length > 9)
        assert all("9 characters" in problem for problem in fields.problems)
    assert JsonFields({"a": content}).text("a") == content
