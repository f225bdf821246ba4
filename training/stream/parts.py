"""Read the parts that the stream's consumer wrote: every manifest, and the Parquet file that it vouches for.

A part without a manifest does not count: its consumer died between the two, and Kinesis delivered the batch again. A
manifest whose part is missing or different is an error, never skipped.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from contract.digit import COLUMN_NAMES
from contract.stream_part import OWN_COLUMNS, PartManifest, parse_part_manifest
from training.common.errors import DataError
from training.common.files import sha256_of_bytes
from training.data.dataset import check_labels

_REMEDY = "find out who changed it; the stream may still hold its records: python -m training dead-letters --help"


class PartSource(Protocol):
    """Where parts are."""

    @property
    def name(self) -> str:
        """What to call it, such as `s3://bucket/stream/parts/`."""

    def keys(self) -> list[str]:
        """All names below it, in any order."""

    def read(self, key: str) -> bytes | None:
        """The content under one of these names, or None when there is nothing."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """The records of one part.

    Parameters
    ----------
    key
        name of the Parquet file
    ids
        of the records
    sequence_numbers
        where in the stream they were
    labels
        uint8, shape (n,)
    images
        uint8, shape (n, 784)
    """

    key: str
    ids: tuple[str, ...]
    sequence_numbers: tuple[str, ...]
    labels: npt.NDArray[np.uint8]
    images: npt.NDArray[np.uint8]

    def place(self, row: int) -> str:
        """Where a record is, for people."""
        return f"{self.key} (sequence number {self.sequence_numbers[row]})"


Decode = Callable[[str, bytes, str], Part]


def manifest_keys(source: PartSource) -> list[str]:
    """Names of all manifests, in order."""
    return sorted(key for key in source.keys() if key.endswith(".json"))  # noqa: SIM118  it is no dictionary


def read_part_manifest(source: PartSource, key: str) -> PartManifest:
    """Read one manifest; its `part` is the file beside it.

    Raises
    ------
    DataError
        when it is gone
    ContractError
        when it is no JSON, of another schema or contradicts itself
    """
    name = f"{source.name}: {key}"
    content = source.read(key)
    if content is None:
        raise DataError(f"{name} is gone; {_REMEDY}")
    manifest = parse_part_manifest(content, name=name, remedy=_REMEDY)
    # The file beside it: the name inside is the one that it had in the bucket.
    return replace(manifest, part=f"{key.removesuffix('.json')}.parquet")


def read_part(source: PartSource, manifest: PartManifest, *, decode: Decode | None = None) -> Part:
    """Read the part of a manifest.

    Parameters
    ----------
    source
        where it is
    manifest
        which part, and what it must be
    decode
        reads the file: its name, its content, and what to call it in errors; Parquet unless given

    Raises
    ------
    DataError
        when it is missing, or not what its manifest says
    """
    name = f"{source.name}: {manifest.part}"
    content = source.read(manifest.part)
    if content is None or sha256_of_bytes(content) != manifest.sha256:
        what = "is missing" if content is None else "is not what its manifest says"
        raise DataError(f"{name} {what}; {_REMEDY}")
    part = (decode or decode_parquet)(manifest.part, content, name)
    check_labels(name, part.labels)
    if part.ids != manifest.ids:
        raise DataError(f"{name} has other ids than its manifest says; {_REMEDY}")
    return part


def decode_parquet(key: str, content: bytes, name: str) -> Part:
    """Read the Parquet file of a part.

    Raises
    ------
    DataError
        when it is none
    """
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    try:
        table = pq.ParquetFile(io.BytesIO(content)).read()
        ids, numbers = (tuple(table[column].to_pylist()) for column in OWN_COLUMNS[:2])
        if any(table[column].null_count for column in COLUMN_NAMES):
            raise pa.ArrowInvalid("a value is missing")
        rows = np.column_stack([table[column].cast(pa.uint8()).to_numpy() for column in COLUMN_NAMES])
    except (pa.ArrowException, KeyError, OSError) as problem:
        reason = (str(problem).splitlines() or [type(problem).__name__])[0].rstrip(".")
        raise DataError(f"{name} is not a part of a stream ({reason}); {_REMEDY}") from None
    return Part(key=key, ids=ids, sequence_numbers=numbers, labels=rows[:, 0], images=rows[:, 1:])


def read_parts(
    source: PartSource,
    *,
    on_part: Callable[[int, int], None] = lambda _done, _all: None,
    decode: Decode | None = None,
) -> list[Part]:
    """All parts that count, in the order of their names.

    Parameters
    ----------
    source
        where they are
    on_part
        called with how many of how many were read
    decode
        see `read_part`
    """
    keys, parts = manifest_keys(source), []
    for done, key in enumerate(keys, start=1):
        parts.append(read_part(source, read_part_manifest(source, key), decode=decode))
        on_part(done, len(keys))
    return parts
