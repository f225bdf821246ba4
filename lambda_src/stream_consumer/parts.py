"""The digits of one batch as a Parquet part, and the manifest beside it. Makes bytes and names, stores nothing.

A part has the columns of a training channel (label, then 784 pixels, all uint8) and three more: `record_id`,
`sequence_number`, `shard`. Its name holds the digest of its bytes, so the same batch delivered again makes the same
object, and another batch never takes its name. A part counts once its manifest is there, which is written after it.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from contract.digit import COLUMN_NAMES, PIXELS
from contract.stream_part import OWN_COLUMNS, PartManifest
from contract.stream_record import LabelledDigit


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A digit, and where in the stream it was."""

    digit: LabelledDigit
    shard: str
    sequence_number: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """Two objects to store, in this order: the Parquet file, then its manifest."""

    key: str
    content: bytes
    manifest_key: str
    manifest: bytes


def make_part(
    arrivals: Sequence[Arrival], *, prefix: str, encode: Callable[[Sequence[Arrival]], bytes] | None = None
) -> Part:
    """Make the part of a batch, which comes from one shard.

    Parameters
    ----------
    arrivals
        At least one, in the order of their sequence numbers.
    prefix
        Where parts are, such as `stream/parts/`.
    encode
        Makes the file; the same digits must give the same bytes.
    """
    content = (encode or parquet)(arrivals)
    digest = hashlib.sha256(content).hexdigest()
    first, last = arrivals[0], arrivals[-1]
    name = f"{prefix}{first.shard}/{first.sequence_number}-{last.sequence_number}-{digest[:16]}"
    manifest = PartManifest(
        part=f"{name}.parquet",
        sha256=digest,
        size_bytes=len(content),
        rows=len(arrivals),
        shard=first.shard,
        first_sequence_number=first.sequence_number,
        last_sequence_number=last.sequence_number,
        ids=tuple(arrival.digit.id for arrival in arrivals),
    )
    return Part(
        key=manifest.part,
        content=content,
        manifest_key=f"{name}.json",
        manifest=manifest.to_bytes(),
    )


def parquet(arrivals: Sequence[Arrival]) -> bytes:
    """The file. Without dictionaries, statistics and Arrow's copy of the schema it is a third smaller."""
    count = len(arrivals)
    labels = bytes(arrival.digit.label for arrival in arrivals)
    pixels = b"".join(arrival.digit.image for arrival in arrivals)
    columns = [_bytes_column(labels, count)]
    columns += [_bytes_column(pixels[index::PIXELS], count) for index in range(PIXELS)]
    columns += [
        pa.array([arrival.digit.id for arrival in arrivals], pa.string()),
        pa.array([arrival.sequence_number for arrival in arrivals], pa.string()),
        pa.array([arrival.shard for arrival in arrivals], pa.string()),
    ]
    table = pa.table(columns, names=[*COLUMN_NAMES, *OWN_COLUMNS])
    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd", use_dictionary=False, write_statistics=False, store_schema=False)
    return file.getvalue()


def _bytes_column(values: bytes, count: int) -> pa.Array:
    """A uint8 column that is those bytes; numpy is not deployed with the function."""
    return pa.Array.from_buffers(pa.uint8(), count, [None, pa.py_buffer(values)])
