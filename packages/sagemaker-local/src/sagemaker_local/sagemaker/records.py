"""What the control plane remembers: models, endpoint configurations, endpoints. Values, no rules.

The JSON documents are kept as the caller sent them, because Describe answers them back unchanged.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from sagemaker_local.sagemaker.shapes import Json


class Status(enum.StrEnum):
    """States of an endpoint, as DescribeEndpoint names them."""

    CREATING = "Creating"
    UPDATING = "Updating"
    ROLLING_BACK = "RollingBack"
    IN_SERVICE = "InService"
    DELETING = "Deleting"
    FAILED = "Failed"


IN_PROGRESS = frozenset({Status.CREATING, Status.UPDATING, Status.ROLLING_BACK, Status.DELETING})


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The account and region that a request is about; each has its own models and endpoints."""

    account: str
    region: str

    def arn(self, kind: str, name: str) -> str:
        """ARN of a resource; SageMaker writes the name in lower case there, and IAM policies have to match that."""
        return f"arn:aws:sagemaker:{self.region}:{self.account}:{kind}/{name.lower()}"


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A model or an endpoint configuration: what was asked for, and when (seconds since the epoch)."""

    name: str
    arn: str
    created: float
    request: Json


INSTANCES = "sagemaker:variant:DesiredInstanceCount"
"""Application Auto Scaling's name for the number of instances of a variant."""


@dataclass(kw_only=True)
class ScalableTarget:
    """A variant that Application Auto Scaling may scale: what was asked for, when, and its policies by name."""

    request: Json
    created: float
    policies: dict[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A production variant that takes invocations, with its share of the traffic."""

    name: str
    weight: float
    images: tuple[str, ...]
    instance_count: int | None = None
    serverless: Json | None = None


@dataclass(kw_only=True)
class Endpoint:
    """An endpoint and where it is in its life."""

    name: str
    arn: str
    created: float
    modified: float
    config_name: str
    status: Status = Status.CREATING
    variants: tuple[Variant, ...] = ()
    failure_reason: str | None = None
    deployment_config: Json | None = None
    data_capture: Json | None = None
    pending_config_name: str | None = None
    pending_since: float | None = None
    # By the name of the variant and the dimension. They go with the endpoint, as in the service.
    scaled: dict[tuple[str, str], ScalableTarget] = field(default_factory=dict)
