"""The one reader of JSON texts: what Python's own would take or crash on is refused, in a sentence and in time."""

from __future__ import annotations

import json
import math
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.json_text import JSON_DEPTH_MAX, JsonTextError, read_json

REFUSED = {
    "nothing": (b"", "Expecting value at line 1, column 1"),
    "half": (b'{"a": ', "Expecting value"),
    "two values": (b"1 2", "Extra data"),
    "latin-1": (b'"\xe4"', "byte 1 is not UTF-8"),
    "utf-16": ('{"a": 1}'.encode("utf-16-le"), "Expecting"),
    "byte order mark": (b"\xef\xbb\xbf{}", "it begins with a byte order mark; send UTF-8 without one"),
    "member twice": (b'{"a": 1, "a": 1}', 'the member "a" occurs more than once'),
    "member twice, inside": (b'[{"b": {"label": 1, "x": 2, "label": 3}}]', 'the member "label" occurs'),
    "member twice, escaped": (rb'{"a": 1, "\u0061": 1}', 'the member "a" occurs'),
    "long name twice": (b'{"%b": 1, "%b": 1}' % (b"k" * 5000, b"k" * 5000), r'kkk\.\.\." occurs'),
    "NaN": (b"[NaN]", "NaN is not JSON"),
    "infinity": (b"[-Infinity]", "-Infinity is not JSON"),
    "infinity in digits": (b"[1e400]", "the number 1e400 is too large"),
    "digits without end": (b"9" * 5000, "too many digits"),
    "fraction without end": (b"1" * 5000 + b".5", r"the number 1{40}\.\.\. is too large"),
    "lists": (b"[" * 100_000, "nested too deeply, allowed are 64 levels"),
    "closed lists": (b"[" * 65 + b"]" * 65, "nested too deeply"),
    "objects": (b'{"a":' * 100_000, "nested too deeply"),
    "lists behind escapes": (rb'["\\", "\"[", ' + b"[" * 70 + b"]" * 70 + b"]", "nested too deeply"),
    "too many bytes": (b" " * ((16 << 20) + 1), "it has 16,777,217 bytes, allowed are 16,777,216"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_in_a_sentence_and_in_time(case: str) -> None:
    content, reason = REFUSED[case]
    started = time.process_time()
    with pytest.raises(JsonTextError, match=reason) as caught:
        read_json(content)
    assert time.process_time() - started < 2
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize(
    "text",
    [
        "[" * JSON_DEPTH_MAX + "]" * JSON_DEPTH_MAX,
        json.dumps({"text": "[{" * 500, "quoted": '"[' * 500, "slash": "\\[" * 500, "end": "\\"}),
        json.dumps([[]] * 1000),
        json.dumps({"é": "ü", "surrogate": "\ud800", "pair": "\U0001f600"}),
    ],
)
def test_brackets_in_texts_and_beside_each_other_are_no_depth(text: str) -> None:
    assert read_json(text) == read_json(text.encode()) == json.loads(text)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(value=values)
def test_what_python_writes_is_read_the_same(value: Any) -> None:
    assert read_json(json.dumps(value)) == value


@given(content=st.one_of(st.binary(), st.text(alphabet='[]{}",:\\ue1-. ').map(str.encode)))
def test_nothing_else_is_ever_raised_and_nothing_read_otherwise(content: bytes) -> None:
    try:
        value = read_json(content)
    except JsonTextError:
        return
    assert json.loads(content) == value or (isinstance(value, float) and math.isnan(value))
