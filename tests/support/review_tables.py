"""Reviews whole templates by tables: each row has two templates and the worst class that is expected of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tests.support.review_rules import FINE, resource, template
from tools.review.change import Risk
from tools.review.resolution import resolve
from tools.review.review import review

NAMES = {"Type": "AWS::SNS::Topic", "Properties": {}}


Sides = tuple[dict[str, Any], dict[str, Any]]
Row = tuple[Sides, Risk]


def of(base: dict[str, Any], head: dict[str, Any], **sections: Any) -> Sides:
    """Two templates with these resources, beside one that stays."""
    old, new = (template(Names=NAMES, **side) for side in (base, head))
    return {**old, **sections}, {**new, **sections}


def held(rows: Iterable[Row]) -> None:
    """The worst class of each row is the expected one; all are compared by one start of the engine."""
    table = {f"row {index}": row for index, row in enumerate(rows)}
    sides = [{"": {name: resolve(sides[side]) for name, (sides, _) in table.items()}} for side in (0, 1)]
    found: dict[str, Risk] = {}
    for change in review(*sides).changes:
        found.setdefault(change.stack, change.risk)
    wrong = {name: (found.get(name, FINE), row) for name, row in table.items() if found.get(name, FINE) != row[1]}
    assert not wrong


def each_told(rows: Sequence[tuple[Any, ...]]) -> Callable[[Callable[..., Row]], Callable[[], None]]:
    """A test of a table: the function makes the templates of a row, and says what is expected of them."""
    return lambda row: lambda: held([row(*values) for values in rows])


def of_property(kind: str, name: str, before: Any, after: Any) -> Sides:
    old, new = (resource(kind, **({} if value is None else {name: value})) for value in (before, after))
    return of({"It": old}, {"It": new})
