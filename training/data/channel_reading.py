"""Read channels back: CSV, Parquet, and libsvm that stores every zero. Refuses what training would silently get wrong.

A row that lacks pixels, a label of 10 or a pixel of 256 ends here with the file and, where it is known, the row.
libsvm is read for one reason: a file that leaves zeros out would teach the model that zero means "missing", and such
a model is wrong for four of five dense rows without any error. So only files that write all 784 values are taken.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from contract.digit import COLUMN_NAMES, PIXEL_MAX, PIXELS
from training.common.errors import DataError
from training.data.dataset import Split, check_labels
from training.data.part_reading import read_part

Rows = npt.NDArray[np.uint8]


def read_csv(path: Path) -> Rows:
    """The rows of a CSV part file: uint8, shape (n, 785), label first.

    Raises
    ------
    DataError
        when a row has not 785 columns or a cell is no whole number in 0..255
    """
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.csv as pc  # type: ignore[import-untyped]

    try:
        table = pc.read_csv(
            path,
            read_options=pc.ReadOptions(column_names=list(COLUMN_NAMES)),
            convert_options=pc.ConvertOptions(
                column_types=dict.fromkeys(COLUMN_NAMES, pa.uint8()), null_values=[], strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as problem:
        raise DataError(
            f"{path} is not a channel file ({_first_line(problem)});"
            f" each row is a label and {PIXELS} whole numbers 0..255 separated by commas, no header"
        ) from None
    return np.column_stack([column.to_numpy() for column in table.columns])


def read_parquet(path: Path) -> Rows:
    """The rows of a Parquet part file: uint8, shape (n, 785), label first.

    Raises
    ------
    DataError
        when it is no Parquet file, or has not 785 columns of whole numbers in 0..255
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
        for the first row that leaves pixels out, or that is not `label index:value ...` with values in 0..255
    """
    rows = [_libsvm_row(path, number, line) for number, line in enumerate(path.read_bytes().splitlines(), start=1)]
    return np.array(rows, dtype=np.uint8).reshape(-1, PIXELS + 1)


def _libsvm_row(path: Path, number: int, line: bytes) -> list[int]:
    try:
        cells = line.split()
        label = int(float(cells[0]))
        pairs = [(int(index), int(value)) for index, _, value in (cell.partition(b":") for cell in cells[1:])]
    except (ValueError, IndexError):
        raise DataError(f"row {number} of {path} is not libsvm, expected label index:value index:value ...") from None
    if len(pairs) != PIXELS:
        raise DataError(
            f"row {number} of {path} stores {len(pairs)} of {PIXELS} pixels; a zero left out means missing to the"
            " model, which is then wrong for dense rows, so write every zero or use CSV"
        )
    first = pairs[0][0]
    values = [label, *(value for _, value in pairs)]
    if first not in (0, 1) or [index for index, _ in pairs] != list(range(first, first + PIXELS)):
        raise DataError(f"row {number} of {path} has indices out of order, expected 1..{PIXELS} or 0..{PIXELS - 1}")
    if min(values) < 0 or max(values) > PIXEL_MAX:
        raise DataError(
            f"row {number} of {path} has the value {max(values, key=abs)}, allowed are pixels 0..{PIXEL_MAX}"
        )
    return values


READERS: dict[str, Callable[[Path], Rows]] = {"csv": read_csv, "parquet": read_parquet, "libsvm": read_libsvm}


def read_channel(folder: Path) -> Split:
    """All part files of one channel, in the order of their names; their suffix is the format.

    Raises
    ------
    DataError
        when the folder is missing or empty, formats are mixed, or a file is damaged
    """
    paths = sorted(path for path in folder.glob("*") if path.is_file() and not path.name.startswith("."))
    endings = {path.suffix.removeprefix(".") for path in paths}
    if not paths:
        raise DataError(f"there are no part files in {folder}; run: python -m training prepare")
    if len(endings) > 1 or not endings <= READERS.keys():
        raise DataError(f"{folder} holds files ending in {sorted(endings)}, allowed is one of {sorted(READERS)}")
    rows = np.concatenate([_read(path, READERS[endings.copy().pop()]) for path in paths])
    return Split(images=rows[:, 1:], labels=rows[:, 0])


def _read(path: Path, reader: Callable[[Path], Rows]) -> Rows:
    rows = reader(path)
    check_labels(str(path), rows[:, 0])
    return rows


def _first_line(problem: Exception) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0][:200].rstrip(".")
