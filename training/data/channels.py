"""The channels of the built-in container: a label and 784 raw pixels a row, as CSV or Parquet, in several part files.

CSV has the label first and no header (https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html, "Input/Output
Interface"). A job on N machines needs at least N part files in every channel. Reading back what is written here is
`training.data.channel_reading`; where the files go is the caller's business.
"""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from contract.digit import COLUMN_NAMES, PIXELS
from training.common.errors import DataError
from training.common.files import replacing
from training.data.dataset import Split

FORMATS = ("csv", "parquet")
CONTENT_TYPES = {"csv": "text/csv", "parquet": "application/x-parquet"}

_ROWS_AT_A_TIME = 250


def _cells(ending: str) -> npt.NDArray[np.uint32]:
    """For each of 0..255 its digits and `ending` as four bytes, NUL where it is shorter, seen as one integer."""
    return np.array([f"{value}{ending}".encode() for value in range(256)], dtype="S4").view(np.uint32)


_CELL = _cells(",")
_LAST_CELL = _cells("\n")


def write_csv(file: BinaryIO, split: Split) -> None:
    r"""Write rows of `label,pixel,...,pixel\n`, byte for byte what `numpy.savetxt(fmt="%d", delimiter=",")` writes.

    Every cell is looked up as a four-byte integer, so numpy moves whole rows at once; the NULs that pad short cells
    are then deleted in one pass. So few rows at a time stay in the processor's cache: 2,000 took half as long again.

    Parameters
    ----------
    file
        opened for binary writing
    split
        images and labels, both uint8
    """
    rows = np.empty((min(_ROWS_AT_A_TIME, len(split)), PIXELS + 1), dtype=np.uint32)
    for start in range(0, len(split), _ROWS_AT_A_TIME):
        part = split.slice(start, start + _ROWS_AT_A_TIME)
        chunk = rows[: len(part)]
        chunk[:, 0] = _CELL[part.labels]
        chunk[:, 1:] = _CELL[part.images]
        chunk[:, -1] = _LAST_CELL[part.images[:, -1]]
        file.write(chunk.tobytes().translate(None, b"\0"))


def write_parquet(file: BinaryIO, split: Split) -> None:
    """Write a Parquet file of 785 uint8 columns, label first; about a ninth of the CSV.

    Parameters
    ----------
    file
        opened for binary writing
    split
        images and labels, both uint8
    """
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    columns = np.ascontiguousarray(split.images.T)
    table = pa.table([pa.array(split.labels), *(pa.array(column) for column in columns)], names=list(COLUMN_NAMES))
    pq.write_table(table, file, compression="zstd")


_WRITERS = {"csv": write_csv, "parquet": write_parquet}


def part_bounds(rows: int, parts: int) -> list[tuple[int, int]]:
    """Where each of `parts` part files begins and ends, sizes differing by one row at most.

    Raises
    ------
    DataError
        for fewer than one part, or more parts than rows
    """
    if not 1 <= parts <= rows:
        raise DataError(f"{rows} rows cannot be written in {parts} part files, allowed are 1..{rows}")
    bounds = np.linspace(0, rows, parts + 1).astype(int).tolist()
    return list(pairwise(bounds))


def encode_channel(split: Split, file_format: str) -> bytes:
    """A split as the content of one part file, in one of `FORMATS`."""
    file = io.BytesIO()
    _WRITERS[file_format](file, split)
    return file.getvalue()


def write_channel(folder: Path, split: Split, *, file_format: str, parts: int) -> list[Path]:
    """Write one channel as `part-00000.csv` and so on into `folder`.

    Parameters
    ----------
    folder
        made when missing
    split
        what to write, in order
    file_format
        one of `FORMATS`
    parts
        number of files, at least the number of training machines

    Returns
    -------
    list of pathlib.Path
        the files, in order
    """
    paths = []
    for number, (start, stop) in enumerate(part_bounds(len(split), parts)):
        path = folder / f"part-{number:05d}.{file_format}"
        with replacing(path) as file:
            _WRITERS[file_format](file, split.slice(start, stop))
        paths.append(path)
    return paths
