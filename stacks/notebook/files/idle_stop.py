"""Stop this notebook instance when nobody has used it for a while: a timer runs this program every few minutes.

In use means: a kernel or terminal that works or did so lately, or a file that was saved or uploaded lately. Only the
standard library, and nothing newer than Python 3.9: the system's own Python runs it. No part of the deployed stacks
imports it; the start script carries it as text. It never writes but its own small state file.
"""

from __future__ import annotations

import argparse
import calendar
import json
import os
import ssl
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

MOST_FILES = 50_000


def ask(url: str) -> list[dict[str, Any]]:
    """What Jupyter answers; its certificate is its own, and it is on this machine."""
    context = ssl._create_unverified_context() if url.startswith("https:") else None  # noqa: S323
    with urllib.request.urlopen(url, timeout=20, context=context) as answer:  # noqa: S310
        found = json.load(answer)
    if not isinstance(found, list):
        raise ValueError(f"{url} answered no list")  # noqa: TRY004
    return found


def seconds_of(text: str) -> float:
    """A time of Jupyter, such as 2026-01-31T09:30:00.123456Z, in seconds since 1970."""
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))


def kernel_use(kernel: dict[str, Any], now: float, *, open_tabs: bool) -> float:
    """When a kernel was last in use: now while it computes, or has an open tab and those count.

    One without any connection stays in the state "starting".
    """
    works = kernel["execution_state"] == "busy"
    return now if works or (open_tabs and kernel["connections"]) else seconds_of(kernel["last_activity"])


def newest_file(folder: Path) -> float:
    """When a file below a folder was last written; what is hidden is Jupyter's own."""
    newest, seen = 0.0, 0
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "lost+found"))]
        for name in names:
            with suppress(OSError):  # it was removed just now
                newest = max(newest, 0 if name.startswith(".") else Path(parent, name).lstat().st_mtime)
        seen += len(names)
        if seen > MOST_FILES:
            break
    return newest


def last_use(options: argparse.Namespace, now: float) -> tuple[float, str]:
    """When the instance was last in use, and by what."""
    uses = [(now - float(options.uptime.read_text().split()[0]), "its start")]
    uses += [(min(newest_file(options.folder), now), "a file that was saved")]
    try:
        kernels, terminals = ask(f"{options.url}/api/kernels"), ask(f"{options.url}/api/terminals")
        uses += [(kernel_use(each, now, open_tabs=options.open_tabs), "a kernel") for each in kernels]
        uses += [(seconds_of(each["last_activity"]), "a terminal") for each in terminals]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        answered = float(options.state.read_text()) if options.state.exists() else 0.0
        say(f"Jupyter does not answer ({problem!r}): its last answer counts as use")
        return max([*uses, (answered, "Jupyter's last answer")])
    options.state.write_text(str(now))
    return max(uses)


def stop(options: argparse.Namespace) -> int:
    """Ask SageMaker to stop this instance; the exit code of the AWS CLI."""
    resource = json.loads(options.metadata.read_text())
    name, region = resource["ResourceName"], resource["ResourceArn"].split(":")[3]
    command = [options.aws, "sagemaker", "stop-notebook-instance", "--notebook-instance-name", name]
    return subprocess.run([*command, "--region", region], check=False, timeout=120).returncode


def say(text: str) -> None:
    """Write a line for the log that reaches CloudWatch."""
    print(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} idle stop: {text}", flush=True)  # noqa: T201


def main(arguments: list[str]) -> int:
    """Look once; the exit code is 0 unless stopping failed."""
    parser = argparse.ArgumentParser(description="Stop this notebook instance when it is idle.")
    parser.add_argument("--minutes", type=int, required=True, help="idle for longer than this")
    parser.add_argument("--open-tabs", action="store_true", help="an open tab counts as use")
    parser.add_argument("--url", default="https://localhost:8443", help="Jupyter")
    parser.add_argument("--aws", default="aws", help="the AWS CLI")
    parser.add_argument("--folder", type=Path, default=Path("/home/ec2-user/SageMaker"))
    parser.add_argument("--metadata", type=Path, default=Path("/opt/ml/metadata/resource-metadata.json"))
    parser.add_argument("--uptime", type=Path, default=Path("/proc/uptime"))
    parser.add_argument("--state", type=Path, default=Path("/run/digits/idle-stop"))
    options = parser.parse_args(arguments)
    now = time.time()
    used, by = last_use(options, now)
    idle = int((now - used) / 60)
    if idle < options.minutes:
        say(f"in use {idle} minutes ago by {by}; it stops after {options.minutes}")
        return 0
    say(f"last use was {by} {idle} minutes ago, {options.minutes} are allowed: stopping the instance")
    return stop(options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
