"""The words of an estimate: a resource of a template, what it uses in a month, and the line that comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tools.review.change import Template
from tools.review.cost.prices import Price, price_of
from tools.review.values import literal

HOURS = 730.0
"""Hours of a month in AWS's own examples: 365 * 24 / 12."""

MINUTES = HOURS * 60

RATES = (1, 100, 10_000)
"""Prediction requests a minute that are estimated beside the price at rest."""

Units = Callable[[float], float]
"""What is used in a month, by the number of requests in it."""


def always(pieces: float) -> Units:
    """The same in every month."""
    return lambda _: pieces


def each(pieces: float) -> Units:
    """So much for each request."""
    return lambda requests: pieces * requests


@dataclass(frozen=True)
class Item:
    """Something that has a price.

    Attributes
    ----------
    service, what
        Its row in the table.
    units
        Pieces in a month, by the number of requests; None for what is paid by a use that no prediction request makes.
    text
        What is said of it, otherwise the row's own words.
    """

    service: str
    what: str
    units: Units | None
    text: str = ""

    @property
    def price(self) -> Price | None:
        """Its row, None when the table has none."""
        return price_of(self.service, self.what)

    def describe(self) -> str:
        """A few words for the line of the resource."""
        if self.text:
            return self.text
        return str(self.price or self.what) if self.units else f"by use: {self.price or self.what}"


@dataclass(frozen=True)
class Missing:
    """Something that costs and has no price here; why, for a person."""

    why: str


Part = Item | Missing


@dataclass(frozen=True)
class Resource:
    """A resource with what it takes to price it.

    Attributes
    ----------
    on_path
        Whether each prediction request goes through it.
    """

    logical_id: str
    type: str
    properties: Mapping[str, Any]
    template: Template = field(default_factory=dict, repr=False)
    on_path: bool = False

    def get(self, path: str, default: Any = None) -> Any:
        """A property by a dotted path, `default` where there is nothing."""
        value: Any = self.properties
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
            if value is None:
                return default
        return value

    def figure(self, path: str, default: float) -> float | None:
        """A number, also written as text; None where it is not written out."""
        return number(self.get(path, default))

    def items(self, path: str) -> Sequence[Any]:
        """A list, empty where there is none or where it is not written out."""
        value = self.get(path, ())
        return value if isinstance(value, list) else ()

    def uses(self, pieces: float) -> Units | None:
        """So much for each request where requests go through it, None otherwise."""
        return each(pieces) if self.on_path else None


Pricer = Callable[[Resource], Iterator[Part]]
"""What says which priced things a resource of a type is."""


def resources_of(template: Template) -> dict[str, Mapping[str, Any]]:
    """The resources of a template by logical id; what is none of a resource's shape is left out."""
    found = template.get("Resources")
    found = found if isinstance(found, Mapping) else {}
    return {
        str(name): resource
        for name, resource in found.items()
        if isinstance(resource, Mapping) and isinstance(resource.get("Type"), str)
    }


def properties_of(template: Template, name: str) -> Mapping[str, Any]:
    """The properties of a resource, empty where it is not there or has none."""
    properties = resources_of(template).get(name, {}).get("Properties")
    return properties if isinstance(properties, Mapping) else {}


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; none of what is no list, such as an intrinsic function."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def number(value: Any) -> float | None:
    """A number, also written as text; None for anything else."""
    if isinstance(value, bool) or not literal(value):
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def hourly(service: str, what: Any, count: float | None = 1, *, hours: float = HOURS, text: str = "") -> Iterator[Part]:
    """Machines or the like that are there all month; missing where their kind or number is not written out."""
    if not isinstance(what, str):
        yield Missing(f"a machine of {service} whose type is not written out")
    elif count is None:
        yield Missing(f"{what} in a number that is not written out")
    elif count:
        words = f"{count:g} x {what}" if count != 1 else what
        yield Item(service, what, always(count * hours), text or words)


def monthly_fee(service: str, what: str, count: float | None = 1) -> Iterator[Part]:
    """What is paid by the piece and month: keys, alarms, gigabytes."""
    if count is None:
        yield Missing(f"{what} of {service} in a number that is not written out")
    elif count:
        yield Item(service, what, always(count), f"{count:g} x {what}" if count != 1 else what)


def by_use(service: str, *whats: str) -> Iterator[Part]:
    """What is paid by a use that a prediction request does not make."""
    for what in whats:
        yield Item(service, what, None)


@dataclass(frozen=True, kw_only=True)
class CostLine:
    """What one resource costs, in US dollars a month.

    Attributes
    ----------
    what
        What is paid for, in words.
    at_rest
        Without a request.
    at
        By prediction requests a minute, all month; what it costs at rest is within.
    missing
        What has no price and is not in the sums.
    """

    stack: str = ""
    logical_id: str
    type: str
    what: str
    at_rest: float
    at: Mapping[int, float]
    missing: tuple[str, ...] = ()

    def usd(self, rate: int | None = None) -> float:
        """At a rate, or at rest."""
        return self.at_rest if rate is None else self.at[rate]


def line_of(resource: Resource, parts: Sequence[Part], rates: Sequence[int], stack: str = "") -> CostLine:
    """Add up the parts of a resource."""
    items = [part for part in parts if isinstance(part, Item)]
    missing = [part.why for part in parts if isinstance(part, Missing)]
    missing += [f"{item.what} of {item.service}" for item in items if item.price is None]

    def usd(requests: float) -> float:
        return sum(item.price.cost(item.units(requests)) for item in items if item.price and item.units)

    return CostLine(
        stack=stack,
        logical_id=resource.logical_id,
        type=resource.type,
        what="; ".join(dict.fromkeys(item.describe() for item in items)),
        at_rest=usd(0),
        at={rate: usd(rate * MINUTES) for rate in rates},
        missing=tuple(dict.fromkeys(missing)),
    )
