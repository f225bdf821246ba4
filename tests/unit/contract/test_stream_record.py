"""A record of the stream: what is written is read, and anything else is refused with a reason."""

from __future__ import annotations

import base64
import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.stream_record import RecordError, make_record, read_record
from tests.support.stream_fakes import document, payload, picture


def test_a_record_is_read_as_it_was_sent() -> None:
    digit = read_record(payload(7))
    assert (digit.id, digit.label, digit.image) == ("digit-7", 7, picture(7).tobytes())


def test_what_is_written_is_read() -> None:
    record = make_record(4, picture(4).tobytes())
    digit = read_record(record.payload)
    assert (digit.id, digit.label, digit.image) == (record.id, 4, picture(4).tobytes())
    assert make_record(5, picture(4).tobytes()).id != record.id


BLANK = base64.b64encode(bytes(784)).decode()
SCALED = base64.b64encode(bytes([0, 1] * 392)).decode()
REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "not JSON in UTF-8"),
    "no text": (b"\xff\xfe", "not JSON in UTF-8"),
    "too deep": (b"[" * 200_000, "not JSON in UTF-8"),
    "too long a number": (b'{"label": ' + b"9" * 10_000 + b"}", "not JSON in UTF-8"),
    "label twice": (payload(1)[:-1] + b',"label":1}', 'the member "label" occurs more than once'),
    "infinite label": (b'{"label": 1e400}', "the number 1e400 is too large"),
    "a list": (b"[]", "a JSON list; an object is needed"),
    "another schema": (payload(1, schema="digits.record/2"), "schema is 'digits.record/2'"),
    "no schema": (payload(1, schema=None), "schema is None"),
    "no label": (payload(1, label=None), "missing or unknown: ['label']"),
    "one more": (payload(1, sender="x"), "missing or unknown: ['sender']"),
    "empty id": (payload(1, id=""), "id is ''"),
    "odd id": (payload(1, id="a b"), "id is 'a b'"),
    "long id": (payload(1, id="a" * 129), "id is 'aaaa"),
    "id is no text": (payload(1, id=7), "id is 7"),
    "label 10": (payload(1, label=10), "label is 10"),
    "label -1": (payload(1, label=-1), "label is -1"),
    "label 1.0": (payload(1, label=1.0), "label is 1.0"),
    "label true": (payload(1, label=True), "label is True"),
    "label text": (payload(1, label="1"), "label is '1'"),
    "image is a list": (payload(1, image=[0] * 784), "image is [0, 0"),
    "image is no base64": (payload(1, image="!" * 1048), "image is not base64"),
    "image of 783": (payload(1, image=base64.b64encode(bytes(783)).decode()), "image has 783 bytes"),
    "blank": (payload(1, image=BLANK), "no pixel above 1"),
    "scaled": (payload(1, image=SCALED), "no pixel above 1"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_anything_else_is_refused_with_a_reason(name: str) -> None:
    content, reason = REFUSED[name]
    with pytest.raises(RecordError) as caught:
        read_record(content)
    assert reason in str(caught.value)
    assert len(str(caught.value)) < 300


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "label", "image", "x"]), inner),
    max_leaves=8,
)


@given(content=st.one_of(st.binary(), json_values.map(lambda value: json.dumps(value).encode())))
def test_nothing_else_ever_comes_out(content: bytes) -> None:
    with pytest.raises(RecordError):
        read_record(content)


@given(member=st.sampled_from(["schema", "id", "label", "image"]), value=json_values)
def test_nor_for_a_member_of_another_kind(member: str, value: Any) -> None:
    with contextlib.suppress(RecordError):
        read_record(json.dumps(document(1) | {member: value}).encode())
