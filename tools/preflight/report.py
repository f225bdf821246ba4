"""The checks as a table, and as JSON."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from tools.preflight.check import Check, State

VERSION = 1
"""Of the JSON; raised when a member changes its meaning or goes."""

WIDTH = 120


def as_text(checks: Sequence[Check]) -> str:
    """A row for each check: state, subject, what was found; below it what to do. Commands stay in one line."""
    wide = max((len(check.subject) for check in checks), default=0)
    indent = " " * (len(State.NOT_KNOWN.value) + wide + 4)
    lines = []
    for check in checks:
        head = f"{check.state.value:<{len(State.NOT_KNOWN.value)}}  {check.subject:<{wide}}  "
        text = f"{check.item}: {check.found}" if check.item else check.found
        lines.append(textwrap.fill(head + text, WIDTH, subsequent_indent=indent, break_on_hyphens=False))
        if check.do:
            lines.append(f"{indent}-> {check.do}")
    return "\n".join(lines)


def summary(checks: Iterable[Check]) -> str:
    """One line about all of them."""
    checks = list(checks)
    counts = Counter(check.state for check in checks)
    told = ", ".join(f"{counts[state]} {state.value}" for state in State if counts[state])
    blocking = sum(check.blocks for check in checks)
    return f"{told}; {blocking} of them would fail the deployment" if blocking else told


def as_json(environment: str, checks: Iterable[Check]) -> dict[str, Any]:
    """For programs: docs/deploying.md describes the members."""
    rows = [{**asdict(check), "state": check.state.value} for check in checks]
    return {"version": VERSION, "environment": environment, "checks": rows}
