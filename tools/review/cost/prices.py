"""The table of prices, `prices.toml`: what AWS asks, where that stands, and when it was seen."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

OLD_DAYS = 365
"""A row that was seen longer ago than this is said to be old."""

UNIT_SIZES = {"million": 1_000_000}
"""How many pieces a unit of the table has, where it is not one."""


@dataclass(frozen=True, kw_only=True)
class Price:
    """One row of the table.

    Attributes
    ----------
    service
        Such as `lambda`: what the rows of an AWS service are found by.
    what
        What is paid for: `requests`, or an instance type.
    unit
        What `usd` buys: `hour`, `GB-month`, `million`.
    usd
        US dollars for a unit.
    over
        Cheaper tiers: units a month, and the price of the units beyond them.
    source
        Where AWS publishes the figure.
    date
        When the figure was seen.
    seen
        Which public copy was read.
    """

    service: str
    what: str
    unit: str
    usd: float
    over: tuple[tuple[float, float], ...] = ()
    source: str
    date: datetime.date
    seen: str

    def cost(self, pieces: float) -> float:
        """US dollars for a number of pieces a month: hours, gigabytes, requests (not millions of them)."""
        units = pieces / UNIT_SIZES.get(self.unit, 1)
        tiers = [(0.0, self.usd), *self.over]
        ends = [start for start, _ in tiers[1:]] + [float("inf")]
        return sum(
            max(0.0, min(units, end) - start) * usd for (start, usd), end in zip(tiers, ends, strict=True) if usd
        )

    def is_old(self, day: datetime.date) -> bool:
        """Whether the figure was seen more than a year before a day."""
        return (day - self.date).days > OLD_DAYS

    def __str__(self) -> str:
        unit = {"million": "a million"}.get(self.unit, f"a {self.unit}")
        figure = f"{self.usd:.10f}".rstrip("0").rstrip(".")
        return f"{self.what} {figure} {unit}"


@cache
def prices() -> Mapping[tuple[str, str], Price]:
    """All rows by service and what is paid for."""
    return {(price.service, price.what): price for price in _rows(_table())}


def price_of(service: str, what: str) -> Price | None:
    """The row of something, None when the table has none."""
    return prices().get((service, what))


def region() -> str:
    """The region of all prices."""
    return str(_table()["region"])


def _rows(table: Mapping[str, Any]) -> Iterator[Price]:
    for group in table["group"]:
        for what, usd in group["usd"].items():
            yield Price(
                service=group["service"],
                what=what,
                unit=group["unit"],
                usd=usd,
                over=tuple((float(start), float(tier)) for start, tier in group.get("over", {}).get(what, ())),
                source=group["source"],
                date=group["date"],
                seen=group["seen"],
            )


@cache
def _table() -> dict[str, Any]:
    text = resources.files("tools.review.cost").joinpath("prices.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
