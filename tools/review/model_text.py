"""The comparison of two models as plain text for a terminal, and as Markdown for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tools.review.texts import plain

if TYPE_CHECKING:
    from tools.review.model import ModelComparison
    from tools.review.model_facts import Difference

ALWAYS_SHOWN = ("artifact", "accuracy", "log-loss", "size", "image")
"""Facts that stand in the table even where the models are equal in them."""

PROBLEMS_SHOWN = 8
"""A file that is no manifest at all has a problem in every field."""


def model_as_text(comparison: ModelComparison) -> str:
    """What differs, a line each, after a verdict."""
    lines = [f"model: {comparison.verdict}"]
    lines += [f"  REFUSED: {problem}" for problem in _first(comparison.problems)]
    lines += [f"  note: {note}" for note in comparison.notes]
    shown = [*_shown(comparison)]
    width = max((len(fact.name) for fact in shown), default=0)
    for fact in shown:
        change = f"{fact.before or '-'} -> {fact.after or '-'}" if fact.changed else f"{fact.after}, the same"
        lines.append(f"  {fact.name:<{width}}  {change}{'  (worse)' if fact.worse else ''}")
    return "\n".join(lines)


def model_as_markdown(comparison: ModelComparison) -> str:
    """Verdict, problems, and both cards as a table; what a stranger wrote is escaped."""
    return "\n".join(_markdown(comparison))


def _markdown(comparison: ModelComparison) -> Iterator[str]:
    yield from (f"{plain(comparison.verdict)}.", "")
    for problem in _first(comparison.problems):
        yield f"- **refused**: {plain(problem)}"
    for note in comparison.notes:
        yield f"- {plain(note)}"
    if comparison.problems or comparison.notes:
        yield ""
    if comparison.facts:
        yield from ("| | base | head | |", "|---|---|---|---|")
        yield from map(_row, _shown(comparison))


def _first(problems: Sequence[str]) -> Iterator[str]:
    yield from problems[:PROBLEMS_SHOWN]
    if len(problems) > PROBLEMS_SHOWN:
        yield f"and {len(problems) - PROBLEMS_SHOWN} more"


def _shown(comparison: ModelComparison) -> Iterator[Difference]:
    """What differs, every recall when one does, and what is always of interest."""
    for fact in comparison.facts:
        recall = fact.name.startswith("recall ") and not comparison.same_artifact
        if fact.changed or fact.worse or recall or fact.name in ALWAYS_SHOWN:
            yield fact


def _row(fact: Difference) -> str:
    sign = "**worse**" if fact.worse else "" if fact.changed else "same"
    return f"| {plain(fact.name)} | {plain(fact.before)} | {plain(fact.after)} | {sign} |"
