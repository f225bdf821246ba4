"""How long a review takes: the comparison of all stacks against `cdk diff` of each, and a whole run with synthesis.

The head differs from the base in the description of every stack, so that each has something to compare. The CDK CLI
compares one stack with a template at a time. The contestants take turns.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.report import Report
from tools.assemblies import ENVIRONMENTS
from tools.assembly import MANIFEST, Checkout, synthesise
from tools.cdk import cdk_command
from tools.command_line import take_no_options
from tools.process_environment import for_cdk
from tools.review.templates import SUFFIX

ROOT = Path(__file__).resolve().parents[1]
RUNS = 3


def make_head(base: Path, head: Path) -> None:
    """A copy of templates in which every description differs."""
    shutil.copytree(base, head)
    for path in head.glob(f"*/*{SUFFIX}"):
        path.write_text(json.dumps({**json.loads(path.read_text()), "Description": "another"}))


def review_all(base: Path, head: Path) -> None:
    """Compare all stacks at once."""
    command = [sys.executable, "-m", "tools.diff", "--assemblies", str(base), str(head)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def cdk_diff_each(base: Path, head: Path) -> None:
    """Compare stack by stack."""
    for path in sorted(base.glob(f"*/*{SUFFIX}")):
        stack, app = path.name.removesuffix(SUFFIX), head / path.parent.relative_to(base)
        arguments = ["diff", stack, "--exclusively", "--app", str(app), "--template", str(path), "--no-notices"]
        subprocess.run(cdk_command(arguments), env=for_cdk(os.environ), check=True, capture_output=True)


def review_checkout() -> None:
    """A whole run: both sides synthesised in every environment, and compared."""
    subprocess.run([sys.executable, "-m", "tools.diff", "--base", "HEAD"], cwd=ROOT, check=False, capture_output=True)


def seconds(work: Callable[[], None]) -> float:
    """Wall time of some work."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    """Measure and report."""
    take_no_options("benchmarks.review", __doc__)
    with tempfile.TemporaryDirectory() as temporary:
        base, head = Path(temporary) / "base", Path(temporary) / "changed"
        synthesise(Checkout(folder=ROOT, name="this checkout"), ENVIRONMENTS, ROOT / MANIFEST, base)
        make_head(base, head)
        contestants: dict[str, Callable[[], None]] = {
            "review of all stacks": lambda: review_all(base, head),
            "cdk diff of each stack": lambda: cdk_diff_each(base, head),
            "make diff, with synthesis": review_checkout,
        }
        times: dict[str, list[float]] = {name: [] for name in contestants}
        for _ in range(RUNS):
            for name, work in contestants.items():
                times[name].append(seconds(work))
        count = len(list(base.glob(f"*/*{SUFFIX}")))
    medians = {name: statistics.median(values) for name, values in times.items()}
    Report(
        name="review",
        title=f"comparing the {count} templates of three environments",
        rows=[{"program": name, "median s": medians[name], "fastest s": min(times[name])} for name in contestants],
        ratios={
            "faster than cdk diff of each stack": medians["cdk diff of each stack"] / medians["review of all stacks"],
            "make diff against cdk diff of each stack": medians["cdk diff of each stack"]
            / medians["make diff, with synthesis"],
        },
    ).publish()


if __name__ == "__main__":
    main()
