"""Handles a batch of the stream: digits into a part, the rest to the dead letters. No boto3, no Lambda.

The result is Kinesis' partial batch response. A record that it does not name is done and never delivered again, so
a batch is only reported as done once its part with the manifest, and its dead letters, are stored.
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
class DeadLetter:
    """A record that cannot be used, and the reason."""

    delivery: Delivery
    reason: str


class PartStore(Protocol):
    """The store of parts."""

    def put(self, part: Part) -> None:
        """Store the Parquet file, then its manifest; objects that exist are left as they are.

        Raises
        ------
        StorageError
            If either cannot be stored now.
        """


class DeadLetters(Protocol):
    """The store of records that cannot be used."""

    def put(self, dead_letter: DeadLetter) -> None:
        """Keep the record, the reason, and its position in the stream.

        Raises
        ------
        StorageError
            If it cannot be stored now.
        """


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a batch was handled.

    Attributes
    ----------
    kept
        Digits in the part.
    dead_letters
        How many records became dead letters.
    part
        Key of the part, if one was made.
    failed_from
        Sequence number from which the batch is to be delivered again, or None when all of it is done.
    cause
        Why, for the log.
    """

    kept: int = 0
    dead_letters: int = 0
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

    The part comes first: if it fails nothing is done, and no dead letter is sent twice. If a dead letter fails, the
    batch is delivered again from there; digits after it are then stored again in another part, which merging ignores.

    Parameters
    ----------
    batch
        At least one record.
    parts, dead_letters
        The stores.
    make_part
        Makes the part of some digits.
    """
    arrivals, unusable = sort_out(batch)
    part = make_part(arrivals) if arrivals else None
    try:
        if part:
            parts.put(part)
    except StorageError as error:
        return Outcome(failed_from=batch[0].sequence_number, cause=str(error))
    key = part.key if part else None
    for sent, dead_letter in enumerate(unusable):
        try:
            dead_letters.put(dead_letter)
        except StorageError as error:
            failed_from = dead_letter.delivery.sequence_number
            return Outcome(kept=len(arrivals), dead_letters=sent, part=key, failed_from=failed_from, cause=str(error))
    return Outcome(kept=len(arrivals), dead_letters=len(unusable), part=key)


def sort_out(batch: Sequence[Delivery]) -> tuple[list[Arrival], list[DeadLetter]]:
    """Separate the digits from the records that are none."""
    arrivals, unusable = [], []
    for delivery in batch:
        try:
            digit = read_record(delivery.payload)
        except RecordError as error:
            unusable.append(DeadLetter(delivery=delivery, reason=str(error)))
        else:
            arrivals.append(Arrival(digit=digit, shard=delivery.shard, sequence_number=delivery.sequence_number))
    return arrivals, unusable


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
