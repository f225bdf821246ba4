"""A change with what is said of it, and how findings are told apart or together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tools.review.change import Change, Verdict
from tools.review.walk import Part


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A change and what is said of it."""

    change: Change
    verdict: Verdict


def told_apart(finding: Finding) -> Iterator[Finding]:
    """The finding, and one for each danger of another class that the same change brings."""
    yield Finding(change=finding.change, verdict=replace(finding.verdict, also=()))
    for verdict in finding.verdict.also:
        yield Finding(change=finding.change, verdict=verdict)


def merged(findings: list[Finding], part: Part) -> list[Finding]:
    """One finding for the whole property where every part of it says the same."""
    if len(findings) < 2 or len({finding.verdict for finding in findings}) > 1:
        return findings
    change = replace(
        findings[0].change,
        property=part.path,
        action="add" if part.before is None else "remove" if part.after is None else "modify",
        before=part.before,
        after=part.after,
    )
    return [Finding(change=change, verdict=findings[0].verdict)]
