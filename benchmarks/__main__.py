"""Run every benchmark, or the ones named, one after another: `python -m benchmarks [NAME ...]`."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

PEERS = sys.executable
ROOT = Path(__file__).resolve().parents[1]
PROJECT = str(ROOT / ".venv/bin/python")
BENCHMARKS = {
    "channel_writer": PEERS,
    "fit": PEERS,
    "endpoint_server": PEERS,
    "deployed_api": PROJECT,
    "external_memory": PROJECT,
    "first_answer": PROJECT,
    "stream": PROJECT,
    "review": PROJECT,
    "synthesis": PROJECT,
    "training_hosts": PROJECT,
    "upload_reading": PROJECT,
    "uploads": PROJECT,
}
"""Each with its Python: the environment that has the peers, or the project's own, which deploys."""


def main(arguments: list[str]) -> int:
    """Run benchmarks as programs of their own; returns 1 if one of them failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.partition(":")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    names = parser.parse_args(arguments).names
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"error: no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    commands = ([BENCHMARKS[name], "-m", f"benchmarks.{name}"] for name in names or BENCHMARKS)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "lambda_src")}
    codes = [subprocess.run(command, check=False, env=environment).returncode for command in commands]
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
