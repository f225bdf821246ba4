"""Writes `stacks/region_types.json`: the types of resources that each part uses, and which of them a region lacks.

From the templates of every environment, and CloudFormation's schemas as cfn-lint ships them:
`python -m tests.support.region_table FOLDER`, where FOLDER gets the templates.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from contract.xgboost_image import REGISTRY_ACCOUNTS
from stacks.region_types import TABLE
from stacks.settings import ENVIRONMENTS
from tests.support.assemblies import PARTS, Assembly, synthesise


def types_of_parts(assemblies: Iterable[Assembly]) -> dict[str, list[str]]:
    """The types of AWS that each part uses in any of the environments."""
    found: dict[str, set[str]] = {part: set() for part in PARTS}
    for assembly in assemblies:
        for part in assembly.settings.parts.stacks:
            found[part] |= {each["Type"] for each in assembly.template(part)["Resources"].values()}
    return {part: sorted(each for each in types if each.startswith("AWS::")) for part, types in found.items()}


def lacking(parts: dict[str, list[str]]) -> dict[str, list[str]]:
    """What CloudFormation has no schema for, by region; only regions that lack something."""
    known = import_module("cfnlint.helpers").REGIONS
    schemas = import_module("cfnlint.schema.manager").PROVIDER_SCHEMA_MANAGER
    used = {each for types in parts.values() for each in types}
    found = {
        region: sorted(used - set(schemas.get_resource_types(region)))
        for region in REGISTRY_ACCOUNTS
        if region in known
    }
    return {region: types for region, types in found.items() if types}


def table(assemblies: Iterable[Assembly]) -> dict[str, Any]:
    """The whole table."""
    parts = types_of_parts(assemblies)
    return {"parts": parts, "lacking": lacking(parts)}


def main() -> None:
    """Write it."""
    made = [synthesise(name, Path(sys.argv[1]) / name) for name in ENVIRONMENTS]
    TABLE.write_text(json.dumps(table(made), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
