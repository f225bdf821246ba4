"""How Lambda delivers the records of one shard: batches, partial responses, halves, retries, and giving up. Pure.

Only what is delivered next is decided here; calling the function and writing to the destination are the caller's.
https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sagemaker_local.json_text import read_json

RETRIES_EXHAUSTED = "RetryAttemptsExhausted"
TOO_OLD = "MaxRecordAgeExceeded"
DEFAULT_BATCH_RECORDS = 100
_FOR_EVER = -1


@dataclass(frozen=True, kw_only=True)
class Record:
    """A record of a shard: its sequence number, when it arrived (seconds since 1970), and its part of the event."""

    sequence_number: str
    arrived_at: float
    event: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The settings of an event source mapping; None is without end."""

    batch_records: int = DEFAULT_BATCH_RECORDS
    window_seconds: int = 0
    retries: int | None = None
    record_age_seconds: int | None = None
    bisects: bool = False
    reports_failures: bool = False

    @classmethod
    def of(cls, mapping: Mapping[str, Any]) -> Rules:
        """The rules of a mapping as the Lambda API describes it; CloudFormation may have left texts for numbers."""
        return cls(
            batch_records=int(mapping.get("BatchSize") or DEFAULT_BATCH_RECORDS),
            window_seconds=int(mapping.get("MaximumBatchingWindowInSeconds") or 0),
            retries=_limit(mapping.get("MaximumRetryAttempts")),
            record_age_seconds=_limit(mapping.get("MaximumRecordAgeInSeconds")),
            bisects=str(mapping.get("BisectBatchOnFunctionError")).lower() == "true",
            reports_failures="ReportBatchItemFailures" in (mapping.get("FunctionResponseTypes") or []),
        )


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Records that are delivered together, and how often they have been."""

    records: tuple[Record, ...]
    calls: int = 0


@dataclass(frozen=True, kw_only=True)
class GivenUp:
    """Records that are not delivered again: why, and after how many calls."""

    records: tuple[Record, ...]
    condition: str
    calls: int


@dataclass(kw_only=True)
class ShardDelivery:
    """Where the deliveries of one shard are.

    Attributes
    ----------
    done
        The last sequence number that has been taken into a batch.
    owed
        Batches that were begun and are not done, in order.
    """

    done: str = ""
    owed: list[Batch] = field(default_factory=list)

    def step(
        self,
        fetch: Callable[[str, int], Sequence[Record]],
        rules: Rules,
        now: float,
        *,
        call: Callable[[tuple[Record, ...]], Any],
        give_up: Callable[[GivenUp], None],
    ) -> bool:
        """Deliver one batch, if there is one; returns whether the shard moved on.

        Parameters
        ----------
        fetch
            Reads so many records at most behind a sequence number, or from the mapping's beginning if it is empty.
        rules
            The mapping's.
        now
            Seconds since 1970.
        call
            Calls the function; returns its answer, or raises `FunctionError`.
        give_up
            Called with records that are not delivered again.
        """
        if not self.owed and not self._begin(fetch(self.done, rules.batch_records), rules, now):
            return False
        batch = self.owed.pop(0)
        if self._gives_up_old(batch, rules, now, give_up):
            return True
        left = _left(batch.records, rules, call)
        if left:
            self._again(Batch(records=left, calls=batch.calls + 1), batch, rules, give_up)
        return len(left) < len(batch.records)

    def _begin(self, waiting: Sequence[Record], rules: Rules, now: float) -> bool:
        """Take the next batch when it is full or has waited for its window."""
        is_full = len(waiting) >= rules.batch_records
        if not waiting or (not is_full and max(0, now - waiting[0].arrived_at) < rules.window_seconds):
            return False
        self.done = waiting[-1].sequence_number
        self.owed = [Batch(records=tuple(waiting))]
        return True

    def _gives_up_old(self, batch: Batch, rules: Rules, now: float, give_up: Callable[[GivenUp], None]) -> bool:
        """Give up the records that are too old, if there are any; the others are owed first, as the report may fail."""
        if rules.record_age_seconds is None:
            return False
        latest = now - rules.record_age_seconds
        old = tuple(record for record in batch.records if record.arrived_at < latest)
        if not old:
            return False
        if young := batch.records[len(old) :]:
            self.owed.insert(0, Batch(records=young, calls=batch.calls))
        give_up(GivenUp(records=old, condition=TOO_OLD, calls=batch.calls))
        return True

    def _again(self, left: Batch, former: Batch, rules: Rules, give_up: Callable[[GivenUp], None]) -> None:
        """Owe what is left; in halves if nothing of the batch succeeded. Halving costs no retry."""
        nothing_done = len(left.records) == len(former.records)
        if rules.bisects and nothing_done and len(left.records) > 1:
            middle = len(left.records) // 2
            halves = (left.records[:middle], left.records[middle:])
            self.owed[:0] = [Batch(records=half, calls=former.calls) for half in halves]
        elif rules.retries is not None and left.calls > rules.retries:
            give_up(GivenUp(records=left.records, condition=RETRIES_EXHAUSTED, calls=left.calls))
        else:
            self.owed.insert(0, left)


class FunctionError(Exception):
    """The function raised, timed out or could not be called."""


def _left(records: tuple[Record, ...], rules: Rules, call: Callable[[tuple[Record, ...]], Any]) -> tuple[Record, ...]:
    """What of a batch is to be delivered again: everything from the lowest sequence number that the answer names.

    An answer that names something which is not in the batch, or that is no such answer, means all of it.
    """
    try:
        answer = call(records)
        if not rules.reports_failures:
            return ()
        document = read_json(answer) if isinstance(answer, str | bytes) else answer
        failed = [failure["itemIdentifier"] for failure in (document or {}).get("batchItemFailures") or []]
        places = {record.sequence_number: place for place, record in enumerate(records)}
        return records[min((places[number] for number in failed), default=len(records)) :]
    except (FunctionError, AttributeError, KeyError, TypeError, ValueError):
        return records


def _limit(value: Any) -> int | None:
    return None if value is None or int(value) == _FOR_EVER else int(value)
