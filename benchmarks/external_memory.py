"""Training from ten times more data than the memory budget: `fit --external-memory` against XGBoost in memory.

Run it with `python -m benchmarks.external_memory`; it takes about six minutes, and 3 GB of disk for a while. The data
are MNIST's training images again and again, each time moved by a pixel, in Parquet parts. Each contestant is a process
of its own, which tells the most memory that it ever had. The peer is XGBoost's own in-memory matrix of bins, made from
the same parts without keeping their rows, so nothing that is not needed counts against it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import xgboost

from benchmarks.report import Cell, Report
from contract.digit import PIXELS, SIDE
from training.data.channels import write_parquet
from training.data.data_folder import CHANNELS, read_split
from training.data.dataset import Split
from training.model.evaluation import evaluate, probabilities_of
from training.model.fitting import FitResult, boost
from training.model.hyperparameters import Hyperparameters
from training.scale.external_memory import PartPages, fit_from_disk, take_inventory
from training.scale.memory import peak_bytes
from training.scale.part_source import PartSource

OURS, PEER = "training fit --external-memory", "xgboost.QuantileDMatrix, in memory"
ROWS_A_PART = 5_000


def hyperparameters(rounds: int) -> Hyperparameters:
    """Ask for smaller trees than by default: the data is what is looked at here."""
    return Hyperparameters.default(num_round=str(rounds), max_leaves="16", nthread="2")


def moved(split: Split, generator: np.random.Generator) -> Split:
    """Move the images by one pixel at most, down and to the right, all the same way."""
    down, right = (int(value) for value in generator.integers(-1, 2, 2))
    images = np.roll(split.images.reshape(-1, SIDE, SIDE), (down, right), axis=(1, 2))
    return Split(images=images.reshape(-1, PIXELS), labels=split.labels)


def write_parts(folder: Path, data: Path, rows: int) -> int:
    """Write at least so many rows for training, and the validation split as it is; returns the bytes of the files."""
    generator = np.random.default_rng(1)
    train, validation = (read_split(data, name) for name in CHANNELS)
    for name in CHANNELS:
        (folder / name).mkdir(parents=True)
    for number in range(-(-rows // ROWS_A_PART)):
        start = number * ROWS_A_PART % len(train)
        part = moved(train.slice(start, start + ROWS_A_PART), generator)
        with (folder / f"train/part-{number:05d}.parquet").open("wb") as file:
            write_parquet(file, part)
    with (folder / "validation/part-00000.parquet").open("wb") as file:
        write_parquet(file, validation)
    return sum(path.stat().st_size for path in folder.rglob("*.parquet"))


def source_of(folder: Path) -> PartSource:
    """Say where the parts are."""
    return PartSource(name="benchmark", folders={name: str(folder / name) for name in CHANNELS})


def from_disk(folder: Path, rounds: int, budget: int) -> FitResult:
    """Train as `python -m training fit --external-memory` does."""
    result, _, _ = fit_from_disk(source_of(folder), hyperparameters(rounds), budget=budget, cache=folder)
    return result


def in_memory(folder: Path, rounds: int) -> FitResult:
    """Train from the same pages, kept in memory by XGBoost."""
    inventory, values = take_inventory(source_of(folder)), hyperparameters(rounds)
    bins = values.whole("max_bin")

    def matrices() -> tuple[xgboost.DMatrix, xgboost.DMatrix]:
        pages = [
            PartPages(source_of(folder), inventory.locations(name), page_rows=ROWS_A_PART, cache_prefix=None)
            for name in CHANNELS
        ]
        train = xgboost.QuantileDMatrix(pages[0], missing=np.nan, max_bin=bins)
        return train, xgboost.QuantileDMatrix(pages[1], missing=np.nan, max_bin=bins, ref=train)

    return boost(matrices, values)


def contest(options: argparse.Namespace) -> None:
    """Be one of the contestants, and print what was found as JSON."""
    started = time.perf_counter()
    if options.contestant == OURS:
        result = from_disk(options.folder, options.rounds, options.budget)
    else:
        result = in_memory(options.folder, options.rounds)
    seconds, peak = time.perf_counter() - started, peak_bytes()
    test = read_split(options.data, "test")
    metrics = evaluate(probabilities_of(result.booster, test.images), test.labels, split="test")
    print(json.dumps({"peak": peak, "seconds": seconds, "accuracy": metrics.accuracy, "log loss": metrics.log_loss}))


def run(contestant: str, options: argparse.Namespace, folder: Path) -> dict[str, Cell]:
    """Start a contestant and make a line of the report of what it prints."""
    command = [
        sys.executable, "-m", "benchmarks.external_memory", "--contestant", contestant, "--folder", str(folder),
        "--data", str(options.data), "--rounds", str(options.rounds), "--budget", str(options.budget),
    ]  # fmt: skip
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    found = json.loads(answer.splitlines()[-1])
    return {
        "how": contestant,
        "peak MB": found["peak"] / 1e6,
        "seconds": found["seconds"],
        "test accuracy": found["accuracy"],
        "test log-loss": found["log loss"],
    }


def report(rows: list[dict[str, Cell]], *, count: int, file_bytes: int, budget: int, rounds: int) -> None:
    """Compare and publish."""
    ours, peer = rows
    Report(
        name="external_memory",
        title=f"{count:,} rows, {rounds} rounds, a budget of {budget / 1e6:,.0f} MB for the whole process",
        rows=rows,
        ratios={
            "data as float32 over the budget": count * PIXELS * 4 / budget,
            "data as bytes over the budget": count * PIXELS / budget,
            "less memory than the peer": float(peer["peak MB"] or 0) / float(ours["peak MB"] or 1),
            "as long as the peer": float(ours["seconds"] or 0) / float(peer["seconds"] or 1),
        },
        packages=("xgboost-cpu", "numpy", "pyarrow"),
        notes=(
            f"the rows are {count * PIXELS * 4 / 1e9:.2f} GB as float32, which XGBoost takes rows as by default",
            f"they are {count * PIXELS / 1e9:.2f} GB as bytes and {file_bytes / 1e6:,.0f} MB as Parquet",
            "gradients and predictions of ten classes stay in memory: about 180 bytes a row, whatever the pages",
            f"same trees: {'yes' if ours['test log-loss'] == peer['test log-loss'] else 'no'}",
        ),
    ).publish()


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("build/data"), help="as python -m training prepare made it")
    parser.add_argument("--budget", type=int, default=450_000_000, help="bytes")
    parser.add_argument("--times", type=float, default=10.0, help="the data as float32, over the budget")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--contestant", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.contestant:
        contest(options)
        return
    count = int(options.times * options.budget / (PIXELS * 4) // ROWS_A_PART + 1) * ROWS_A_PART
    with tempfile.TemporaryDirectory(dir=options.data.parent) as temporary:
        print(f"writing {count:,} rows")
        file_bytes = write_parts(Path(temporary), options.data, count)
        rows = []
        for contestant in (OURS, PEER):
            print(f"training with {contestant}")
            rows.append(run(contestant, options, Path(temporary)))
    report(rows, count=count, file_bytes=file_bytes, budget=options.budget, rounds=options.rounds)


if __name__ == "__main__":
    main()
