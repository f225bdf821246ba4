"""Writing the train channel as CSV: ours against `numpy.savetxt(fmt="%d")` and `pandas.DataFrame.to_csv`.

Run it with `python -m benchmarks.channel_writer`. The contestants take turns on the same 50,000 x 785 array, in memory,
and every output is compared byte for byte with numpy's.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd  # type: ignore[import-untyped,unused-ignore]

from benchmarks.report import Cell, Report
from training.data.channels import write_csv
from training.data.data_folder import read_split
from training.data.dataset import Split


def by_us(split: Split, file: io.BytesIO) -> None:
    """The writer of `training.data.channels`."""
    write_csv(file, split)


def by_numpy(split: Split, file: io.BytesIO) -> None:
    """What the tutorials do, with the format that keeps the file small."""
    np.savetxt(file, np.column_stack((split.labels, split.images)), fmt="%d", delimiter=",")


def by_pandas(split: Split, file: io.BytesIO) -> None:
    """What most people do."""
    frame = pd.DataFrame(np.column_stack((split.labels, split.images)))
    frame.to_csv(file, header=False, index=False, lineterminator="\n")


CONTESTANTS: dict[str, Callable[[Split, io.BytesIO], None]] = {
    "training.data.channels": by_us,
    'numpy.savetxt(fmt="%d")': by_numpy,
    "pandas.DataFrame.to_csv": by_pandas,
}


def measure(split: Split, repeats: int) -> tuple[dict[str, list[float]], dict[str, list[float]], dict[str, str]]:
    """Wall seconds, processor seconds and digest of the output, by contestant; they take turns."""
    wall: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
    processor: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
    digests: dict[str, str] = {}
    for _ in range(repeats):
        for name, write in CONTESTANTS.items():
            file = io.BytesIO()
            started, used = time.perf_counter(), time.process_time()
            write(split, file)
            wall[name].append(time.perf_counter() - started)
            processor[name].append(time.process_time() - used)
            digests[name] = hashlib.sha256(file.getvalue()).hexdigest()
    return wall, processor, digests


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--data", type=Path, default=Path("build/data"), help="as python -m training prepare made it")
    options = parser.parse_args()
    split = read_split(options.data, "train")
    wall, processor, digests = measure(split, options.repeats)
    ours, numpy_name, pandas_name = CONTESTANTS
    rows: list[dict[str, Cell]] = [
        {
            "writer": name,
            "seconds, median": statistics.median(wall[name]),
            "processor seconds": statistics.median(processor[name]),
            "bytes as numpy's": digests[name] == digests[numpy_name],
        }
        for name in CONTESTANTS
    ]
    medians = {name: statistics.median(values) for name, values in processor.items()}
    Report(
        name="channel_writer",
        title=f"writing {len(split):,} x 785 as CSV, {options.repeats} turns each",
        rows=rows,
        ratios={
            "faster than numpy.savetxt, processor time": medians[numpy_name] / medians[ours],
            "faster than pandas, processor time": medians[pandas_name] / medians[ours],
            "faster than numpy.savetxt, wall time": statistics.median(wall[numpy_name]) / statistics.median(wall[ours]),
            "faster than pandas, wall time": statistics.median(wall[pandas_name]) / statistics.median(wall[ours]),
        },
        packages=("numpy", "pandas"),
    ).publish()


if __name__ == "__main__":
    main()
