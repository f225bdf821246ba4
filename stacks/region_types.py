"""Which types of resources CloudFormation lacks in a region, and which parts of the application need them.

The table is written by `python -m tests.support.region_table` from the templates and from CloudFormation's schemas as
cfn-lint ships them. Those may lag behind AWS: a type that has come to a region since may be taken out of the table.
Regions that cfn-lint does not know (`us-iso...`) are taken to have everything.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("region_types.json")


def lacking(region: str, parts: Sequence[str]) -> dict[str, list[str]]:
    """What a region has no type for, by part.

    Parameters
    ----------
    region
        Such as `us-east-1`.
    parts
        Those that are to be deployed, such as `inference`.
    """
    table = _table()
    missing = set(table["lacking"].get(region, ()))
    found = {part: [each for each in table["parts"].get(part, ()) if each in missing] for part in parts}
    return {part: types for part, types in found.items() if types}


@cache
def _table() -> Any:
    return json.loads(TABLE.read_text(encoding="utf-8"))
