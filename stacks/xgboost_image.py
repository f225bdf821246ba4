"""Where SageMaker's built-in XGBoost image lies: the registry of each region, the tags, how long they are patched.

The figures and where they come from are in `training/xgboost_images.json`, which training reads too; here it is read as
data. Nothing here reads the clock: who wants to know whether an image is past its date says which day it is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from stacks.errors import ConfigurationError

TABLE_PATH = Path(__file__).resolve().parents[1] / "training/xgboost_images.json"
_TABLE: dict[str, Any] = json.loads(TABLE_PATH.read_text(encoding="utf-8"))

REPOSITORY: str = _TABLE["repository"]

REGISTRY_ACCOUNTS: dict[str, str] = _TABLE["accounts"]

END_OF_PATCH = {tag: date.fromisoformat(day) for tag, day in _TABLE["end_of_patch"].items()}
"""The last day on which each known tag gets security fixes. Tags before 3.0-5 cannot load what XGBoost 3.2 writes."""


@dataclass(frozen=True, kw_only=True)
class XgboostImage:
    """The built-in image of one region.

    Raises
    ------
    ConfigurationError
        If the region has no such image, or the tag is not known.
    """

    region: str
    tag: str

    def __post_init__(self) -> None:
        if self.region not in REGISTRY_ACCOUNTS:
            msg = (
                f"region is {self.region!r}, which has no built-in XGBoost image; "
                f"allowed is one of {', '.join(REGISTRY_ACCOUNTS)}"
            )
            raise ConfigurationError(msg)
        if self.tag not in END_OF_PATCH:
            msg = (
                f"image tag is {self.tag!r}; known are {', '.join(END_OF_PATCH)}: "
                "train with one of them, or add the tag to training/xgboost_images.json"
            )
            raise ConfigurationError(msg)

    @property
    def registry_account(self) -> str:
        """The account that AWS publishes the image from in this region."""
        return REGISTRY_ACCOUNTS[self.region]

    @property
    def uri(self) -> str:
        """Name of the image as SageMaker pulls it."""
        _, dns_suffix = _partition(self.region)
        return f"{self.registry_account}.dkr.ecr.{self.region}.{dns_suffix}/{REPOSITORY}:{self.tag}"

    @property
    def repository_arn(self) -> str:
        """The repository, for a policy."""
        partition, _ = _partition(self.region)
        return f"arn:{partition}:ecr:{self.region}:{self.registry_account}:repository/{REPOSITORY}"

    def is_past_end_of_patch(self, day: date) -> bool:
        """Whether the image gets no security fixes any more on `day`."""
        return day > END_OF_PATCH[self.tag]


def _partition(region: str) -> tuple[str, str]:
    """Partition and DNS suffix; of the table's rows, the first whose prefix fits counts."""
    row = next(row for row in _TABLE["partitions"] if region.startswith(row["region_prefix"]))
    return row["partition"], row["dns_suffix"]
