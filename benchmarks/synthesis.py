"""How long `app.py` takes to write the templates: against the least a CDK program takes, an app with one empty stack.

With and without CloudFormation's validation of the templates, which every `app.synth()` of the CDK runs unless it is
told not to. Each run is a new process, as in `cdk synth`; the contestants take turns.
"""

from __future__ import annotations

import functools
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.report import Cell, Report
from tools.command_line import take_no_options

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".venv/bin/python"
RUNS = 5
EMPTY = "import aws_cdk; app = aws_cdk.App(); aws_cdk.Stack(app, 'Empty'); app.synth()"
# Assets are not built: their identity does not depend on it, and a review does not either.
CONTEXT = '{"aws:cdk:bundling-stacks": []}'

CONTESTANTS: Mapping[str, tuple[Sequence[str], Mapping[str, str]]] = {
    "one empty stack": (("-c", EMPTY), {"CDK_VALIDATION": "false"}),
    "one empty stack, validated": (("-c", EMPTY), {}),
    "app.py": (("app.py",), {"CDK_VALIDATION": "false"}),
    "app.py, validated": (("app.py",), {}),
}


def seconds(arguments: Sequence[str], variables: Mapping[str, str]) -> float:
    """Wall time of one synthesis."""
    with tempfile.TemporaryDirectory() as output:
        environment = {
            **os.environ,
            "JSII_NODE": _node(),
            "CDK_OUTDIR": output,
            "CDK_CONTEXT_JSON": CONTEXT,
            **variables,
        }
        started = time.perf_counter()
        subprocess.run([PYTHON, *arguments], cwd=ROOT, env=environment, check=True, capture_output=True)
        return time.perf_counter() - started


@functools.cache
def _node() -> str:
    find = "import stacks.shared.node as node; print(node.node_binary())"
    return subprocess.run([PYTHON, "-c", find], cwd=ROOT, capture_output=True, check=True, text=True).stdout.strip()


def main() -> None:
    """Measure and report."""
    take_no_options("benchmarks.synthesis", __doc__)
    times: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
    for _ in range(RUNS):
        for name, (arguments, variables) in CONTESTANTS.items():
            times[name].append(seconds(arguments, variables))
    medians = {name: statistics.median(values) for name, values in times.items()}
    rows: list[dict[str, Cell]] = [
        {"program": name, "median s": medians[name], "fastest s": min(times[name])} for name in CONTESTANTS
    ]
    Report(
        name="synthesis",
        title="writing the templates of ten stacks, a new process each time",
        rows=rows,
        ratios={
            "app.py takes, in times of one empty stack": medians["app.py"] / medians["one empty stack"],
            "validation makes app.py take": medians["app.py, validated"] / medians["app.py"],
        },
    ).publish()


if __name__ == "__main__":
    main()
