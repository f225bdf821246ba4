"""Rules of single properties, a file for each field of AWS: each tells class and reason for a change of a property.

Every module here may have the tables `PROPERTIES` (rules by resource type and path), and `REMOVED`, `ADDED` and
`REPLACED` (rules of whole resources by type); this package puts them together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from tools.review.change import PropertyRules, Rule


def _modules() -> Iterator[ModuleType]:
    for module in iter_modules(__path__):
        yield import_module(f"{__name__}.{module.name}")


def _joined(table: str) -> dict[str, Any]:
    """The entries of a table in all the modules.

    Raises
    ------
    ValueError
        If two of them speak of the same.
    """
    joined: dict[str, Any] = {}
    for module in _modules():
        for resource_type, entry in getattr(module, table, {}).items():
            known = joined.get(resource_type)
            if isinstance(entry, dict) and not (known and known.keys() & entry.keys()):
                joined[resource_type] = {**(known or {}), **entry}
            elif known is None:
                joined[resource_type] = entry
            else:
                msg = f"{module.__name__} has rules of {resource_type} in {table} that another module has, too"
                raise ValueError(msg)
    return joined


PROPERTIES: PropertyRules = _joined("PROPERTIES")
REMOVED: Mapping[str, Rule] = _joined("REMOVED")
ADDED: Mapping[str, Rule] = _joined("ADDED")
REPLACED: Mapping[str, Rule] = _joined("REPLACED")

CUSTOM = "Custom::*"
"""Stands for every type of custom resource that has no entry of its own."""


def property_rule(resource_type: str, path: str) -> Rule | None:
    """The rule of a property; a name of its path may stand as `*` in the table.

    Parameters
    ----------
    path
        Names joined by dots, `[]` after a list: `LifecycleConfiguration.Rules[].Status`.
    """
    table = PROPERTIES.get(_entry(PROPERTIES, resource_type), {})
    names = path.split(".")
    return next((table[pattern] for pattern in _patterns(names) if pattern in table), None)


def whole_rule(table: Mapping[str, Rule], resource_type: str) -> Rule | None:
    """The rule of a whole resource in `REMOVED`, `ADDED` or `REPLACED`."""
    return table.get(_entry(table, resource_type))


def _entry(table: Mapping[str, Any], resource_type: str) -> str:
    return CUSTOM if resource_type not in table and resource_type.startswith("Custom::") else resource_type


def _patterns(names: list[str]) -> Iterator[str]:
    """The path, then the path with one of its names as `*`, the last first."""
    yield ".".join(names)
    for index in reversed(range(len(names))):
        yield ".".join([*names[:index], "*", *names[index + 1 :]])
    if len(names) == 1:
        yield "*"
