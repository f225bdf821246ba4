"""The table of prices: every row has its origin, tiers add up, age is told."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from tools.review.cost.prices import Price, price_of, prices, region

ROOT = Path(__file__).resolve().parents[4]


def row(**values: object) -> Price:
    defaults = {
        "service": "s",
        "what": "w",
        "unit": "million",
        "usd": 3.5,
        "source": "https://aws.amazon.com/",
        "date": datetime.date(2026, 1, 1),
        "seen": "x",
    }
    return Price(**{**defaults, **values})  # type: ignore[arg-type]


def test_every_row_says_where_it_stands_and_when_it_was_seen() -> None:
    assert region() == "us-east-1"
    for price in prices().values():
        assert price.usd > 0
        assert price.source.startswith("https://aws.amazon.com/")
        assert datetime.date(2018, 1, 1) < price.date <= datetime.datetime.now(datetime.UTC).date()
        assert price.seen


def test_what_is_only_known_is_old() -> None:
    known = [price for price in prices().values() if price.seen.startswith("known")]
    assert known
    assert all(price.is_old(datetime.date(2026, 11, 30)) for price in known)


@pytest.mark.parametrize(
    ("pieces", "usd"),
    [(0, 0), (1e6, 3.5), (333e6, 333 * 3.5), (434e6, 333 * 3.5 + 101 * 2.8), (1100e6, 333 * 3.5 + 667 * 2.8 + 238)],
)
def test_tiers_add_up(pieces: float, usd: float) -> None:
    price = row(over=((333.0, 2.8), (1000.0, 2.38)))
    assert price.cost(pieces) == pytest.approx(usd)


def test_a_row_is_old_after_a_year() -> None:
    price = row(date=datetime.date(2025, 11, 30))
    assert not price.is_old(datetime.date(2026, 11, 30))
    assert price.is_old(datetime.date(2026, 12, 1))


def test_a_row_is_told_in_words() -> None:
    assert str(price_of("lambda", "requests")) == "requests 0.2 a million"
    assert str(price_of("sagemaker", "serverless inference")) == "serverless inference 0.00002 a GB-second"


def test_what_is_not_in_the_table_has_no_price() -> None:
    assert price_of("sagemaker", "ml.x99.large") is None


def test_training_has_the_same_prices() -> None:
    table = json.loads((ROOT / "training/jobs/instance_types.json").read_text(encoding="utf-8"))
    theirs = table["prices"]["usd_per_hour"]
    ours = {name: price.usd for (service, name), price in prices().items() if service == "sagemaker"}
    assert {name: ours.get(name) for name in theirs} == theirs
