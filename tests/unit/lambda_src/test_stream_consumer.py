"""The record contract, the part that is made of records, and what the consumer answers when storing fails."""

from __future__ import annotations

import base64
import functools
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from contract.stream_record import LabelledDigit, read_record
from gateway.environment import SettingsError
from stream_consumer.consumer import consume, deliveries
from stream_consumer.parts import Arrival, make_part
from stream_consumer.settings import Settings
from tests.support.stream_fakes import MemoryStream, delivery, encode_small, payload, picture
from training.stream.parts import read_parts

MAKE = functools.partial(make_part, prefix="stream/parts/")
MAKE_SMALL = functools.partial(MAKE, encode=encode_small)


def arrivals(*numbers: int) -> list[Arrival]:
    batch = [delivery(payload(number), number=number) for number in numbers]
    return [
        Arrival(digit=read_record(each.payload), shard=each.shard, sequence_number=each.sequence_number)
        for each in batch
    ]


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
