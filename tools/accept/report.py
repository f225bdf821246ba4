"""The table of an acceptance run: for a terminal, as JSON, and as Markdown to be pasted into an issue."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from tools.accept.story import Outcome, Result, Story

SCHEMA = "digits.acceptance/1"
COLOURS = {Outcome.HELD: "green", Outcome.DIFFERS: "red", Outcome.NOT_RUN: "yellow"}
_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")


@dataclass(frozen=True, kw_only=True)
class Run:
    """What was played where.

    Attributes
    ----------
    environment, region
        Where.
    began
        When, in UTC, as ISO 8601 has it.
    commit
        The commit that is checked out; empty if unknown.
    results
        How each story ended.
    """

    environment: str
    region: str
    began: str
    commit: str
    results: tuple[Result, ...]

    @property
    def exit_code(self) -> int:
        """0 if everything that was played held and was cleaned up, else 1."""
        bad = [each for each in self.results if each.outcome is Outcome.DIFFERS or each.left]
        return 1 if bad else 0


def announcement(stories: Sequence[Story], environment: str) -> str:
    """What a run will do and cost at most, before it begins."""
    count = f"{len(stories)} {'story' if len(stories) == 1 else 'stories'}"
    lines = [f"{count} in {environment}, at most {duration(sum(each.seconds for each in stories))}:"]
    for story in stories:
        changes = f"; makes or changes: {story.changes}" if story.changes else ""
        disturbs = "; requests of other callers may fail" if story.disturbs else ""
        lines.append(f"  {story.slug}: {cost(story.usd)}, at most {duration(story.seconds)}{changes}{disturbs}")
    total = sum(each.usd for each in stories)
    if environment == "local":
        return "\n".join([*lines, "In the emulator that costs nothing."])
    return "\n".join([*lines, f"That costs about {cost(total)} at most, at list prices of us-east-1."])


def cost(usd: float) -> str:
    """A formatted amount."""
    return f"${usd:.2f}" if usd else "$0"


def duration(seconds: float) -> str:
    """A formatted time."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def as_table(run: Run) -> Table:
    """The table for a terminal."""
    table = Table(title=f"Acceptance of {run.environment} in {run.region}, {summary(run)}", show_lines=False)
    for name in ("story", "outcome", "time", "what was expected, what was seen"):
        table.add_column(name, overflow="fold")
    for result in run.results:
        colour = COLOURS[result.outcome]
        table.add_row(
            result.story.slug,
            f"[{colour}]{result.outcome.value}[/]",
            duration(result.seconds),
            _escaped(details(result)),
        )
    return table


def as_json(run: Run) -> dict[str, Any]:
    """The same for programs."""
    return {
        "schema": SCHEMA,
        "environment": run.environment,
        "region": run.region,
        "began": run.began,
        "commit": run.commit,
        "stories": [
            {
                "story": result.story.slug,
                "sentence": result.story.sentence,
                "outcome": result.outcome.value,
                "seconds": round(result.seconds, 1),
                "expected": result.expected,
                "seen": result.seen,
                "reason": result.reason,
                "left": list(result.left),
            }
            for result in run.results
        ],
    }


def as_markdown(run: Run) -> str:
    """The same to be pasted into an issue; numbers of accounts are left out."""
    lines = [
        f"Acceptance of `{run.environment}` in `{run.region}`, {run.began}, commit `{run.commit}`: {summary(run)}.",
        "",
        "| story | outcome | time | what was expected, what was seen |",
        "|---|---|---|---|",
    ]
    for result in run.results:
        cells = (f"`{result.story.slug}`", result.outcome.value, duration(result.seconds), _cell(details(result)))
        lines.append(f"| {' | '.join(cells)} |")
    return _ACCOUNT.sub("ACCOUNT", "\n".join(lines)) + "\n"


def summary(run: Run) -> str:
    """How many stories ended how."""
    counted = Counter(each.outcome for each in run.results)
    return ", ".join(f"{counted[outcome]} {outcome.value}" for outcome in Outcome if counted[outcome]) or "no story"


def details(result: Result) -> str:
    """What is to be said of a result besides its outcome."""
    told = {
        Outcome.HELD: result.story.sentence,
        Outcome.DIFFERS: f"expected {result.expected}; seen {result.seen}",
        Outcome.NOT_RUN: result.reason,
    }[result.outcome]
    return "; ".join([told, *result.left])


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _escaped(text: str) -> str:
    return text.replace("[", "\\[")
