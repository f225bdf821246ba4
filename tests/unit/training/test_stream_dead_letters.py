"""Dead letters of the stream: one that anybody may have written keeps no other from being listed and sent again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from contract.stream_record import Record
from training.commands import dead_letters as command
from training.common.errors import PublicationError, StreamError
from training.stream.dead_letter_queue import DeadLetterQueue
from training.stream.dead_letters import DeadLetter, read_dead_letter

GOOD = json.dumps(
    {
        "schema": "digits.dead-letter/1", "reason": "why", "shard": "s", "sequence_number": "7",
        "arrived_at": "2026-12-01T00:00:00+00:00", "payload": "s3://bucket/key", "partition_key": "k",
    }
)  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        "[" * 5000, '{"a":' * 5000, "", "null", "7" * 5000, '{"schema": "x", "schema": "digits.dead-letter/1"}',
        GOOD.replace('"why"', '"\\ud800"'), GOOD.replace('"7"', "[]"), GOOD[:-1],
        json.dumps({"requestContext": {"condition": "x", "approximateInvokeCount": 1e300}, "KinesisBatchInfo": []}),
        json.dumps({"k" * 100_000: 1}),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_shown_by_its_beginning(body: str) -> None:
    dead_letter = read_dead_letter(body, "receipt")
    assert dead_letter.reason.startswith("not understood: ")
    assert len(dead_letter.reason) < 300
    assert dead_letter.receipt == "receipt"


class Kinesis:
    """A shard with records without end."""

    def get_shard_iterator(self, **_: Any) -> dict[str, str]:
        """Where reading begins."""
        return {"ShardIterator": "next"}

    def get_records(self, **_: Any) -> dict[str, Any]:
        """Some records, and always more."""
        record = {"SequenceNumber": "8", "PartitionKey": "k", "Data": b""}
        return {"Records": [record] * 10, "MillisBehindLatest": 1, "NextShardIterator": "next"}


def test_a_batch_gives_no_more_records_than_it_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.stream.dead_letter_queue.client", lambda _name: Kinesis())
    batch = {
        "batchSize": 3, "shardId": "s", "startSequenceNumber": "7", "endSequenceNumber": "9" * 50,
        "approximateArrivalOfFirstRecord": "2026-12-01T00:00:00Z",
    }  # fmt: skip
    context = {"condition": "RetryAttemptsExhausted", "approximateInvokeCount": 3}
    letter = read_dead_letter(json.dumps({"requestContext": context, "KinesisBatchInfo": batch}), "receipt")
    assert letter.count == 3
    description: Any = SimpleNamespace(stream="digits")
    with pytest.raises(StreamError, match="more than 3 records"):
        DeadLetterQueue(description).records(letter)


@dataclass
class Queue:
    """Remembers what was released and removed; some records are gone, or cannot be read."""

    problems: dict[str, Exception] = field(default_factory=dict)
    released: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    def records(self, dead_letter: DeadLetter) -> list[Record]:
        """One record, or the problem."""
        if dead_letter.receipt in self.problems:
            raise self.problems[dead_letter.receipt]
        return [Record(id=dead_letter.receipt, payload=b"")]

    def release(self, dead_letter: DeadLetter) -> None:
        """It is visible again."""
        self.released.append(dead_letter.receipt)

    def remove(self, dead_letter: DeadLetter) -> None:
        """It is gone."""
        self.removed.append(dead_letter.receipt)


def letters(*receipts: str) -> list[DeadLetter]:
    return [read_dead_letter(GOOD, receipt) for receipt in receipts]


def test_all_that_is_held_is_released_whatever_happens() -> None:
    queue = Queue()
    with pytest.raises(IndexError), command.held(cast("Any", queue), letters("a", "b", "c")) as kept:
        kept.pop(9 if kept.pop(1) else 0)
    assert queue.released == ["a", "c"]


def test_one_that_cannot_be_sent_keeps_no_other_from_it(capsys: pytest.CaptureFixture[str]) -> None:
    sent = list[Record]()
    queue = Queue(problems={"a": StreamError("gone"), "c": PublicationError("s3://x: no such bucket")})
    found = letters("a", "b", "c", "d")
    with pytest.raises(StreamError, match="gone"), command.held(cast("Any", queue), found) as kept:
        command.replay(cast("Any", queue), kept, sent.extend)
    assert (queue.removed, queue.released) == (["b", "d"], ["a", "c"])
    assert [record.id for record in sent] == ["b", "d"]
    assert "records sent again: 2; dead letters left: 2" in capsys.readouterr().out
