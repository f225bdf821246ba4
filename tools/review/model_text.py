"""The comparison of two models as plain text for a terminal, and as Markdown for a comment on a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.review.model import ModelComparison
    from tools.review.model_facts import Difference

ALWAYS_SHOWN = ("artifact", "accuracy", "log-loss", "size", "image")
"""Facts that stand in the table even where the models are equal in them."""

PROBLEMS_SHOWN = 8
"""A file that is no manifest at all has a problem in every field."""

_MARKUP = re.compile(r"[\\`*_\[\]~|#!]")


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
    yield from (f"{escaped(comparison.verdict)}.", "")
    for problem in _first(comparison.problems):
        yield f"- **refused**: {escaped(problem)}"
    for note in comparison.notes:
        yield f"- {escaped(note)}"
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
    return f"| {escaped(fact.name)} | {escaped(fact.before)} | {escaped(fact.after)} | {sign} |"


def escaped(text: str) -> str:
    """A text as Markdown that shows it and does nothing else: one line, no markup, no HTML, no mention."""
    line = " ".join(text.split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKUP.sub(r"\\\g<0>", line).replace("@", "@\u200b")
