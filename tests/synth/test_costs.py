"""What the environments cost: every resource is priced or known to be free, and the documents tell the same sums."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.assemblies import Assembly
from tools.review.cost.capacity import CAPACITY_RATES, needs
from tools.review.cost.comparison import usd
from tools.review.cost.items import RATES, CostLine
from tools.review.cost.monthly import estimate, total, without_price

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs/scale-out.md").read_text(encoding="utf-8")


def lines_of(assembly: Assembly) -> list[CostLine]:
    return estimate({part: assembly.template(part) for part in assembly.settings.parts.stacks})


def test_everything_has_a_price(assembly: Assembly) -> None:
    assert without_price(lines_of(assembly)) == []


def test_dev_costs_a_dollar_at_most_while_nobody_uses_it(assemblies: dict[str, Assembly]) -> None:
    assert total(lines_of(assemblies["dev"])) <= 1


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_document_tells_the_same_sums(environment: str, assemblies: dict[str, Assembly]) -> None:
    lines = lines_of(assemblies[environment])
    sums = " | ".join(usd(total(lines, rate)) for rate in (None, *RATES))
    assert f"| `{environment}` | {sums} |" in DOCUMENT


def test_the_document_tells_the_same_needs() -> None:
    for rate in CAPACITY_RATES:
        it = needs(rate)
        row = (
            f"| {rate:,} | {it.requests_per_second:,.1f} | {it.machines} | {it.serverless_concurrency} "
            f"| {it.function_concurrency} | {it.log_records:,.0f} /s | {it.upload_workers:,} | {it.shards} |"
        )
        assert row in DOCUMENT


def test_prose_and_tables_agree(assemblies: dict[str, Assembly]) -> None:
    at_rest = round(total(lines_of(assemblies["dev"])), 2)
    parts = re.search(r"At rest `dev` pays for(.*?)`prod` adds", DOCUMENT, re.DOTALL)
    assert parts is not None
    assert sum(map(float, re.findall(r"\((\d+\.\d\d)\)", parts[1]))) == pytest.approx(at_rest)
