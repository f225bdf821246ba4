"""What was sent is there once: whatever is sent twice, delivered again, halved, refused or killed on the way.

The deliveries are as Lambda's documents describe them. The small encoding stands for Parquet here, so that there is
time for many ways in which it can go wrong; Parquet has tests of its own.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_consumer.consumer import Delivery, consume
from stream_consumer.parts import make_part
from tests.support.shard_deliveries import deliver
from tests.support.stream_fakes import MemoryStream, decode_small, delivery, encode_small, payload, picture
from training.stream.merging import Merged, merge
from training.stream.parts import read_parts

pytestmark = pytest.mark.slow

MALFORMED = (b"", b"junk", b"{}", payload(3, label=12), payload(4, image="AAAA"), payload(5, id=""), b"[" * 100_000)
SHARDS = ("shardId-000000000000", "shardId-000000000001")
FAULTS = ("", "part", "dead letter", "before", "between", "after")

sendings = st.lists(st.one_of(st.integers(0, 7), st.sampled_from(MALFORMED)), min_size=8, max_size=24)
faults_of_calls = st.lists(st.sampled_from(FAULTS), min_size=4, max_size=12)
rules = st.fixed_dictionaries({"size": st.integers(1, 7), "bisects": st.booleans()})


class Way:
    """From two shards into a stream in memory, with a fault in each of the first calls of the function."""

    def __init__(self, sent: Sequence[int | bytes], faults: Sequence[str]) -> None:
        self.stream = MemoryStream()
        self._faults = list(faults)
        self._deliveries = [
            delivery(payload(what) if isinstance(what, int) else what, number=number, shard=SHARDS[number % 2])
            for number, what in enumerate(sent, start=1)
        ]

    def go(self, rules: dict[str, Any]) -> None:
        """Deliver everything from the beginning, one shard after the other."""
        for shard in SHARDS:
            deliver([each for each in self._deliveries if each.shard == shard], call=self._call, **rules)

    def merged(self) -> Merged:
        """What `prepare` would take."""
        return merge(read_parts(self.stream, decode=decode_small))

    def _call(self, batch: Sequence[Delivery]) -> dict[str, Any]:
        self.stream.fault = self._faults.pop(0) if self._faults else ""
        make = functools.partial(make_part, prefix="stream/parts/", encode=encode_small)
        return consume(batch, parts=self.stream, dead_letters=self.stream, make_part=make).response()


@given(sent=sendings, first=rules, again=st.one_of(st.none(), rules), faults=faults_of_calls)
def test_what_was_sent_arrives_once(
    sent: list[int | bytes], first: dict[str, Any], again: dict[str, Any] | None, faults: list[str]
) -> None:
    way = Way(sent, faults)
    way.go(first)
    if again:  # a mapping that is made anew reads the stream from its beginning, in other batches
        way.go(again)
    merged = way.merged()
    numbers = sorted({what for what in sent if isinstance(what, int)}, key=lambda number: f"digit-{number}")
    assert merged.ids == tuple(f"digit-{number}" for number in numbers)
    assert merged.split.labels.tolist() == [number % 10 for number in numbers]
    assert all(np.array_equal(image, picture(n)) for image, n in zip(merged.split.images, numbers, strict=True))
    assert merged.conflicts == ()
    assert merged.arrived - merged.duplicates == len(numbers)
    refused = {number for number, what in enumerate(sent, start=1) if isinstance(what, bytes)}
    assert {int(dead_letter.delivery.sequence_number) for dead_letter in way.stream.dead_letters} == refused
    assert all(dead_letter.reason for dead_letter in way.stream.dead_letters)
