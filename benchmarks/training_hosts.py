"""One host against two on the same data: the training container's stand-in, alone and together.

Run it with `python -m benchmarks.training_hosts`; it takes about two minutes. Each host is a process, as in a training
job of the emulator: it reads its share of the part files, and hosts talk through XGBoost's own collective. Measured is
the time from the first round to the last, as the first host's log tells them, so neither start nor reading counts.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import xgboost

from benchmarks.report import Cell, Report
from training.data.channels import write_channel
from training.data.data_folder import CHANNELS, read_split
from training.model.evaluation import evaluate, probabilities_of
from training.model.hyperparameters import Hyperparameters

PARTS = 4


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """So many hosts with so many threads each."""

    hosts: int
    threads: int

    @property
    def name(self) -> str:
        """What the report calls it."""
        return f"{self.hosts} host{'s' * (self.hosts > 1)}, {self.threads} thread{'s' * (self.threads > 1)} each"


ALONE, BOTH, TOGETHER = (
    Contestant(hosts=1, threads=1), Contestant(hosts=1, threads=2), Contestant(hosts=2, threads=1),
)  # fmt: skip


def write_channels(folder: Path, data: Path, rows: int) -> None:
    """Write both channels in parts, the first so many rows of train."""
    for name in CHANNELS:
        split = read_split(data, name)
        part = split.slice(0, rows if name == "train" else rows // 5)
        write_channel(folder / name, part, file_format="parquet", parts=PARTS)


def lay_out(opt_ml: Path, channels: Path, contestant: Contestant, number: int, rounds: int) -> None:
    """Put in place what the platform gives a host: configuration, and every so manyth part file."""
    hosts = [f"algo-{each + 1}" for each in range(contestant.hosts)]
    values = Hyperparameters.default(
        num_round=str(rounds), nthread=str(contestant.threads), early_stopping_rounds=str(rounds)
    )
    channel = {
        "ContentType": "application/x-parquet", "TrainingInputMode": "File", "RecordWrapperType": "None",
        "S3DistributionType": "ShardedByS3Key" if contestant.hosts > 1 else "FullyReplicated",
    }  # fmt: skip
    documents = {
        "hyperparameters": values.to_sagemaker(),
        "inputdataconfig": dict.fromkeys(CHANNELS, channel),
        "resourceconfig": {
            "current_host": hosts[number], "hosts": hosts, "network_interface_name": "lo",
            "current_instance_type": "ml.m5.xlarge", "current_group_name": "homogeneousCluster", "instance_groups": [],
        },
    }  # fmt: skip
    config = opt_ml / "input/config"
    for folder in (config, opt_ml / "model", opt_ml / "output/data", opt_ml / "checkpoints"):
        folder.mkdir(parents=True)
    for name, document in documents.items():
        (config / f"{name}.json").write_text(json.dumps(document))
    for name in CHANNELS:
        target = opt_ml / "input/data" / name
        target.mkdir(parents=True)
        for path in sorted((channels / name).iterdir())[number :: contestant.hosts]:
            (target / path.name).hardlink_to(path)


def train(folder: Path, contestant: Contestant) -> float:
    """Run the hosts; returns the seconds from the first round to the last."""
    port, moments = free_port(), []
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "sagemaker_local.training_container", "--opt-ml", str(folder / str(number)),
             "--rendezvous", f"127.0.0.1:{port}"],
            env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True,
        )
        for number in range(contestant.hosts)
    ]  # fmt: skip
    outputs: list[list[str]] = [[] for _ in processes]
    for process, lines in zip(processes[1:], outputs[1:], strict=True):
        threading.Thread(target=lambda stream, kept: kept.extend(stream), args=(process.stdout, lines)).start()
    for line in processes[0].stdout or ():
        outputs[0].append(line)
        if "#011validation-" in line:
            moments.append(time.perf_counter())
    for process, lines in zip(processes, outputs, strict=True):
        if process.wait() != 0:
            raise RuntimeError("".join(lines[-20:]))
    return moments[-1] - moments[0]


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def run(channels: Path, data: Path, contestant: Contestant, *, rows: int, rounds: int, turns: int) -> dict[str, Cell]:
    """Train several times, keep the fastest, and score the model."""
    fastest = float("inf")
    for _ in range(turns):
        with tempfile.TemporaryDirectory(dir=channels) as temporary:
            folder = Path(temporary)
            for number in range(contestant.hosts):
                lay_out(folder / str(number), channels, contestant, number, rounds)
            fastest = min(fastest, train(folder, contestant))
            model = bytearray((folder / "0/model/xgboost-model").read_bytes())
    test = read_split(data, "test")
    metrics = evaluate(probabilities_of(xgboost.Booster(model_file=model), test.images), test.labels, split="test")
    return {
        "hosts": contestant.name,
        "seconds a round": fastest / (rounds - 1),
        "rows x rounds a second": rows * (rounds - 1) / fastest,
        "test accuracy": metrics.accuracy,
        "test log-loss": metrics.log_loss,
    }


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("build/data"), help="as python -m training prepare made it")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--turns", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.data.parent) as temporary:
        write_channels(Path(temporary), options.data, options.rows)
        rows = []
        for contestant in (ALONE, BOTH, TOGETHER):
            print(f"training on {contestant.name}")
            rows.append(
                run(Path(temporary), options.data, contestant,
                    rows=options.rows, rounds=options.rounds, turns=options.turns)
            )  # fmt: skip
    speed = {str(row["hosts"]): float(row["rows x rounds a second"] or 0) for row in rows}
    Report(
        name="training_hosts",
        title=f"{options.rows:,} rows, {options.rounds} rounds of ten trees, the faster of {options.turns} turns",
        rows=rows,
        ratios={
            "two hosts over one with one thread": speed[TOGETHER.name] / speed[ALONE.name],
            "two hosts over one with two threads": speed[TOGETHER.name] / speed[BOTH.name],
        },
        packages=("xgboost-cpu", "numpy", "pyarrow"),
        notes=(
            "both hosts are on one machine of two processors and talk over loopback",
            "so it shows what talking costs, not what a second machine and its network bring",
        ),
    ).publish()


if __name__ == "__main__":
    main()
