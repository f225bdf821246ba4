"""What is remembered of notebook instances and lifecycle configurations. Values, no rules."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from sagemaker_local.sagemaker.shapes import Json


class NotebookStatus(enum.StrEnum):
    """`NotebookInstanceStatus`."""

    PENDING = "Pending"
    IN_SERVICE = "InService"
    STOPPING = "Stopping"
    STOPPED = "Stopped"
    UPDATING = "Updating"
    DELETING = "Deleting"
    FAILED = "Failed"


@dataclass(kw_only=True)
class LifecycleConfig:
    """A lifecycle configuration: the scripts as they came, in base64."""

    name: str
    arn: str
    created: float
    modified: float
    hooks: Json


@dataclass(kw_only=True)
class Notebook:
    """A notebook instance and where it is in its life.

    `settles` is when the state that is under way ends, in seconds since the epoch; `None` when nothing is under way.
    """

    name: str
    arn: str
    created: float
    modified: float
    document: Json
    status: NotebookStatus = NotebookStatus.PENDING
    settles: float | None = None
    failure_reason: str | None = None
