"""The estimate for people, as plain text, and for programs, as JSON."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from tools.review.change import Template
from tools.review.cost.assumptions import told
from tools.review.cost.capacity import CAPACITY_RATES, Limit, exceeded, limits, machine_of, needs
from tools.review.cost.comparison import heading, usd
from tools.review.cost.items import RATES, CostLine
from tools.review.cost.monthly import estimate, old_prices, total, without_price
from tools.review.cost.prices import region

NAME_WIDTH = 44
AMOUNT_WIDTH = 12
COLUMNS = (None, *RATES)


def as_text(templates: Mapping[str, Template], title: str, day: datetime.date) -> str:
    """Tables of costs and of what load takes, then what is assumed.

    Parameters
    ----------
    templates
        By stack.
    title
        Whose costs these are.
    day
        From which the age of prices is counted.
    """
    lines = estimate(templates)
    return "\n".join(
        [
            *_costs(lines, title),
            "",
            *_list("Without a price, so not in the sums", without_price(lines) or ["nothing"]),
            *_list("Prices seen more than a year ago, so look them up", _old(templates, day) or ["none"]),
            *_list("Assumed", told()),
            *_capacity(templates),
        ]
    )


def as_json(templates: Mapping[str, Template], title: str, day: datetime.date) -> dict[str, Any]:
    """The same as a JSON value."""
    lines = estimate(templates)
    found = limits(templates)
    return {
        "version": 1,
        "of": title,
        "currency": "USD",
        "region": region(),
        "total": _amounts({column: total(lines, column) for column in COLUMNS}),
        "resources": [
            {
                "stack": line.stack,
                "logical_id": line.logical_id,
                "type": line.type,
                "what": line.what,
                "usd": _amounts({column: line.usd(column) for column in COLUMNS}),
                "without_price": list(line.missing),
            }
            for line in lines
        ],
        "without_price": without_price(lines),
        "old_prices": _old(templates, day),
        "assumptions": told(),
        "capacity": [
            {**vars(needs(rate, machine_of(templates))), "raise_first": [limit.name for limit in exceeded(found, rate)]}
            for rate in CAPACITY_RATES
        ],
    }


def _costs(lines: Sequence[CostLine], title: str) -> Iterator[str]:
    head = "".join(f"{heading(column):>{AMOUNT_WIDTH}}" for column in COLUMNS)
    yield f"{f'{title}, USD a month, {region()}':<{NAME_WIDTH}}{head}"
    for stack, members in groupby(lines, key=lambda line: line.stack):
        of_stack = list(members)
        yield _row(stack or "template", of_stack)
        yield from _resources(of_stack)
    yield _row("all", lines)


def _resources(lines: Sequence[CostLine]) -> Iterator[str]:
    """A row for each resource; equal ones of a type share one."""
    groups: dict[tuple[object, ...], list[CostLine]] = {}
    for line in lines:
        groups.setdefault((line.type, line.what, line.at_rest, tuple(line.at.values())), []).append(line)
    for members in groups.values():
        first = members[0]
        name = first.logical_id if len(members) == 1 else f"{len(members)} x {first.type.split('::', 1)[-1]}"
        yield f"{_row('  ' + name, members)}  {first.what or ('no price' if first.missing else 'free')}"


def _row(name: str, lines: Sequence[CostLine]) -> str:
    shown = name if len(name) < NAME_WIDTH else f"{name[: NAME_WIDTH - 4]}..."
    return f"{shown:<{NAME_WIDTH}}" + "".join(f"{usd(total(lines, column)):>{AMOUNT_WIDTH}}" for column in COLUMNS)


def _list(title: str, entries: Sequence[str]) -> Iterator[str]:
    yield f"{title}:"
    yield from (f"  - {entry}" for entry in entries)
    yield ""


def _capacity(templates: Mapping[str, Template]) -> Iterator[str]:
    machine, found = machine_of(templates), limits(templates)
    yield "What it takes:"
    titles = ("a minute", "a second", machine, "or serverless", "function", "log records", "as uploads", "as stream")
    yield "".join(f"{title:>14}" for title in titles)
    for rate in CAPACITY_RATES:
        it = needs(rate, machine)
        figures = (
            f"{rate:,}",
            f"{it.requests_per_second:,.1f}",
            f"{it.machines:,}",
            f"{it.serverless_concurrency:,} at once",
            f"{it.function_concurrency:,} at once",
            f"{it.log_records:,.0f} /s",
            f"{it.upload_workers:,} at once",
            f"{it.shards:,} shards",
        )
        yield "".join(f"{figure:>14}" for figure in figures)
    yield ""
    yield "To be raised first:"
    yield from (f"  {rate:>9,}/min  {_first(exceeded(found, rate))}" for rate in CAPACITY_RATES)


def _first(over: Sequence[Limit]) -> str:
    return "; ".join(f"{limit.name} ({limit.where})" for limit in over) or "nothing"


def _old(templates: Mapping[str, Template], day: datetime.date) -> list[str]:
    return [f"{price.service}: {price}, seen {price.date} ({price.source})" for price in old_prices(templates, day)]


def _amounts(amounts: Mapping[int | None, float]) -> dict[str, float]:
    return {"at_rest" if column is None else str(column): round(amount, 2) for column, amount in amounts.items()}
