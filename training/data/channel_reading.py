"""Read channels back: CSV, Parquet, and libsvm that stores every zero. Refuses what training would silently get wrong.

A row that lacks pixels, a label of 10 or a pixel of 256 ends here with file and row, as `FILE:ROW`.
libsvm is read for one reason: a file that leaves zeros out would teach the model that zero means "missing", and such
a model is wrong for four of five dense rows without any error. So only files that write all 784 values are taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from contract.digit import CLASSES, COLUMN_NAMES, PIXEL_MAX, PIXELS
from training.common.errors import DataError
from training.data.dataset import Split
from training.data.part_reading import read_part

Rows = npt.NDArray[np.uint8]

FOLDERS_DEEP = 3
"""That the built-in container reads, a channel's own folder being the first."""


def read_csv(path: Path) -> Rows:
    """The rows of a CSV part file: uint8, shape (n, 785), label first.

    Raises
    ------
    DataError
        when a row has not 785 columns, a cell is no whole number in 0..255 or a label is above 9; names the first such
        row as `FILE:ROW`, a line of the file
    """
    import pyarrow as pa  # type: ignore[import-untyped]

    content = path.read_bytes()
    # Arrow also takes 0x07 and "7", which XGBoost reads as other numbers.
    if foreign := re.search(rb"[xX\"']", content):
        row = len(content[: foreign.end()].splitlines())
        raise _not_csv(path, row, f"it holds the character {foreign[0].decode()}")
    try:
        rows = _csv_rows(content)
    except pa.ArrowInvalid as problem:
        raise _not_csv(path, *(_first_bad_row(content) or (None, _first_line(problem)))) from None
    wrong = np.flatnonzero(rows[:, 0] >= CLASSES)
    if len(wrong):
        raise _no_label(path, _lines(content)[wrong[0]][0], rows[wrong[0], 0])
    return rows


def _csv_rows(content: bytes) -> Rows:
    import pyarrow as pa
    import pyarrow.csv as pc  # type: ignore[import-untyped]

    table = pc.read_csv(
        pa.BufferReader(content),
        read_options=pc.ReadOptions(column_names=list(COLUMN_NAMES)),
        convert_options=pc.ConvertOptions(
            column_types=dict.fromkeys(COLUMN_NAMES, pa.uint8()), null_values=[], strings_can_be_null=False
        ),
    )
    return np.column_stack([column.to_numpy() for column in table.columns])


def _first_bad_row(content: bytes) -> tuple[int, str] | None:
    """Where the first row is that cannot be read, and why; halves the file, for Arrow does not tell. None if empty."""
    rows = _lines(content)
    while len(rows) > 1:
        half = rows[: len(rows) // 2]
        rows = half if _csv_problem(half) else rows[len(half) :]
    problem = _csv_problem(rows)
    return (rows[0][0], problem) if rows and problem else None


def _lines(content: bytes) -> list[tuple[int, bytes]]:
    """The lines that are rows, each with its number in the file: Arrow leaves empty ones out."""
    return [(number, line) for number, line in enumerate(content.splitlines(), start=1) if line]


def _csv_problem(rows: list[tuple[int, bytes]]) -> str | None:
    import pyarrow as pa

    try:
        _csv_rows(b"\n".join(line for _, line in rows))
    except pa.ArrowInvalid as problem:
        return re.sub(r"Row #\d+: ", "", _first_line(problem))
    return None


def _not_csv(path: Path, row: int | None, reason: str) -> DataError:
    what = f"{path} is not a channel file" if row is None else f"{path}:{row} is not a row of a channel file"
    return DataError(
        f"{what} ({reason});"
        f" each row is a label and {PIXELS} whole numbers 0..{PIXEL_MAX} separated by commas, no header"
    )


def _no_label(path: Path, row: int, label: object) -> DataError:
    return DataError(
        f"{path}:{row} has the label {label}, allowed are the whole numbers 0..{CLASSES - 1}; correct the data"
    )


def read_parquet(path: Path) -> Rows:
    """The rows of a Parquet part file: uint8, shape (n, 785), label first.

    Raises
    ------
    DataError
        when it is no Parquet file, has not 785 columns of whole numbers in 0..255, or a label is above 9; names the row
    """
    try:
        images, labels, _, _ = read_part(str(path.absolute()), None, None)
    except (OSError, ValueError) as problem:
        raise DataError(f"{path} is not a channel file ({_first_line(problem)}); write it again with prepare") from None
    return np.column_stack((labels, images))


def read_libsvm(path: Path) -> Rows:
    """The rows of a libsvm file that writes every pixel, zeros too, counted from 0 or from 1.

    Raises
    ------
    DataError
        for the first row that leaves pixels out, or that is not `label index:value ...` with a whole number for a label
        and values in 0..255
    """
    rows = [_libsvm_row(path, number, line) for number, line in enumerate(path.read_bytes().splitlines(), start=1)]
    return np.array(rows, dtype=np.uint8).reshape(-1, PIXELS + 1)


def _libsvm_row(path: Path, number: int, line: bytes) -> list[int]:
    try:
        cells = line.split()
        if b"_" in line:
            raise ValueError(line[:1])  # noqa: TRY301  Python takes 1_0 for a number, XGBoost does not
        label = _whole_number(cells[0])
        pairs = [(int(index), int(value)) for index, _, value in (cell.partition(b":") for cell in cells[1:])]
    except (ValueError, IndexError):
        raise DataError(f"{path}:{number} is not libsvm, expected label index:value index:value ...") from None
    if label is None or not 0 <= label < CLASSES:
        raise _no_label(path, number, cells[0][:40].decode("latin-1"))
    if len(pairs) != PIXELS:
        raise DataError(
            f"{path}:{number} stores {len(pairs)} of {PIXELS} pixels; a zero left out means missing to the"
            " model, which is then wrong for dense rows, so write every zero or use CSV"
        )
    first = pairs[0][0]
    values = [label, *(value for _, value in pairs)]
    if first not in (0, 1) or [index for index, _ in pairs] != list(range(first, first + PIXELS)):
        raise DataError(f"{path}:{number} has indices out of order, expected 1..{PIXELS} or 0..{PIXELS - 1}")
    if min(values) < 0 or max(values) > PIXEL_MAX:
        raise DataError(f"{path}:{number} has the value {max(values, key=abs)}, allowed are pixels 0..{PIXEL_MAX}")
    return values


def _whole_number(cell: bytes) -> int | None:
    """The label in a cell; None for a number that is not whole, or not finite, which must not be rounded to one."""
    value = float(cell)
    return int(value) if value.is_integer() else None


READERS: dict[str, Callable[[Path], Rows]] = {"csv": read_csv, "parquet": read_parquet, "libsvm": read_libsvm}


def read_channel(folder: Path) -> Split:
    """All part files of one channel, in the order of `channel_files`; their suffix is the format.

    Raises
    ------
    DataError
        when the folder is missing or empty, formats are mixed, or a file is damaged; see also `channel_files`
    """
    paths = channel_files(folder)
    endings = {path.suffix.removeprefix(".") for path in paths}
    if not paths:
        raise DataError(
            f"there are no part files in {folder}; correct the folder, or write it with: python -m training prepare"
        )
    if len(endings) > 1 or not endings <= READERS.keys():
        raise DataError(f"{folder} holds files ending in {sorted(endings)}, allowed is one of {sorted(READERS)}")
    rows = np.concatenate([READERS[path.suffix.removeprefix(".")](path) for path in paths])
    return Split(images=rows[:, 1:], labels=rows[:, 0])


def channel_files(folder: Path) -> list[Path]:
    """The files that the built-in container reads as a channel: those of the folder, then those of its folders.

    Its rules are in packages/sagemaker-local/docs/training-container-contract.md: three folders deep, the channel's own
    being the first; it fails on a hidden file. What it would leave out is refused here.

    Raises
    ------
    DataError
        for a hidden file, or one in a deeper folder
    """
    found = list(_files(folder, FOLDERS_DEEP))
    for path in folder.rglob("*"):
        if path.is_file() and path.name.startswith("."):
            raise DataError(f"{folder} holds the hidden file {path}, on which the built-in container fails; remove it")
        if path.is_file() and len(path.relative_to(folder).parts) > FOLDERS_DEEP:
            raise DataError(
                f"{folder} holds {path}, deeper than the {FOLDERS_DEEP} levels that the built-in container reads;"
                " move its files up"
            )
    return found


def _files(folder: Path, levels: int) -> Iterator[Path]:
    children = sorted(folder.iterdir()) if folder.is_dir() else []
    # Hadoop marks a folder that is complete with an empty file, such as _SUCCESS.
    is_mark = {path for path in children if path.name.startswith("_") and path.is_file() and not path.stat().st_size}
    yield from (path for path in children if path.is_file() and path not in is_mark)
    if levels > 1:
        for path in children:
            if path.is_dir():
                yield from _files(path, levels - 1)


def _first_line(problem: Exception) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0][:200].rstrip(".")
