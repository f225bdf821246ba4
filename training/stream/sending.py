"""Send records at a rate: in batches, what the stream rejects again with growing pauses. Knows no AWS.

A record may be sent twice, after a lost response or a restart: its id is the same, so it counts once.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from contract.stream_record import Record
from training.common.errors import StreamError

MOST_RECORDS = 500
MOST_BYTES = 5 << 20
"""Of one call. Kinesis accepts 10 MiB per call; some regions and emulators still only 5."""
ATTEMPTS = 10
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0
_CALLS_A_SECOND = 5


class Stream(Protocol):
    """Where records go."""

    @property
    def name(self) -> str:
        """What to call it."""

    def put(self, records: Sequence[Record]) -> list[str]:
        """Offer some records; for each the reason why it was not taken, or "" where it was."""


@dataclass(kw_only=True)
class Sent:
    """How far it is.

    Parameters
    ----------
    done
        records that the stream has taken, counted from the first without a gap
    taken
        all that it has taken, some of them perhaps behind one that it refused
    retried
        how often a record was refused and offered again
    """

    done: int = 0
    taken: int = 0
    retried: int = 0


@dataclass(kw_only=True)
class Clock:
    """Time, which tests replace."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    generator: np.random.Generator = field(default_factory=np.random.default_rng)


def send(
    records: Sequence[Record],
    stream: Stream,
    *,
    rate: float,
    sent: Sent,
    on_sent: Callable[[Sent], None] = lambda _sent: None,
    stop_requested: Callable[[], bool] = lambda: False,
    clock: Clock | None = None,
) -> bool:
    """Send everything, or until a stop is requested; returns whether all of it was sent.

    Parameters
    ----------
    records
        in order
    stream
        where they go
    rate
        records a second at most
    sent
        updated after every call, so that it is right after an error, too
    on_sent
        called after every call
    stop_requested
        asked before every call
    clock
        of this machine unless given

    Raises
    ------
    StreamError
        when a record is refused `ATTEMPTS` times
    """
    clock = clock or Clock()
    started = clock.now()
    for batch in batches(records, most=max(1, min(MOST_RECORDS, round(rate / _CALLS_A_SECOND)))):
        _wait_until(started + sent.taken / rate, clock, stop_requested)
        if stop_requested():
            return False
        _send_batch(batch, stream, sent, on_sent, clock)
    return True


def batches(records: Sequence[Record], *, most: int) -> Iterator[list[Record]]:
    """Cut into batches of so many records and `MOST_BYTES` at most."""
    batch: list[Record] = []
    size = 0
    for record in records:
        own = len(record.payload) + len(record.id)
        if batch and (len(batch) == most or size + own > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += own
    if batch:
        yield batch


def _send_batch(batch: list[Record], stream: Stream, sent: Sent, on_sent: Callable[[Sent], None], clock: Clock) -> None:
    waiting = deque(enumerate(batch))
    before, reasons = sent.done, [""]
    for attempt in range(ATTEMPTS):
        offered = list(waiting)
        reasons = stream.put([record for _, record in offered])
        waiting = deque(entry for entry, reason in zip(offered, reasons, strict=True) if reason)
        sent.taken += len(offered) - len(waiting)
        sent.done = before + (waiting[0][0] if waiting else len(batch))
        on_sent(sent)
        if not waiting:
            return
        sent.retried += len(waiting)
        clock.sleep(_pause(attempt, clock))
    reason = next(filter(None, reasons))
    raise StreamError(
        f"{stream.name} rejected {len(waiting)} records {ATTEMPTS} times, last with {reason};"
        " send with a lower --rate, or give the stream more shards"
    )


def _pause(attempt: int, clock: Clock) -> float:
    """Twice as long each time, and never the same for two senders."""
    return float(min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2**attempt) * clock.generator.uniform(0.5, 1))


def _wait_until(moment: float, clock: Clock, stop_requested: Callable[[], bool]) -> None:
    while (left := moment - clock.now()) > 0 and not stop_requested():
        clock.sleep(min(left, 0.1))
