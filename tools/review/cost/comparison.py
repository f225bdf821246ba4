"""What a change costs: both states of an application side by side."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tools.review.change import Template
from tools.review.cost.assumptions import told
from tools.review.cost.items import RATES, CostLine
from tools.review.cost.monthly import estimate, old_prices, total, without_price
from tools.review.cost.path import find_path
from tools.review.cost.prices import Price, region
from tools.review.texts import cell, plain

CENT = 0.005
"""Smaller differences are none."""


@dataclass(frozen=True, kw_only=True)
class LineChange:
    """A resource whose cost, or whose want of a price, differs; None where it does not exist."""

    before: CostLine | None
    after: CostLine | None

    @property
    def line(self) -> CostLine:
        """The side that is there, the later one where both are."""
        found = self.after or self.before
        if found is None:
            msg = "neither side has the resource"
            raise ValueError(msg)
        return found

    def difference(self, rate: int | None = None) -> float:
        """US dollars a month more, at a rate or at rest."""
        return (self.after.usd(rate) if self.after else 0.0) - (self.before.usd(rate) if self.before else 0.0)


@dataclass(frozen=True, kw_only=True)
class CostComparison:
    """Both sums, and the resources that differ.

    Attributes
    ----------
    before, after
        US dollars a month; the key None is at rest, the others are prediction requests a minute.
    changes
        Resources whose cost differs, the largest difference first.
    without_price
        What has no price on the later side, or where it was removed.
    new_without_price
        Those of them that this change brings.
    old
        Prices of the resources that differ, where they were seen more than a year ago.
    """

    rates: tuple[int, ...]
    before: Mapping[int | None, float]
    after: Mapping[int | None, float]
    changes: tuple[LineChange, ...]
    without_price: tuple[str, ...]
    new_without_price: tuple[str, ...]
    old: tuple[Price, ...]

    @property
    def columns(self) -> tuple[int | None, ...]:
        """At rest, then the rates."""
        return (None, *self.rates)

    @property
    def differs(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.changes or self.new_without_price)

    def difference(self, rate: int | None = None) -> float:
        """US dollars a month more, at a rate or at rest."""
        return self.after[rate] - self.before[rate]

    def as_json(self) -> dict[str, Any]:
        """What stands under `cost` in the JSON of a review."""
        return {
            "currency": "USD",
            "region": region(),
            "before": _by_rate(self.before),
            "after": _by_rate(self.after),
            "difference": _by_rate({column: self.difference(column) for column in self.columns}),
            "changes": [
                {
                    "stack": change.line.stack,
                    "logical_id": change.line.logical_id,
                    "type": change.line.type,
                    "before": _side(change.before, self.columns),
                    "after": _side(change.after, self.columns),
                }
                for change in self.changes
            ],
            "without_price": list(self.without_price),
            "new_without_price": list(self.new_without_price),
            "old_prices": [f"{price.service}: {price} ({price.date})" for price in self.old],
            "assumptions": told(),
        }


def compare_cost(
    base_templates: Mapping[str, Template],
    head_templates: Mapping[str, Template],
    rates: Sequence[int] = RATES,
    day: datetime.date | None = None,
) -> CostComparison:
    """Estimate both sides of one environment and take the difference.

    Requests take one path through all templates of a call, so each environment wants a call of its own.

    Parameters
    ----------
    base_templates, head_templates
        By stack; a stack that one side lacks is new, or removed.
    rates
        Prediction requests a minute.
    day
        From which the age of prices is counted; None for today.
    """
    path = find_path(base_templates)
    old_lines = estimate(base_templates, rates, path)
    new_lines = estimate(head_templates, rates, find_path(head_templates, path))
    columns = (None, *rates)
    missing = without_price(new_lines)
    before = set(without_price(old_lines))
    changes = tuple(_changes(old_lines, new_lines, columns))
    only = {(change.line.stack, change.line.logical_id) for change in changes}
    day = day or datetime.datetime.now(datetime.UTC).date()
    old = {price for side in (base_templates, head_templates) for price in old_prices(side, day, only)}
    return CostComparison(
        rates=tuple(rates),
        before={column: total(old_lines, column) for column in columns},
        after={column: total(new_lines, column) for column in columns},
        changes=changes,
        without_price=tuple(missing),
        new_without_price=tuple(why for why in missing if why not in before),
        old=tuple(sorted(old, key=lambda price: (price.service, price.what))),
    )


def as_markdown(comparison: CostComparison) -> str:
    """A small table for a comment: the sums, then what differs, then what has no price."""
    return "\n".join(_markdown(comparison))


def usd(amount: float, *, signed: bool = False) -> str:
    """An amount for people, to the cent, with thousands."""
    rounded = 0.0 if abs(amount) < CENT else amount
    return f"{rounded:+,.2f}" if signed and rounded else f"{rounded:,.2f}"


def heading(column: int | None) -> str:
    """The head of a column: at rest, or requests a minute."""
    return "at rest" if column is None else f"{column:,}/min"


def _markdown(comparison: CostComparison) -> Iterator[str]:
    columns = comparison.columns
    yield "| USD a month | " + " | ".join(heading(column) for column in columns) + " |"
    yield "|---|" + "---:|" * len(columns)
    yield "| before | " + " | ".join(usd(comparison.before[column]) for column in columns) + " |"
    yield "| after | " + " | ".join(usd(comparison.after[column]) for column in columns) + " |"
    told_sum = (usd(comparison.difference(column), signed=True) for column in columns)
    yield "| **difference** | " + " | ".join(f"**{amount}**" for amount in told_sum) + " |"
    for change in comparison.changes:
        amounts = " | ".join(usd(change.difference(column), signed=True) for column in columns)
        yield f"| {cell(change.line.logical_id)}: {plain(_words(change))} | {amounts} |"
    if comparison.new_without_price:
        yield ""
        yield "Without a price, so not in the sums: " + plain("; ".join(comparison.new_without_price)) + "."
    if comparison.old:
        yield ""
        yield "Prices seen more than a year ago: " + ", ".join(f"{p.service} {p.what}" for p in comparison.old) + "."


def _words(change: LineChange) -> str:
    before = change.before.what if change.before else ""
    after = change.after.what if change.after else ""
    if not change.before:
        return f"new: {after}"
    if not change.after:
        return f"removed: {before}"
    return after if before == after else f"{before} → {after}"


def _changes(old: Sequence[CostLine], new: Sequence[CostLine], columns: Sequence[int | None]) -> list[LineChange]:
    sides = [{(line.stack, line.logical_id): line for line in lines} for lines in (old, new)]
    changes = [LineChange(before=sides[0].get(key), after=sides[1].get(key)) for key in {**sides[0], **sides[1]}]
    different = [change for change in changes if any(abs(change.difference(c)) >= CENT for c in columns)]
    return sorted(different, key=lambda change: -max(abs(change.difference(column)) for column in columns))


def _side(line: CostLine | None, columns: Sequence[int | None]) -> dict[str, Any] | None:
    if line is None:
        return None
    return {"what": line.what, "usd": _by_rate({column: line.usd(column) for column in columns})}


def _by_rate(amounts: Mapping[int | None, float]) -> dict[str, float]:
    return {"at_rest" if column is None else str(column): round(amount, 2) for column, amount in amounts.items()}
