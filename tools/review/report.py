"""A review for people at a terminal, and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from contract.visible import visible
from tools.review.change import DANGEROUS, Risk
from tools.review.cost.comparison import heading, usd
from tools.review.review import Review, ReviewedChange
from tools.review.texts import CUT, masked, shortened

VERSION = 1
"""Of the JSON; raised when a member changes its meaning or goes."""

VALUE_CHARACTERS_MAX = 100
PLACE_CHARACTERS_MAX = 400
"""Of stack, resource and property; a logical id of CloudFormation has 255 at most."""
LINE_MAX = 400
"""Characters of a line of what `cdk diff` shows; a policy or a model card in one line may have thousands."""


def verdict(review: Review) -> str:
    """One sentence about all of it."""
    if review.model is not None and review.model.refused:
        return review.model.verdict
    if not review.changes:
        return f"no difference in {review.stacks} {_plural('stack', review.stacks)}"
    dangers = len(review.dangers)
    if dangers:
        counts = ", ".join(f"{len(review.of([risk]))} {risk}" for risk in DANGEROUS if review.of([risk]))
        needs = "needs" if dangers == 1 else "need"
        return f"{dangers} {_plural('change', dangers)} {needs} your eyes: {counts}"
    rest = len(review.changes)
    told = [f"{len(found)} {risk}" for risk in (Risk.COST, Risk.UNKNOWN) if (found := review.of([risk]))]
    also = f" ({', '.join(told)})" if told else ""
    return f"none of {rest} {_plural('change', rest)} loses data, interrupts or opens anything{also}"


def as_json(review: Review) -> dict[str, Any]:
    """The review for programs; docs/reviewing.md describes the members."""
    return {
        "version": VERSION,
        "worst": review.worst.value,
        "changes": [
            {**asdict(change), "environments": list(change.environments), "risk": change.risk.value}
            for change in review.changes
        ],
        "iam": [{"environments": list(environments), **asdict(change)} for environments, change in review.access],
        "cost": {environment: comparison.as_json() for environment, comparison in review.costs.items()},
        "model": review.model.as_json() if review.model else None,
    }


def as_text(review: Review) -> str:
    """The review for a terminal: each class with its changes, rights, cost, model, and what `cdk diff` shows."""
    told = [*_changes(review), *_rights(review), *_costs(review), *_model(review), *_cdk(review)]
    return visible(masked("\n".join([*([verdict(review), ""] if told else []), *told, verdict(review)])))


def value_text(value: Any) -> str:
    """A value in one short line; `-` for none."""
    if value is None:
        return "-"
    return shortened(value if isinstance(value, str) else json.dumps(value), VALUE_CHARACTERS_MAX)


def both_values(change: ReviewedChange) -> tuple[str, str] | None:
    """The values of a property before and after; None when they are too long to see what differs."""
    if change.property is None:
        return None
    values = value_text(change.before), value_text(change.after)
    is_cut = any(CUT in text for text in values) and all(value is not None for value in (change.before, change.after))
    return None if is_cut else values


def short_lines(text: str) -> str:
    """The text with lines of a length that can be read."""
    lines = (line.rstrip() for line in text.splitlines())
    return "\n".join(f"{line[:LINE_MAX]} ..." if len(line) > LINE_MAX else line for line in lines)


def where(change: ReviewedChange) -> str:
    """The place of a change: stack, resource and property."""
    return shortened(" ".join(filter(None, [change.stack, change.logical_id, change.property])), PLACE_CHARACTERS_MAX)


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"


def _changes(review: Review) -> Iterator[str]:
    for risk in Risk:
        found = review.of([risk])
        if not found:
            continue
        yield f"{risk} ({len(found)})"
        for change in found:
            environments = f" [{', '.join(change.environments)}]" if change.environments else ""
            yield f"  {where(change)} ({change.type}, {change.action}){environments}"
            yield f"      {change.why}"
            values = both_values(change)
            if values and risk != Risk.HARMLESS:
                yield f"      {values[0]}  ->  {values[1]}"
        yield ""


def _rights(review: Review) -> Iterator[str]:
    if not review.access:
        return
    yield "rights"
    for environments, right in review.access:
        sign = "+" if right.direction == "gained" else "-"
        condition = f" if {right.condition}" if right.condition else ""
        told = f" [{', '.join(environments)}]" if environments else ""
        yield f"  {sign} {right.principal}: {right.effect} {right.action} on {right.resource}{condition}{told}"
    yield ""


def _costs(review: Review) -> Iterator[str]:
    for environment, comparison in review.costs.items():
        yield f"cost{f' in {environment}' if environment else ''}"
        for column in comparison.columns:
            before, after = usd(comparison.before[column]), usd(comparison.after[column])
            difference = usd(comparison.difference(column), signed=True)
            yield f"  {heading(column):>12}  {before:>12} -> {after:>12}  {difference:>12} USD a month"
        yield from (f"  without a price: {' '.join(name.split())}" for name in comparison.new_without_price)
        yield ""


def _model(review: Review) -> Iterator[str]:
    if review.model is not None:
        yield "model"
        yield review.model.as_text()
        yield ""


def _cdk(review: Review) -> Iterator[str]:
    for (environment, stack), text in review.texts.items():
        name = f"{environment}/{stack}" if environment and environment not in stack.split("-") else stack
        yield f"--- cdk diff {name} ---"
        yield short_lines(text.rstrip())
        yield ""
