"""Sending at a rate: what is refused is offered again, what was sent is known, and the same seed sends the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from contract.errors import ContractError
from contract.stream_record import LabelledDigit, Record, make_record
from stream_consumer.parts import Arrival, make_part
from tests.support.stream_fakes import MemoryStream, encode_small
from tests.support.training_digits import small_split
from training.common.errors import StreamError
from training.stream.arrival import ArrivalWatch
from training.stream.description import description_from_json
from training.stream.selection import Selection, select
from training.stream.sending import ATTEMPTS, MOST_BYTES, Clock, Sent, batches, send

RECORDS = [Record(id=f"r-{number}", payload=b"x" * 1100) for number in range(40)]


@dataclass
class FakeStream:
    """A stream that refuses what `refuses` says: of a record's id and how often it was offered before."""

    refuses: Callable[[str, int], bool] = lambda _id, _before: False
    name: str = "the stream fake"
    taken: list[str] = field(default_factory=list)
    offered: dict[str, int] = field(default_factory=dict)
    calls: list[int] = field(default_factory=list)

    def put(self, records: Sequence[Record]) -> list[str]:
        """Take or refuse."""
        self.calls.append(len(records))
        return [self._one(record.id) for record in records]

    def _one(self, record_id: str) -> str:
        before = self.offered.get(record_id, 0)
        self.offered[record_id] = before + 1
        if self.refuses(record_id, before):
            return "ProvisionedThroughputExceededException"
        self.taken.append(record_id)
        return ""


@dataclass
class FakeTime:
    """A clock that moves when somebody sleeps."""

    seconds: float = 0
    pauses: list[float] = field(default_factory=list)

    def clock(self) -> Clock:
        """The clock."""
        return Clock(now=lambda: self.seconds, sleep=self._sleep, generator=np.random.default_rng(1))

    def _sleep(self, seconds: float) -> None:
        self.seconds += seconds
        self.pauses.append(seconds)


def test_the_rate_is_kept() -> None:
    stream, time = FakeStream(), FakeTime()
    assert send(RECORDS, stream, rate=10, sent=Sent(), clock=time.clock())
    assert (stream.taken, set(stream.calls)) == ([record.id for record in RECORDS], {2})
    assert time.seconds == pytest.approx(3.8)  # the last two leave when 38 records are allowed to have left


def test_what_is_refused_is_offered_again_and_nothing_else() -> None:
    stream, time, sent = FakeStream(refuses=lambda record, before: record == "r-3" and before < 3), FakeTime(), Sent()
    assert send(RECORDS, stream, rate=10_000, sent=sent, clock=time.clock())
    assert sorted(stream.taken) == sorted(record.id for record in RECORDS)
    assert {record: times for record, times in stream.offered.items() if times > 1} == {"r-3": 4}
    assert (sent.done, sent.taken, sent.retried) == (40, 40, 3)
    assert 0 < time.pauses[0] < time.pauses[-1]


def test_a_stream_that_goes_on_refusing_is_told_of() -> None:
    stream, sent = FakeStream(refuses=lambda record, _before: record == "r-25"), Sent()
    with pytest.raises(StreamError, match=f"the stream fake rejected 1 records {ATTEMPTS} times, last with"):
        send(RECORDS, stream, rate=50, sent=sent, clock=FakeTime().clock())
    # Ten records a call: 20 of them and 5 of the next lie before the one that was refused.
    assert (sent.done, sent.taken) == (25, 29)


def test_it_stops_between_two_calls_when_asked() -> None:
    stream, sent = FakeStream(), Sent()
    assert not send(
        RECORDS, stream, rate=50, sent=sent, stop_requested=lambda: sent.taken >= 20, clock=FakeTime().clock()
    )
    assert (sent.done, len(stream.taken)) == (20, 20)


def test_batches_are_small_enough_for_a_call() -> None:
    large = [Record(id="a", payload=bytes(1 << 20))] * 11
    sizes = [sum(len(each.payload) + len(each.id) for each in batch) for batch in batches(large, most=500)]
    assert (len(sizes), max(sizes) <= MOST_BYTES) == (3, True)
    assert [len(batch) for batch in batches(RECORDS, most=15)] == [15, 15, 10]


SOURCE = small_split(50)


def test_a_later_start_goes_on_where_the_earlier_run_ended() -> None:
    whole = select(SOURCE, Selection(count=30, seed=3))
    parts = [select(SOURCE, Selection(count=10, start=start, seed=3)) for start in (0, 10, 20)]
    assert np.array_equal(whole.images, np.concatenate([part.images for part in parts]))
    assert np.array_equal(whole.labels, np.concatenate([part.labels for part in parts]))
    assert not np.array_equal(whole.images, select(SOURCE, Selection(count=30, seed=4)).images)


def test_pictures_are_moved_and_never_stay_where_they_are() -> None:
    known = {image.tobytes() for image in SOURCE.images}
    moved = select(SOURCE, Selection(count=50, seed=3, shift=1))
    assert not {image.tobytes() for image in moved.images} & known
    still = select(SOURCE, Selection(count=50, seed=3, shift=0))
    assert {image.tobytes() for image in still.images} == known


def test_moving_loses_only_what_leaves_the_picture() -> None:
    corner = np.zeros((28, 28), dtype=np.uint8)
    corner[5, 9] = 200
    source = type(SOURCE)(images=np.tile(corner.reshape(1, -1), (40, 1)), labels=np.zeros(40, dtype=np.uint8))
    places = {divmod(int(image.argmax()), 28) for image in select(source, Selection(count=40, shift=1)).images}
    assert places == {(row, column) for row in (4, 5, 6) for column in (8, 9, 10)} - {(5, 9)}


def test_more_digits_than_there_are_is_refused() -> None:
    with pytest.raises(StreamError, match="--start 20 and --count 31 ask for 51 digits, but the source has 50"):
        select(SOURCE, Selection(count=31, start=20))


def test_waiting_looks_at_new_manifests_only() -> None:
    stream = MemoryStream()
    store(stream, 1, "old")
    watch = ArrivalWatch(stream)
    store(stream, 2, "a", "b")
    said: list[int] = []
    missing = watch.wait(
        {"old", "a", "b", "c"},
        timeout_seconds=3,
        on_arrived=said.append,
        sleep=lambda _seconds: store(stream, 3, "c"),
    )
    assert (missing, said) == ({"old"}, [2, 3, 3])


def store(stream: MemoryStream, number: int, *ids: str) -> None:
    digits = [LabelledDigit(id=record_id, label=1, image=bytes(784)) for record_id in ids]
    arrivals = [Arrival(digit=digit, shard="s", sequence_number=str(number)) for digit in digits]
    stream.put(make_part(arrivals, prefix="p/", encode=encode_small))


def test_the_same_digit_has_the_same_id() -> None:
    assert make_record(1, SOURCE.images[0].tobytes()) == make_record(1, SOURCE.images[0].tobytes())
    assert make_record(1, SOURCE.images[0].tobytes()).id != make_record(1, SOURCE.images[1].tobytes()).id


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("no", "is not JSON"),
        ('{"schema": "digits.stream/2"}', "schema is 'digits.stream/2'; allowed is 'digits.stream/1'"),
        (
            '{"schema": "digits.stream/1", "stream": "s"}',
            r"bucket is missing; (.|\n)*\ndeploy the stack of the",
        ),
    ],
    ids=["no JSON", "schema", "field"],
)
def test_a_description_that_cannot_be_read_is_told(text: str, sentence: str) -> None:
    with pytest.raises(ContractError, match=sentence):
        description_from_json(text, name="/digits/dev/stream")
