"""How much memory this process has, and how much of a budget each part of an external-memory fit may take.

The estimate behind the plan was fitted to measurements (docs/scale.md); it is a plan, not a promise, so what was really
used is measured and printed at the end.
"""

from __future__ import annotations

import re
import resource
import sys
from dataclasses import dataclass
from pathlib import Path

from contract.digit import CLASSES, PIXELS
from training.common.errors import FitError

_STATUS = Path("/proc/self/status")
_UNITS = {"GiB": 2**30, "GB": 10**9, "MiB": 2**20, "MB": 10**6, "KiB": 2**10, "KB": 10**3, "bytes": 1}
_SIZES = {"": 1} | {unit.upper(): size for unit, size in _UNITS.items()}

_STATE_BYTES_A_ROW = 18 * CLASSES
"""Gradients (8 bytes a class), predictions and their copy for the metrics (4 each), label, place in the tree."""
_PAGE_BYTES_A_ROW = 4 * PIXELS
"""A page while it is read, converted, binned and written."""
_GROUP_BYTES_A_ROW = 2 * PIXELS
"""A row group of a Parquet file while it is decoded."""
_LIBRARY_BYTES = 60_000_000
"""Sketches, histograms and trees, pyarrow, the allocator's reserve."""
_FEWEST_ROWS, _MOST_ROWS = 1_000, 50_000


@dataclass(frozen=True, kw_only=True)
class MemoryPlan:
    """How an external-memory fit keeps to its budget: rows of a page, and the peak that this should lead to."""

    page_rows: int
    expected_bytes: int


def bytes_from(text: str) -> int:
    """A number of bytes as a person writes it: `512MB`, `2GiB`, `1000000`.

    Raises
    ------
    FitError
        when it is not of that form
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-zA-Z]*)", text.strip())
    if not match or match[2].upper() not in _SIZES:
        raise FitError(f"--external-memory {text} is not a number of bytes; write it like 512MB or 2GiB")
    return int(float(match[1]) * _SIZES[match[2].upper()])


def written(count: int) -> str:
    """That number of bytes exactly, as `bytes_from` reads it: in the largest unit of which it is a whole number."""
    unit, size = next(
        ((unit, size) for unit, size in _UNITS.items() if count >= size and not count % size), ("bytes", 1)
    )
    return f"{count // size} {unit}"


def plan_memory(budget: int, *, resident: int, rows: int, group_rows: int) -> MemoryPlan:
    """Divide a budget.

    Parameters
    ----------
    budget
        bytes that the whole process may have
    resident
        bytes that it has before it begins
    rows
        of train and validation together
    group_rows
        rows of the largest row group in the files

    Raises
    ------
    FitError
        when it is too small even for the smallest pages; the text names a budget that is large enough
    """
    needed = resident + _LIBRARY_BYTES + _STATE_BYTES_A_ROW * rows + _GROUP_BYTES_A_ROW * group_rows
    page_rows = min((budget - needed) // _PAGE_BYTES_A_ROW, _MOST_ROWS, max(rows, _FEWEST_ROWS))
    if page_rows < _FEWEST_ROWS:
        least = needed + _FEWEST_ROWS * _PAGE_BYTES_A_ROW
        raise FitError(
            f"a memory budget of {written(budget)} is too small for {rows:,} rows, it takes {megabytes(least)};"
            " give that, or use more machines with --dask"
        )
    return MemoryPlan(page_rows=page_rows, expected_bytes=needed + page_rows * _PAGE_BYTES_A_ROW)


def megabytes(count: int) -> str:
    """Bytes for people, rounded up."""
    return f"{-(-count // 10**6):,} MB"


def resident_bytes() -> int:
    """The memory that this process has now; the most it ever had where the system does not report it."""
    return _from_status("VmRSS") or _from_usage()


def peak_bytes() -> int:
    """The most memory that this process ever had."""
    return _from_status("VmHWM") or _from_usage()


def _from_status(name: str) -> int | None:
    """A figure of Linux, which is this program's own: getrusage also knows what ran before it in the process."""
    if not _STATUS.exists():
        return None
    match = re.search(rf"^{name}:\s+(\d+) kB", _STATUS.read_text(), re.MULTILINE)
    return int(match[1]) * 1024 if match else None


def _from_usage() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
