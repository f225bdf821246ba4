"""A review as the comment on a pull request: the verdict, what needs eyes, the rest folded.

The texts come from templates that a stranger may have written. Their values stand in code spans, where GitHub reads
neither mentions nor HTML.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contract.visible import visible
from tools.review.change import DANGEROUS, Risk
from tools.review.cost.comparison import as_markdown as cost_as_markdown
from tools.review.cost.comparison import usd
from tools.review.report import both_values, short_lines, value_text, verdict, where
from tools.review.review import Review, ReviewedChange
from tools.review.texts import cell, code, longest_run, masked, plain, shortened

MARKER = "<!-- digits: infrastructure diff -->"
"""The first line of the comment, by which the next run finds it."""

COMMENT_CHARACTERS_MAX = 65_536
"""What GitHub takes in a comment."""

PREFACE_CHARACTERS = 1_500
"""Room for what the workflow writes above: what is accepted and by whom, and links to logs."""

GROWTH_MAX = len("&amp;")
"""Characters that the workflow may make of one."""

NAME_CHARACTERS_MAX = 255
"""Of a logical id, by CloudFormation, and of what else stands as a name in a line."""

HEADINGS = {
    Risk.DATA_LOSS: "Data loss",
    Risk.INTERRUPTION: "Interruption",
    Risk.ACCESS: "Access",
    Risk.COST: "Cost",
    Risk.UNKNOWN: "Unknown: no rule",
    Risk.HARMLESS: "Harmless",
}


def as_markdown(review: Review, compared_with: str, *, limit: int = COMMENT_CHARACTERS_MAX) -> str:
    """The comment.

    Parameters
    ----------
    compared_with
        What the base is, for people.
    limit
        Most characters of what is posted. First what is folded gets shorter, then the sentences are left out; every
        dangerous change keeps its line. When there are thousands, those of one type in one stack share a line.
    """
    most = limit - PREFACE_CHARACTERS
    for detail in _DETAILS:
        comment = visible(masked("\n".join(_lines(review, compared_with, detail))))
        if _posted(comment) <= most:
            return comment
    kept = comment[: most // GROWTH_MAX].rpartition("\n")[0]
    return f"{kept}\n\n... {len(review.dangers)} changes are dangerous, more than fit: `make diff`"


def _posted(comment: str) -> int:
    """How many characters a comment has once the workflow has escaped `@` and `&` also within code."""
    return len(comment) + comment.count("@") + (GROWTH_MAX - 1) * comment.count("&")


@dataclass(frozen=True, kw_only=True)
class _Detail:
    """How much is told.

    Attributes
    ----------
    characters
        Of each `cdk diff`.
    rows
        Of each folded table.
    names
        Of the dangerous changes of one type in one stack, where they share a line; None where each has its own.
    """

    characters: int = 0
    rows: int = 0
    has_values: bool = False
    has_reasons: bool = False
    names: int | None = None


_DETAILS = (
    _Detail(characters=60_000, rows=500, has_values=True, has_reasons=True),
    _Detail(characters=8_000, rows=200, has_values=True, has_reasons=True),
    _Detail(characters=1_500, rows=60, has_values=True, has_reasons=True),
    _Detail(rows=30, has_values=True, has_reasons=True),
    _Detail(rows=5, has_reasons=True),
    _Detail(),
    _Detail(names=1_000),
    _Detail(names=20),
    _Detail(names=0),
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
            yield from _dangers(found, detail)
            yield ""
    yield from _rights(review, detail)
    if detail.rows:
        yield from _costs(review)
        yield from _model(review)
    for risk in (Risk.COST, Risk.UNKNOWN, Risk.HARMLESS):
        yield from _folded(risk, review.of([risk]), detail)
    yield from _cdk(review, detail)


def _dangers(changes: Sequence[ReviewedChange], detail: _Detail) -> Iterator[str]:
    if detail.names is None:
        yield from (_line(change, detail) for change in changes)
        return
    alike: dict[tuple[str, str, str], list[str]] = {}
    for change in changes:
        place = " ".join([*change.environments, change.stack])
        alike.setdefault((place, change.type, change.action), []).append(change.logical_id)
    for (place, kind, action), names in alike.items():
        shown = [_name(name) for name in names[: detail.names]]
        more = [f"{len(names) - len(shown)} more"] if len(shown) < len(names) else []
        told = ", ".join([*shown, *more]) if shown else str(len(names))
        yield f"- {_name(place)} ({_name(kind)}, {action}): {told}"


def _name(text: str) -> str:
    return code(shortened(text, NAME_CHARACTERS_MAX))


def _line(change: ReviewedChange, detail: _Detail) -> str:
    environments = f" in {', '.join(map(code, change.environments))}" if change.environments else ""
    line = f"- {code(where(change))}{environments} ({_name(change.type)}, {change.action})"
    if not detail.has_reasons:
        return line
    values = both_values(change) if detail.has_values else None
    told = f" ({code(values[0])} → {code(values[1])})" if values else ""
    return f"{line}: {plain(change.why)}{told}"


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
        fence = "`" * max(3, longest_run(shown) + 1)
        yield f"<details><summary>cdk diff {plain(' '.join(filter(None, [environment, stack])))}</summary>"
        yield from ("", f"{fence}text", shown, fence, "", "</details>", "")


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return f"{text[:most].rpartition(chr(10))[0]}\n... {len(text)} characters in all; the rest is shown by 'make diff'"
