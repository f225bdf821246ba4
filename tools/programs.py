"""Run the project's own programs, and show their output: all of it, or the main lines."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What the CDK CLI says once a stack: "NAME: deploying... [1/3]" and its outcome, marked with a sign.
_MAIN_LINE = re.compile("deploying\\.\\.\\.|destroying\\.\\.\\.|\N{WHITE HEAVY CHECK MARK}|\N{CROSS MARK}")


def run(module: str, arguments: Sequence[str], variables: Mapping[str, str]) -> int:
    """Run `python -m MODULE`, and return its exit code.

    Parameters
    ----------
    module, arguments
        What is run, from the folder of the checkout.
    variables
        Its process environment.
    """
    return subprocess.run(_command(module, arguments), env=variables, cwd=ROOT, check=False).returncode


def run_briefly(module: str, arguments: Sequence[str], variables: Mapping[str, str]) -> int:
    """The same with only the main lines of the CDK CLI shown as they come; the others are shown when it fails."""
    print(f"--> {module.removeprefix('tools.')} {' '.join(arguments[:2])}", flush=True)
    started, kept = time.monotonic(), []
    with subprocess.Popen(
        _command(module, arguments),
        env=variables,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout or []:
            kept.append(line)
            if _MAIN_LINE.search(line):
                print(f"    {line.rstrip()}", flush=True)
    if process.returncode:
        sys.stdout.writelines(kept)
    else:
        print(f"    {time.monotonic() - started:.0f} s", flush=True)
    return process.returncode


def _command(module: str, arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", module, *arguments]
