"""What the model registry remembers. Values, no rules."""

from __future__ import annotations

from dataclasses import dataclass

from sagemaker_local.sagemaker.shapes import Json

PENDING_APPROVAL = "PendingManualApproval"


@dataclass(kw_only=True)
class PackageGroup:
    """A model package group; `last_version` never goes back, so no version is ever used twice."""

    name: str
    arn: str
    created: float
    request: Json
    last_version: int = 0


@dataclass(kw_only=True)
class Package:
    """A model package: a version in a group, or one with a name of its own.

    `document` is what CreateModelPackage was asked for, as UpdateModelPackage changed it since.
    """

    arn: str
    created: float
    document: Json
    modified: float | None = None
    group: str | None = None
    version: int | None = None

    @property
    def name(self) -> str:
        """What it is listed by: its own name, or the group's and its version."""
        return str(self.document["ModelPackageName"]) if self.group is None else f"{self.group}/{self.version}"
