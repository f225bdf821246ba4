"""How Lambda delivers the records of a shard to a function that reports failures, as its documents describe it.

https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from stream_consumer.consumer import Delivery
from tests.support.stream_fakes import Killed


def deliver(
    records: Sequence[Delivery], *, size: int, bisects: bool, call: Callable[[Sequence[Delivery]], dict[str, Any]]
) -> None:
    """Deliver records in batches of a size, in order, until none is left.

    A batch comes again from the first record that the function names; all of it if the function died, in halves if the
    mapping bisects and nothing of it succeeded.
    """
    waiting = [list(records[start : start + size]) for start in range(0, len(records), size)]
    while waiting:
        batch = waiting.pop(0)
        left = batch[_first_failure(batch, call) :]
        if bisects and len(left) == len(batch) > 1:
            middle = len(left) // 2
            waiting[:0] = [left[:middle], left[middle:]]
        elif left:
            waiting.insert(0, left)


def _first_failure(batch: Sequence[Delivery], call: Callable[[Sequence[Delivery]], dict[str, Any]]) -> int:
    try:
        failed = [failure["itemIdentifier"] for failure in call(batch)["batchItemFailures"]]
    except Killed:
        return 0
    places = [place for place, record in enumerate(batch) if record.sequence_number in failed]
    return min(places, default=len(batch))
