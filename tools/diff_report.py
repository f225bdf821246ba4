"""The differences of all stacks for people: plain text for a terminal, Markdown for a comment on a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tools.stack_diff import StackDiff

MARKER = "<!-- digits: infrastructure diff -->"
"""The first line of the comment, by which the next run finds it."""

COMMENT_CHARACTERS_MAX = 65_536
"""What GitHub takes in a comment."""

SIGNS = {"unchanged": "same", "changed": "changed", "new": "new", "removed": "**removed**"}


def as_text(diffs: Sequence[StackDiff], base: str) -> str:
    """Everything, stack by stack, and a verdict at the end."""
    return "\n".join([*_text_sections(diffs), f"Compared with {base}: {verdict(diffs)}"])


def verdict(diffs: Sequence[StackDiff]) -> str:
    """One sentence about all of it."""
    changed = [diff for diff in diffs if diff.kind != "unchanged"]
    dangers = sum(len(diff.dangers) for diff in diffs)
    if not changed:
        return f"no difference in {len(diffs)} stacks"
    if dangers:
        return f"{len(changed)} of {len(diffs)} stacks differ, and {dangers} changes are DESTRUCTIVE"
    return f"{len(changed)} of {len(diffs)} stacks differ, nothing is destroyed"


def as_markdown(diffs: Sequence[StackDiff], base: str, *, limit: int = COMMENT_CHARACTERS_MAX) -> str:
    """A comment: a table, then each stack that differs, the destructive ones first; account ids are taken out.

    Parameters
    ----------
    limit
        Most characters of the comment; long differences are cut to fit.
    """
    most = max((len(diff.text) for diff in diffs), default=0)
    while True:
        comment = _redacted("\n".join(_markdown(diffs, base, most)))
        if len(comment) <= limit or most == 0:
            return comment[:limit]
        most //= 2


def _text_sections(diffs: Sequence[StackDiff]) -> Iterator[str]:
    for diff in diffs:
        if diff.kind == "unchanged":
            continue
        yield f"=== {diff.stack} ({diff.kind}) ===\n{diff.text}\n"
        for change in diff.destructive:
            yield f"  intended: {change}: {change.intended}" if change.intended else f"  DESTRUCTIVE: {change}"
        yield ""


def _markdown(diffs: Sequence[StackDiff], base: str, most: int) -> Iterator[str]:
    yield from (MARKER, "## What this changes in AWS", "", f"Compared with `{base}`: {verdict(diffs)}.", "")
    yield from _table(diffs)
    changed = [diff for diff in diffs if diff.kind != "unchanged"]
    for diff in sorted(changed, key=lambda diff: not diff.dangers):
        yield from _section(diff, most)


def _table(diffs: Sequence[StackDiff]) -> Iterator[str]:
    yield "| environment | stack | difference |"
    yield "|---|---|---|"
    for diff in diffs:
        sign = f"**destructive** ({len(diff.dangers)})" if diff.dangers else SIGNS[diff.kind]
        yield f"| {diff.environment} | {diff.stack} | {sign} |"
    yield ""


def _section(diff: StackDiff, most: int) -> Iterator[str]:
    title = f"{diff.stack}: destructive" if diff.dangers else f"{diff.stack}: {diff.kind}"
    yield f"<details{' open' if diff.dangers else ''}><summary>{title}</summary>"
    yield ""
    for change in diff.dangers:
        yield f"- **destructive**: `{change}`"
    for change in diff.destructive:
        if change.intended:
            yield f"- intended: `{change}`: {change.intended}"
    text = _cut(diff.text, most)
    fence = _fence(text)
    yield from ("", f"{fence}text", text, fence, "", "</details>", "")


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return f"{text[:most].rpartition(chr(10))[0]}\n... {len(text)} characters in all; the rest is shown by 'make diff'"


def _fence(text: str) -> str:
    """A fence that the text does not contain."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    return "`" * max(3, longest + 1)


def _redacted(text: str) -> str:
    return re.sub(r"(?<!\d)\d{12}(?!\d)", "<account>", text)
