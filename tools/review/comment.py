"""A review as the comment on a pull request: the verdict, what needs eyes, the rest folded.

The texts come from templates that a stranger may have written. Their values stand in code spans, where GitHub reads
neither mentions nor HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tools.review.change import DANGEROUS, Risk
from tools.review.cost.comparison import as_markdown as cost_as_markdown
from tools.review.cost.comparison import usd
from tools.review.report import masked, short_lines, value_text, verdict, where
from tools.review.review import Review, ReviewedChange

MARKER = "<!-- digits: infrastructure diff -->"
"""The first line of the comment, by which the next run finds it."""

COMMENT_CHARACTERS_MAX = 65_536
"""What GitHub takes in a comment."""

HEADINGS = {
    Risk.DATA_LOSS: "Data loss",
    Risk.INTERRUPTION: "Interruption",
    Risk.ACCESS: "Access",
    Risk.COST: "Cost",
    Risk.UNKNOWN: "Unknown: no rule speaks",
    Risk.HARMLESS: "Harmless",
}


def as_markdown(review: Review, compared_with: str, *, limit: int = COMMENT_CHARACTERS_MAX) -> str:
    """The comment.

    Parameters
    ----------
    compared_with
        What the base is, for people.
    limit
        Most characters. First what is folded gets shorter, then the sentences are left out; every dangerous change
        keeps its line.
    """
    for detail in _DETAILS:
        comment = masked("\n".join(_lines(review, compared_with, detail)))
        if len(comment) <= limit:
            return comment
    return f"{comment[: limit - 120]}\n\n... {len(review.dangers)} changes are dangerous, more than fit: `make diff`"


class _Detail:
    """How much is told: characters of each `cdk diff`, rows of each folded table, whether values and reasons."""

    def __init__(self, characters: int, rows: int, values: bool, reasons: bool) -> None:
        self.characters, self.rows, self.values, self.reasons = characters, rows, values, reasons


_DETAILS = (
    _Detail(60_000, 500, values=True, reasons=True),
    _Detail(8_000, 200, values=True, reasons=True),
    _Detail(1_500, 60, values=True, reasons=True),
    _Detail(0, 30, values=True, reasons=True),
    _Detail(0, 5, values=False, reasons=True),
    _Detail(0, 0, values=False, reasons=False),
)


def _lines(review: Review, compared_with: str, detail: _Detail) -> Iterator[str]:
    yield MARKER
    text = verdict(review)
    yield f"## {text[0].upper()}{text[1:]}"
    yield ""
    yield f"Compared with {code(compared_with)}: {len(review.texts)} of {review.stacks} stacks differ."
    yield ""
    for risk in DANGEROUS:
        found = review.of([risk])
        if found:
            yield f"### {HEADINGS[risk]}"
            yield ""
            yield from (_line(change, detail) for change in found)
            yield ""
    yield from _rights(review, detail)
    if detail.rows:
        yield from _costs(review)
        yield from _model(review)
    for risk in (Risk.COST, Risk.UNKNOWN, Risk.HARMLESS):
        yield from _folded(risk, review.of([risk]), detail)
    yield from _cdk(review, detail)


def _line(change: ReviewedChange, detail: _Detail) -> str:
    environments = f" in {', '.join(map(code, change.environments))}" if change.environments else ""
    line = f"- {code(where(change))}{environments} ({code(change.type)}, {change.action})"
    if not detail.reasons:
        return line
    values = ""
    if detail.values and change.property is not None:
        values = f" ({code(value_text(change.before))} → {code(value_text(change.after))})"
    return f"{line}: {plain(change.why)}{values}"


def _folded(risk: Risk, changes: Sequence[ReviewedChange], detail: _Detail) -> Iterator[str]:
    if not changes:
        return
    yield f"<details><summary>{HEADINGS[risk]} ({len(changes)})</summary>"
    yield ""
    yield from (_line(change, detail) for change in changes[: detail.rows])
    if len(changes) > detail.rows:
        yield f"- and {len(changes) - detail.rows} more, shown by `make diff`"
    yield from ("", "</details>", "")


def _rights(review: Review, detail: _Detail) -> Iterator[str]:
    rows = review.access
    if not rows:
        return
    gained = sum(right.direction == "gained" for _, right in rows)
    ordered = sorted(rows, key=lambda row: row[1].direction != "gained")
    yield f"<details{' open' if gained else ''}><summary>Rights: {gained} gained, {len(rows) - gained} lost</summary>"
    yield ""
    yield "| | principal | action | resource | condition | where |"
    yield "|---|---|---|---|---|---|"
    for environments, right in ordered[: detail.rows]:
        sign = "gained" if right.direction == "gained" else "lost"
        effect = "" if right.effect == "Allow" else " (deny)"
        place = ", ".join(environments) or right.stack
        cells = [right.principal, right.action, right.resource, right.condition]
        told = " | ".join(cell(value_text(text)) if text else "" for text in cells)
        yield f"| {sign}{effect} | {told} | {cell(place)} |"
    if len(rows) > detail.rows:
        yield f"\n{len(rows) - detail.rows} more rows are shown by `make diff`."
    yield from ("", "</details>", "")


def _costs(review: Review) -> Iterator[str]:
    for environment, comparison in review.costs.items():
        atrest = usd(comparison.difference(), signed=True)
        name = f" in {plain(environment)}" if environment else ""
        yield f"<details><summary>Cost{name}: {atrest} USD a month at rest</summary>"
        yield from ("", cost_as_markdown(comparison), "", "</details>", "")


def _model(review: Review) -> Iterator[str]:
    if review.model is not None:
        yield f"<details open><summary>Model: {plain(review.model.verdict)}</summary>"
        yield from ("", review.model.as_markdown(), "", "</details>", "")


def _cdk(review: Review, detail: _Detail) -> Iterator[str]:
    for (environment, stack), text in review.texts.items():
        if not detail.characters:
            continue
        shown = _cut(short_lines(text.strip("\n")), detail.characters)
        fence = "`" * max(3, _longest_run(shown) + 1)
        yield f"<details><summary>cdk diff {plain(' '.join(filter(None, [environment, stack])))}</summary>"
        yield from ("", f"{fence}text", shown, fence, "", "</details>", "")


def code(text: str) -> str:
    """A text as a code span, whatever it contains."""
    text = " ".join(text.split()) or " "
    fence = "`" * (_longest_run(text) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def cell(text: str) -> str:
    """A text as a code span within a table."""
    return code(text).replace("|", "\\|")


def plain(text: str) -> str:
    """A text outside code in which nothing is markup or a mention."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "@\u200b")
    return re.sub(r"([\\`*_\[\]|#~])", r"\\\1", " ".join(safe.split()))


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return f"{text[:most].rpartition(chr(10))[0]}\n... {len(text)} characters in all; the rest is shown by 'make diff'"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)
