"""A bucket, a queue and a stream in memory for the tests of streaming; they implement our protocols."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from contract.digit import PIXELS
from contract.schemas import RECORD
from stream_consumer.consumer import DeadLetter, Delivery, StorageError
from stream_consumer.parts import Arrival
from stream_consumer.parts import Part as StoredPart
from training.stream.parts import Part

STREAM_ARN = "arn:aws:kinesis:us-east-1:123456789012:stream/digits-test"


def picture(number: int) -> npt.NDArray[np.uint8]:
    """A picture like no other: uint8, shape (784,)."""
    return np.random.default_rng(number).integers(0, 256, PIXELS).astype(np.uint8)


def document(number: int, **changed: Any) -> dict[str, Any]:
    """A record of digit number so-and-so, with some members changed; None takes one away."""
    image = base64.b64encode(picture(number).tobytes()).decode()
    value = {"schema": RECORD, "id": f"digit-{number}", "label": number % 10, "image": image, **changed}
    return {name: member for name, member in value.items() if member is not None}


def payload(number: int, **changed: Any) -> bytes:
    """The same as it is sent."""
    return json.dumps(document(number, **changed)).encode()


def delivery(content: bytes, *, number: int, shard: str = "shardId-000000000000") -> Delivery:
    """A record as the stream delivers it; its sequence number is `number`."""
    return Delivery(
        stream_arn=STREAM_ARN,
        shard=shard,
        sequence_number=f"{number:020d}",
        partition_key="key",
        arrived_at=1_800_000_000.0 + number,
        payload=content,
    )


class Killed(Exception):  # noqa: N818  it is no error of ours
    """The function's process ended here."""


@dataclass
class MemoryStream:
    """The store of parts and dead letters. `fault` happens in the next call: `part`, `dead letter` (refused),
    `before`, `between`, `after` (the function is killed around the two objects of a part).
    """

    name = "memory"
    objects: dict[str, bytes] = field(default_factory=dict)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    fault: str = ""

    def put(self, thing: StoredPart | DeadLetter) -> None:
        """Store a part, or a dead letter."""
        if isinstance(thing, DeadLetter):
            self._put_dead_letter(thing)
        else:
            self._put_part(thing)

    def keys(self) -> list[str]:
        """All names, in no order that means anything."""
        return list(reversed(self.objects))

    def read(self, key: str) -> bytes | None:
        """The content under one of them."""
        return self.objects.get(key)

    def _put_part(self, part: StoredPart) -> None:
        if self.fault == "part":
            msg = "S3 is busy"
            raise StorageError(msg)
        self._die("before")
        self._once(part.key, part.content)
        self._die("between")
        self._once(part.manifest_key, part.manifest)
        self._die("after")

    def _put_dead_letter(self, dead_letter: DeadLetter) -> None:
        if self.fault == "dead letter":
            msg = "SQS is busy"
            raise StorageError(msg)
        self.dead_letters.append(dead_letter)

    def _once(self, key: str, content: bytes) -> None:
        assert self.objects.setdefault(key, content) == content, f"{key} would have been overwritten"

    def _die(self, moment: str) -> None:
        if self.fault == moment:
            raise Killed


def encode_small(arrivals: Sequence[Arrival]) -> bytes:
    """A stand-in for Parquet that takes no time: what matters to delivery and merging is in it."""
    rows = [[each.digit.id, each.sequence_number, each.digit.label, each.digit.image.hex()] for each in arrivals]
    return json.dumps(rows).encode()


def decode_small(key: str, content: bytes, _name: str) -> Part:
    """Read what `encode_small` made."""
    ids, numbers, labels, images = zip(*json.loads(content), strict=True)
    pixels = np.frombuffer(bytes.fromhex("".join(images)), dtype=np.uint8).reshape(-1, PIXELS)
    return Part(key=key, ids=ids, sequence_numbers=numbers, labels=np.array(labels, dtype=np.uint8), images=pixels)
