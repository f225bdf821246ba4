"""Read one Parquet part file of a channel, from disk or from S3. Runs on this machine and on the workers of a cluster.

It is sent to workers by value (`training.scale.by_value`), which need not have this project: so it imports nothing of
it but numbers, which are sent along, takes and returns plain values and raises only errors of Python's own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from contract.digit import CLASSES, PIXEL_MAX, PIXELS

Rows = npt.NDArray[np.uint8]

_FOLDERS_DEEP = 3
_SECONDS_TO_CONNECT = 5
_SECONDS_TO_ANSWER = 60


def file_system(location: str, endpoint_url: str | None, region: str | None) -> tuple[Any, str]:
    """The pyarrow file system of a location and the path of the location in it.

    Parameters
    ----------
    location
        `s3://bucket/key` or an absolute path
    endpoint_url
        of an S3 that is not Amazon's; None for Amazon's
    region
        of the bucket; None asks S3 for it

    Raises
    ------
    OSError
        when the bucket's region cannot be found
    """
    from pyarrow import fs  # type: ignore[import-untyped]

    if not location.startswith("s3://"):
        return fs.LocalFileSystem(), location
    path = location.removeprefix("s3://").rstrip("/")
    options: dict[str, Any] = {"connect_timeout": _SECONDS_TO_CONNECT, "request_timeout": _SECONDS_TO_ANSWER}
    if endpoint_url:
        scheme, _, host = endpoint_url.rpartition("://")
        options |= {"endpoint_override": host.rstrip("/"), "scheme": scheme or "https"}
    found = region or ("us-east-1" if endpoint_url else fs.resolve_s3_region(path.partition("/")[0]))
    return fs.S3FileSystem(region=found, **options), path


def read_file(location: str, endpoint_url: str | None, region: str | None) -> bytes | None:
    """The content of a small file, or None when there is none.

    Raises
    ------
    OSError
        when it cannot be read from here
    """
    files, path = file_system(location, endpoint_url, region)
    try:
        with files.open_input_stream(path) as stream:
            content: bytes = stream.read()
    except FileNotFoundError:
        return None
    return content


def list_parts(folder: str, endpoint_url: str | None, region: str | None) -> list[str]:
    """The Parquet files in a folder and in its folders, sorted, written as the folder was: `s3://...` or absolute.

    Three folders deep, the first being the channel's own, as the built-in container reads them; nothing else may be
    there but empty files whose names begin with an underscore, which mark a complete folder.

    Raises
    ------
    OSError
        when the folder cannot be read from here, or holds something else
    """
    from pyarrow import fs

    files, path = file_system(folder, endpoint_url, region)
    scheme = "s3://" if folder.startswith("s3://") else ""
    found = [info for info in files.get_file_info(fs.FileSelector(path, recursive=True)) if info.is_file]
    parts = [info.path for info in found if not (info.base_name.startswith("_") and not info.size)]
    for part in parts:
        inside = part.removeprefix(path).strip("/").split("/")
        if inside[-1].startswith(".") or not inside[-1].endswith(".parquet") or len(inside) > _FOLDERS_DEEP:
            raise OSError(f"{part} is hidden, not Parquet, or deeper than {_FOLDERS_DEEP} folders")
    return sorted(f"{scheme}{part}" for part in parts)


def read_part(location: str, endpoint_url: str | None, region: str | None) -> tuple[Rows, Rows, int, str]:
    """Images, labels, number of rows, and the SHA-256 of the file.

    Returns
    -------
    images
        uint8, shape (n, 784), contiguous
    labels
        uint8, shape (n,), 0..9

    Raises
    ------
    OSError
        when the file cannot be read from here
    ValueError
        when it is not a part of a channel
    """
    import pyarrow as pa
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    files, path = file_system(location, endpoint_url, region)
    with files.open_input_stream(path) as stream:
        content = stream.read()
    try:
        table = pq.ParquetFile(pa.BufferReader(content)).read()
    except pa.ArrowInvalid as problem:
        raise ValueError(f"it is not a Parquet file ({str(problem).splitlines()[0]})") from None
    images, labels = rows_of(table)
    return images, labels, len(labels), hashlib.sha256(content).hexdigest()


def describe_part(location: str, endpoint_url: str | None, region: str | None) -> tuple[int, int, str]:
    """Number of rows, rows of the largest row group, and the SHA-256 of the file; holds no more than 1 MiB of it.

    Raises
    ------
    OSError
        when the file cannot be read from here
    ValueError
        when it is not a Parquet file
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    files, path = file_system(location, endpoint_url, region)
    digest = hashlib.sha256()
    with files.open_input_stream(path) as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    try:
        with files.open_input_file(path) as file:
            metadata = pq.ParquetFile(file).metadata
    except pa.ArrowInvalid as problem:
        raise ValueError(f"it is not a Parquet file ({str(problem).splitlines()[0]})") from None
    groups = [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)]
    return metadata.num_rows, max(groups, default=0), digest.hexdigest()


def part_pieces(location: str, endpoint_url: str | None, region: str | None, rows: int) -> Iterator[tuple[Rows, Rows]]:
    """Images and labels of a part, at most so many rows at a time.

    Raises
    ------
    OSError, ValueError
        see `read_part`
    """
    files, path = file_system(location, endpoint_url, region)
    with files.open_input_file(path) as stream:
        yield from pieces_of(stream, rows, distant=location.startswith("s3://"))


def pieces_of(stream: Any, rows: int, *, distant: bool) -> Iterator[tuple[Rows, Rows]]:
    """Images and labels of an open part, at most so many rows at a time, one row group after the other.

    Parameters
    ----------
    stream
        of pyarrow, that can seek
    rows
        most of a piece
    distant
        read the columns of a row group together: each of the 785 would be a request of its own. Takes the bytes of
        the row group as they are in the file, so not where a read costs nothing

    Raises
    ------
    OSError, ValueError
        see `read_part`
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    metadata = pq.ParquetFile(stream, pre_buffer=False).metadata
    done = 0
    for group in range(metadata.num_row_groups):
        # Another for each group: what was buffered of the one before is let go with it.
        file = pq.ParquetFile(stream, metadata=metadata, pre_buffer=distant)
        for batch in file.iter_batches(batch_size=rows, row_groups=[group], use_threads=False):
            yield rows_of(batch, before=done)
            done += batch.num_rows
            del batch
            pa.default_memory_pool().release_unused()


def rows_of(table: Any, *, before: int = 0) -> tuple[Rows, Rows]:
    """Images and labels of an Arrow table or record batch: label first, then 784 pixels.

    Parameters
    ----------
    table
        some rows of a file
    before
        how many rows of the file come before them

    Raises
    ------
    ValueError
        when there are other columns, a value is missing or outside 0..255, or a label is above 9; names the first such
        row, counted from 1
    """
    import pyarrow as pa

    if table.num_columns != 1 + PIXELS:
        raise ValueError(f"it has {table.num_columns} columns, expected {1 + PIXELS}: a label and {PIXELS} pixels")
    images = np.empty((table.num_rows, PIXELS), dtype=np.uint8)
    try:
        for index, column in enumerate(table.columns[1:]):
            images[:, index] = _whole_numbers(column)
        labels = _whole_numbers(table.columns[0])
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise ValueError(_first_wrong_value(table, before)) from None
    wrong = np.flatnonzero(labels >= CLASSES)
    if len(wrong):
        raise ValueError(f"row {before + wrong[0] + 1} has the label {labels[wrong[0]]}, allowed are 0..{CLASSES - 1}")
    return images, labels


def _first_wrong_value(table: Any, before: int) -> str:
    """The first row with a value that is no whole number in 0..255, in words: Arrow does not tell the row."""
    import pyarrow as pa

    found = []
    for name, column in zip(table.schema.names, table.columns, strict=True):
        try:
            values = np.asarray(column.cast(pa.float64(), safe=False), dtype=np.float64)  # a missing value is a NaN
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            return f"its column {name} is of the type {column.type}, expected whole numbers 0..{PIXEL_MAX}"
        wrong = np.flatnonzero(~((values >= 0) & (values <= PIXEL_MAX) & (values == np.floor(values))))
        if len(wrong):
            found.append((int(wrong[0]), name, values[wrong[0]]))
    if not found:
        return f"it holds other values than whole numbers 0..{PIXEL_MAX}"
    row, name, value = min(found)
    what = "no value" if np.isnan(value) else f"the value {value:g}"
    return f"row {before + row + 1} has {what} in its column {name}, allowed are whole numbers 0..{PIXEL_MAX}"


def _whole_numbers(column: Any) -> Rows:
    import pyarrow as pa

    if column.null_count:
        raise pa.ArrowInvalid("a value is missing")
    return np.asarray(column.cast(pa.uint8()))
