"""What is done with a batch of the stream: digits into a part, the rest to the dead letters. No boto3, no Lambda.

The answer is Kinesis' partial batch response. Whatever is not named in it is done and never delivered again, so
a record is only passed over once its part with the manifest, or its dead letter, is stored.
https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from contract.stream_record import RecordError, read_record
from stream_consumer.parts import Arrival, Part


class StorageError(Exception):
    """Something could not be stored now; the same batch is tried again later."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One record as the stream delivers it.

    Attributes
    ----------
    arrived_at
        When the stream took it, in seconds since 1970.
    """

    stream_arn: str
    shard: str
    sequence_number: str
    partition_key: str
    arrived_at: float
    payload: bytes


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A record that cannot be used, and why."""

    delivery: Delivery
    reason: str


class PartStore(Protocol):
    """Where parts go."""

    def put(self, part: Part) -> None:
        """Store the Parquet file, then its manifest; nothing happens to what is there already.

        Raises
        ------
        StorageError
            If either cannot be stored now.
        """


class DeadLetters(Protocol):
    """Where records go that cannot be used."""

    def put(self, letter: Letter) -> None:
        """Keep the record, its reason and its place in the stream.

        Raises
        ------
        StorageError
            If it cannot be stored now.
        """


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a batch.

    Attributes
    ----------
    kept
        Digits in the part.
    letters
        Records that went to the dead letters.
    part
        Key of the part, if one was made.
    failed_from
        Sequence number from which the batch is to be delivered again, or None when all of it is done.
    cause
        Why, for the log.
    """

    kept: int = 0
    letters: int = 0
    part: str | None = None
    failed_from: str | None = None
    cause: str | None = None

    def response(self) -> dict[str, Any]:
        """The partial batch response."""
        failed = [{"itemIdentifier": self.failed_from}] if self.failed_from else []
        return {"batchItemFailures": failed}


def consume(
    batch: Sequence[Delivery],
    *,
    parts: PartStore,
    dead_letters: DeadLetters,
    make_part: Callable[[Sequence[Arrival]], Part],
) -> Outcome:
    """Store a batch of one shard, in the order of its sequence numbers.

    The part comes first: if it fails nothing is done, and no letter is sent twice. If a letter fails, the batch is
    delivered again from there; digits behind it are then stored once more in another part, which merging ignores.

    Parameters
    ----------
    batch
        At least one record.
    parts, dead_letters
        Where things go.
    make_part
        Makes the part of some digits.
    """
    arrivals, letters = sort_out(batch)
    part = make_part(arrivals) if arrivals else None
    try:
        if part:
            parts.put(part)
    except StorageError as error:
        return Outcome(failed_from=batch[0].sequence_number, cause=str(error))
    key = part.key if part else None
    for sent, letter in enumerate(letters):
        try:
            dead_letters.put(letter)
        except StorageError as error:
            failed_from = letter.delivery.sequence_number
            return Outcome(kept=len(arrivals), letters=sent, part=key, failed_from=failed_from, cause=str(error))
    return Outcome(kept=len(arrivals), letters=len(letters), part=key)


def sort_out(batch: Sequence[Delivery]) -> tuple[list[Arrival], list[Letter]]:
    """Tell digits from what is none."""
    arrivals, letters = [], []
    for delivery in batch:
        try:
            digit = read_record(delivery.payload)
        except RecordError as error:
            letters.append(Letter(delivery=delivery, reason=str(error)))
        else:
            arrivals.append(Arrival(digit=digit, shard=delivery.shard, sequence_number=delivery.sequence_number))
    return arrivals, letters


def deliveries(event: Mapping[str, Any]) -> list[Delivery]:
    """The records of an event of a Kinesis event source mapping."""
    return [_delivery(record) for record in event["Records"]]


def _delivery(record: Mapping[str, Any]) -> Delivery:
    kinesis = record["kinesis"]
    return Delivery(
        stream_arn=record["eventSourceARN"],
        shard=record["eventID"].partition(":")[0],
        sequence_number=kinesis["sequenceNumber"],
        partition_key=kinesis["partitionKey"],
        arrived_at=float(kinesis["approximateArrivalTimestamp"]),
        payload=base64.b64decode(kinesis["data"]),
    )
