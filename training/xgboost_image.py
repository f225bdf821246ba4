"""Where SageMaker's built-in XGBoost image lies, for a job. The figures are in `xgboost_images.json` beside this file.

The stacks read the same table. Nothing here asks a registry: a region or tag that is not in the table has no image
that this project knows.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from training.errors import JobError
from training.manifest import IMAGE_TAGS

SERVED_TAG = next(reversed(IMAGE_TAGS.values()))
"""The tag whose models this project serves; jobs use it unless told otherwise."""


@dataclass(frozen=True, kw_only=True)
class XgboostImage:
    """The built-in image of one region.

    Parameters
    ----------
    region
        such as `us-east-1`
    tag
        such as `3.2-0`

    Raises
    ------
    JobError
        when the region has no such image, or the tag is not known
    """

    region: str
    tag: str = SERVED_TAG

    def __post_init__(self) -> None:
        if self.region not in _table()["accounts"]:
            raise JobError(
                f"the region {self.region!r} has no built-in XGBoost image, known are"
                f" {', '.join(_table()['accounts'])}; set AWS_REGION to one of these"
            )
        if self.tag not in _table()["end_of_patch"]:
            raise JobError(
                f"the image tag {self.tag!r} is not known, known are {', '.join(_table()['end_of_patch'])};"
                " use one of these"
            )

    @property
    def registry_account(self) -> str:
        """The account that AWS publishes the image from in this region, 12 digits."""
        return str(_table()["accounts"][self.region])

    @property
    def uri(self) -> str:
        """The name of the image as SageMaker pulls it."""
        suffix = _partition(self.region)["dns_suffix"]
        return f"{self.registry_account}.dkr.ecr.{self.region}.{suffix}/{_table()['repository']}:{self.tag}"

    @property
    def end_of_patch(self) -> date:
        """The last day on which the image gets security fixes."""
        return date.fromisoformat(_table()["end_of_patch"][self.tag])


def partition_of(region: str) -> str:
    """The partition of a region, as ARNs have it: `aws`, `aws-cn` ..."""
    return str(_partition(region)["partition"])


@cache
def _table() -> dict[str, Any]:
    """The table; read through the package, so that it is found inside a zip archive too."""
    text = resources.files("training").joinpath("xgboost_images.json").read_text(encoding="utf-8")
    value: dict[str, Any] = json.loads(text)
    return value


def _partition(region: str) -> dict[str, str]:
    """The first row of the table whose prefix fits."""
    row: dict[str, str] = next(row for row in _table()["partitions"] if region.startswith(row["region_prefix"]))
    return row
