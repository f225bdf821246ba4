"""Which machines a training job can have: known types, what runs the image, what they cost.

The figures are in `instance_types.json` beside this file, each kind with its source. A type that is not in the table is
refused: SageMaker would refuse most of them, and the rest has no known kind.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from training.common.errors import JobError

_GRAVITON = re.compile(r"[a-z]+\d+g[a-z]*")
"""Families of arm64 processors: a `g` right after the generation, such as c7g or m6gd (docs of EC2 instance names)."""


@dataclass(frozen=True, kw_only=True)
class InstanceType:
    """A kind of machine that can run the built-in XGBoost image.

    Parameters
    ----------
    name
        such as `ml.m5.xlarge`
    has_gpu
        whether XGBoost can train on its GPU
    local_storage_gb
        size of its own disks in GB, which then hold the data instead of a volume; None if it has none
    usd_per_hour
        price on demand in `PRICE_REGION`; None when the table has none
    """

    name: str
    has_gpu: bool
    local_storage_gb: int | None
    usd_per_hour: float | None


def instance_type(name: str) -> InstanceType:
    """Look up a type by its name.

    Raises
    ------
    JobError
        when it is not known, or the image cannot run there
    """
    family, size = _family_and_size(name)
    known = _table()["families"].get(family)
    if _GRAVITON.fullmatch(family) or (known and known["kind"] == "arm64"):
        raise JobError(
            f"the instance type {name} has an arm64 processor, the built-in XGBoost image is built for x86-64 only;"
            " use one such as ml.m5.xlarge"
        )
    if known is None:
        raise JobError(
            f"the instance type {name} is not known for training, known families are {', '.join(_families())};"
            " use one such as ml.m5.xlarge"
        )
    if known["kind"] == "accelerator":
        raise JobError(
            f"the instance type {name} has accelerators that the built-in XGBoost image cannot use;"
            " use one such as ml.m5.xlarge"
        )
    if size not in known["sizes"]:
        raise JobError(
            f"the instance type {name} does not exist for training, sizes of ml.{family} are"
            f" {', '.join(known['sizes'])}; use one of these"
        )
    return InstanceType(
        name=name,
        has_gpu=known["kind"] == "gpu",
        local_storage_gb=_table()["local_storage_gb"].get(family, {}).get(size),
        usd_per_hour=_table()["prices"]["usd_per_hour"].get(name),
    )


def price_region() -> str:
    """The region whose prices the table has."""
    return str(_table()["prices"]["region"])


def price_date() -> str:
    """The day on which the prices were collected, as ISO 8601 text."""
    return str(_table()["prices"]["date"])


def _family_and_size(name: str) -> tuple[str, str]:
    match = re.fullmatch(r"ml\.([a-z0-9-]+)\.([a-z0-9-]+)", name)
    if not match:
        raise JobError(f"the instance type {name!r} is not of the form ml.FAMILY.SIZE; write it like ml.m5.xlarge")
    return match[1], match[2]


def _families() -> list[str]:
    usable = ("cpu", "gpu")
    return [f"ml.{name}" for name, family in _table()["families"].items() if family["kind"] in usable]


@cache
def _table() -> dict[str, Any]:
    text = resources.files("training.jobs").joinpath("instance_types.json").read_text(encoding="utf-8")
    value: dict[str, Any] = json.loads(text)
    return value
