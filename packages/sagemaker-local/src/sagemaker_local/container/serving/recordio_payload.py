"""Turns a recordio-protobuf request body into a matrix as the container does, and frames records for an answer.

RecordIO is a magic number, a length, the record and padding to four bytes, again and again; what a record holds is
known by `sagemaker_local.container.serving.record`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from sagemaker_local.container.serving.record import Record, TensorKind, Value, read_record

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped, unused-ignore]

_MAGIC = 0xCED7230A
_DTYPES: dict[TensorKind, npt.DTypeLike] = {
    TensorKind.FLOAT32: np.float32,
    TensorKind.FLOAT64: np.float64,
    TensorKind.INT32: np.int32,
}

Numbers: TypeAlias = npt.NDArray[Any]


def read_recordio(body: bytes) -> tuple[Numbers | csr_matrix, Numbers | None]:
    """Read a body of framed records.

    Parameters
    ----------
    body
        Records with a feature named `values`; records without one are passed over.

    Returns
    -------
    features : ndarray or scipy.sparse.csr_matrix
        Shape (rows, columns) in the records' own type; sparse as soon as one record has keys.
    labels : ndarray or None
        Shape (labels,), if any record had a label named `values`.

    Raises
    ------
    ValueError
        If the frames or records are damaged, the rows differ in length, or there is no row.
    """
    rows: list[Any] = []
    labels: list[Numbers] = []
    for record in map(read_record, _frames(body)):
        row = _row(record)
        if row is not None:
            rows.append(row)
            labels.extend(_labels(record))
    if not rows:
        raise ValueError("No records found in RecordIO-Protobuf data")
    return _stacked(rows), np.concatenate(labels, axis=None) if labels else None


def _frames(body: bytes) -> Iterator[bytes]:
    position = 0
    while position + 8 <= len(body):
        magic, length = struct.unpack_from("<II", body, position)
        if magic != _MAGIC:
            message = f"Invalid RecordIO magic at offset {position}"
            raise ValueError(message)
        position += 8
        padded = (length + 3) // 4 * 4
        if position + padded > len(body):
            message = f"Truncated record at offset {position}"
            raise ValueError(message)
        yield body[position : position + length]
        position += padded


def _row(record: Record) -> Numbers | csr_matrix | None:
    value = record.features.get("values")
    if value is None or value.kind is None:
        return None
    numbers = _numbers(value)
    return _sparse_row(value, numbers) if value.tensor.keys else numbers.reshape(1, -1)


def _numbers(value: Value) -> Numbers:
    return np.array(value.tensor.values, _DTYPES[value.kind or TensorKind.FLOAT32])


def _sparse_row(value: Value, numbers: Numbers) -> csr_matrix:
    from scipy.sparse import csr_matrix  # only sparse bodies pay for the import

    keys = np.array(value.tensor.keys, np.uint64)
    columns = value.tensor.shape[0] if value.tensor.shape else int(keys.max()) + 1
    if int(keys.max()) >= columns:
        # scipy says this when it joins several rows. A lone row the container passes on as it is, and XGBoost writes
        # outside its memory: it answers anything, or dies.
        message = f"axis 1 index {keys.max()} exceeds matrix dimension {columns}"
        raise ValueError(message)
    return csr_matrix((numbers, keys.astype(np.int64), [0, len(keys)]), shape=(1, columns))


def _labels(record: Record) -> Iterator[Numbers]:
    value = record.label.get("values")
    if value is not None and value.kind is not None:
        yield _numbers(value)


def _stacked(rows: list[Any]) -> Numbers | csr_matrix:
    if all(isinstance(row, np.ndarray) for row in rows):
        return np.vstack(rows)
    from scipy.sparse import vstack  # only sparse bodies pay for the import

    return vstack(rows).tocsr()


def frame(record: bytes) -> bytes:
    """Frame one serialised record."""
    return struct.pack("<II", _MAGIC, len(record)) + record + b"\0" * (-len(record) % 4)
