"""What templates cost in a month, resource by resource."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence

from tools.review.change import Template
from tools.review.cost import keeping, machines, serving, watching
from tools.review.cost.free import is_free
from tools.review.cost.items import (
    RATES,
    CostLine,
    Item,
    Missing,
    Part,
    Pricer,
    Resource,
    line_of,
    properties_of,
    resources_of,
)
from tools.review.cost.path import Id, find_path
from tools.review.cost.prices import Price, prices

PRICERS: Mapping[str, Pricer] = {**serving.PRICERS, **keeping.PRICERS, **machines.PRICERS, **watching.PRICERS}


def monthly(template: Template, rates: Sequence[int] = RATES) -> list[CostLine]:
    """The lines of one template; types that cost nothing themselves have none.

    Parameters
    ----------
    rates
        Prediction requests a minute.
    """
    return estimate({"": template}, rates)


def estimate(
    templates: Mapping[str, Template], rates: Sequence[int] = RATES, path: Collection[Id] | None = None
) -> list[CostLine]:
    """The lines of all templates of an application.

    Parameters
    ----------
    templates
        By stack.
    path
        Resources that each request goes through; None to look for them.
    """
    on_path = find_path(templates) if path is None else path
    return [
        line_of(resource, parts_of(resource), rates, stack)
        for stack, template in templates.items()
        for resource in _resources(template, {name for owner, name in on_path if owner == stack})
        if not is_free(resource.type) or resource.type in PRICERS
    ]


def parts_of(resource: Resource) -> list[Part]:
    """What a resource uses that has a price, and what has none."""
    pricer = PRICERS.get(resource.type)
    if pricer is None:
        return [Missing(f"{resource.type}: not in the table")]
    try:
        return list(pricer(resource))
    except (AttributeError, TypeError, ValueError):
        # A shape that the type does not have, or an intrinsic function in an odd place: no reason to end the review.
        return [Missing(f"{resource.type}: its properties are not understood")]


def old_prices(
    templates: Mapping[str, Template], day: datetime.date, only: Collection[Id] | None = None
) -> list[Price]:
    """Rows that templates, or some of their resources, use and that were seen more than a year before a day."""
    used = {
        (part.service, part.what)
        for stack, template in templates.items()
        for resource in _resources(template, ())
        if only is None or (stack, resource.logical_id) in only
        for part in parts_of(resource)
        if isinstance(part, Item)
    }
    return [price for key, price in prices().items() if key in used and price.is_old(day)]


def without_price(lines: Sequence[CostLine]) -> list[str]:
    """What has no price, with the resource that has it."""
    return [f"{line.logical_id}: {why}" for line in lines for why in line.missing]


def total(lines: Sequence[CostLine], rate: int | None = None) -> float:
    """The sum at a rate, or at rest; what has no price is not in it."""
    return sum(line.usd(rate) for line in lines)


def _resources(template: Template, on_path: Collection[str]) -> list[Resource]:
    """The resources that are there: those whose condition is not known to be false are counted."""
    return [
        Resource(
            logical_id=name,
            type=str(resource.get("Type", "")),
            properties=properties_of(template, name),
            template=template,
            on_path=name in on_path,
        )
        for name, resource in resources_of(template).items()
    ]
