"""The record contract, the part that is made of records, and what the consumer answers when storing fails."""

from __future__ import annotations

import base64
import contextlib
import functools
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.environment import SettingsError
from stream_consumer.consumer import consume, deliveries
from stream_consumer.contract import LabelledDigit, RecordError, read_record
from stream_consumer.parts import CHANNEL_COLUMNS, OWN_COLUMNS, Arrival, make_part
from stream_consumer.settings import Settings
from tests.support.stream_fakes import MemoryStream, delivery, document, encode_small, payload, picture
from training.data.channels import COLUMN_NAMES
from training.stream.parts import read_parts
from training.stream.record import make_record

MAKE = functools.partial(make_part, prefix="stream/parts/")
MAKE_SMALL = functools.partial(MAKE, encode=encode_small)


def test_a_record_is_read_as_it_was_sent() -> None:
    digit = read_record(payload(7))
    assert (digit.id, digit.label, digit.image) == ("digit-7", 7, picture(7).tobytes())


def test_what_training_sends_is_what_is_read_here() -> None:
    record = make_record(4, picture(4))
    digit = read_record(record.payload)
    assert (digit.id, digit.label, digit.image) == (record.id, 4, picture(4).tobytes())
    assert make_record(5, picture(4)).id != record.id


BLANK = base64.b64encode(bytes(784)).decode()
SCALED = base64.b64encode(bytes([0, 1] * 392)).decode()
REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "not JSON in UTF-8"),
    "no text": (b"\xff\xfe", "not JSON in UTF-8"),
    "too deep": (b"[" * 200_000, "not JSON in UTF-8"),
    "too long a number": (b'{"label": ' + b"9" * 10_000 + b"}", "not JSON in UTF-8"),
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


def arrivals(*numbers: int) -> list[Arrival]:
    batch = [delivery(payload(number), number=number) for number in numbers]
    return [
        Arrival(digit=read_record(each.payload), shard=each.shard, sequence_number=each.sequence_number)
        for each in batch
    ]


def test_columns_are_those_of_a_channel_and_three_more() -> None:
    assert CHANNEL_COLUMNS == COLUMN_NAMES
    assert OWN_COLUMNS == ("record_id", "sequence_number", "shard")


def test_a_part_is_read_back_as_it_was_written() -> None:
    stream = MemoryStream()
    part = MAKE(arrivals(3, 5))
    stream.put(part)
    (read,) = read_parts(stream)
    assert (read.ids, read.labels.tolist()) == (("digit-3", "digit-5"), [3, 5])
    assert np.array_equal(read.images, np.stack([picture(3), picture(5)]))
    manifest = json.loads(part.manifest)
    assert part.key == manifest["part"]
    assert part.key.startswith("stream/parts/shardId-000000000000/00000000000000000003-00000000000000000005-")
    assert (manifest["rows"], manifest["ids"]) == (2, ["digit-3", "digit-5"])
    assert (manifest["first_sequence_number"], manifest["size_bytes"]) == (f"{3:020d}", len(part.content))


def test_the_same_batch_is_the_same_part_and_no_other_takes_its_name() -> None:
    assert MAKE(arrivals(1, 2, 3)) == MAKE(arrivals(1, 2, 3))
    # With several batches of a shard at a time the ends of two batches may be the same.
    between = MAKE_SMALL(arrivals(1, 2, 3)).key, MAKE_SMALL(arrivals(1, 3)).key
    assert between[0] != between[1]
    changed = arrivals(1, 2)
    changed[0] = replace(changed[0], digit=LabelledDigit(id="digit-1", label=9, image=picture(1).tobytes()))
    assert MAKE_SMALL(changed).key != MAKE_SMALL(arrivals(1, 2)).key


BATCH = [delivery(b"junk" if number in (2, 4) else payload(number), number=number) for number in range(1, 6)]


def outcome_of(fault: str = "") -> tuple[Any, MemoryStream]:
    stream = MemoryStream(fault=fault)
    return consume(BATCH, parts=stream, dead_letters=stream, make_part=MAKE_SMALL), stream


def test_neighbours_of_a_bad_record_are_kept() -> None:
    outcome, stream = outcome_of()
    assert (outcome.kept, outcome.dead_letters, outcome.response()) == (3, 2, {"batchItemFailures": []})
    assert [dead_letter.delivery.sequence_number for dead_letter in stream.dead_letters] == [f"{2:020d}", f"{4:020d}"]


def test_a_part_that_cannot_be_stored_is_tried_again_from_the_first_record() -> None:
    outcome, stream = outcome_of("part")
    assert outcome.response() == {"batchItemFailures": [{"itemIdentifier": f"{1:020d}"}]}
    assert (stream.objects, stream.dead_letters, outcome.cause) == ({}, [], "S3 is busy")


def test_a_dead_letter_that_cannot_be_sent_is_tried_again_from_there() -> None:
    outcome, stream = outcome_of("dead letter")
    assert outcome.response() == {"batchItemFailures": [{"itemIdentifier": f"{2:020d}"}]}
    assert len(stream.objects) == 2


def test_a_batch_of_bad_records_alone_makes_no_part() -> None:
    stream = MemoryStream()
    outcome = consume([BATCH[1]], parts=stream, dead_letters=stream, make_part=MAKE_SMALL)
    assert (outcome.part, stream.objects, len(stream.dead_letters)) == (None, {}, 1)


def test_an_event_of_kinesis_is_read() -> None:
    record = {
        "kinesis": {
            "partitionKey": "k",
            "sequenceNumber": "49590338271490256608559692538361571095921575989136588898",
            "data": base64.b64encode(b"hello").decode(),
            "approximateArrivalTimestamp": 1545084650.987,
        },
        "eventID": "shardId-000000000006:49590338271490256608559692538361571095921575989136588898",
        "eventSourceARN": "arn:aws:kinesis:us-east-2:123456789012:stream/lambda-stream",
    }
    (read,) = deliveries({"Records": [record]})
    assert (read.shard, read.payload, read.arrived_at) == ("shardId-000000000006", b"hello", 1545084650.987)


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(SettingsError, match="PARTS_PREFIX is not set"):
        Settings.from_environment({"BUCKET": "b"})
