"""The capacity of an endpoint, and the deployment of a new model to it: two closed unions.

An endpoint with instances cannot become serverless in place: `make deploy` refuses it and says what to do. What else
AWS rejects cannot be said. A serverless variant has no network isolation, data capture, VPC or instance type, and takes
all traffic at once; here it has no field for any of them.
https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html#serverless-endpoints-how-it-works-exclusions
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from stacks.shared.errors import ConfigurationError

SERVERLESS_MEMORY_MB = (1024, 2048, 3072, 4096, 5120, 6144)
SERVERLESS_CONCURRENCY_MAX = 200
INSTANCES_MAX = 100
INVOCATIONS_MAX = 1_000_000
COOLDOWN_SECONDS_MAX = 3600
TIMEOUT_SECONDS_MIN, TIMEOUT_SECONDS_MAX = 60, 3600
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html"""
CANARY_PERCENT_MAX = 50
BAKE_SECONDS_MAX = 3600
EXECUTION_SECONDS_MIN = 600


@dataclass(frozen=True, kw_only=True)
class AllAtOnce:
    """Move all traffic to the new model as soon as it passes health checks."""


@dataclass(frozen=True, kw_only=True)
class Canary:
    """Move some traffic first, wait, then move the rest; roll back to the old model on an alarm.

    Attributes
    ----------
    percent
        Share of the instances that take traffic first, 1 to 50.
    wait_seconds
        Seconds until the rest follows, 0 to 3600.
    bake_seconds
        Seconds of monitoring after that, before the old instances are stopped, 0 to 3600.
    server_errors_per_minute
        Alarm at this many 5xx responses of the endpoint in one minute.
    latency_milliseconds
        Alarm when one request in a hundred is slower than this.
    """

    percent: int = 50
    wait_seconds: int = 300
    bake_seconds: int = 300
    server_errors_per_minute: int = 5
    latency_milliseconds: int = 500

    def __post_init__(self) -> None:
        _in_range("canary percent", self.percent, 1, CANARY_PERCENT_MAX)
        _in_range("canary wait_seconds", self.wait_seconds, 0, BAKE_SECONDS_MAX)
        _in_range("canary bake_seconds", self.bake_seconds, 0, BAKE_SECONDS_MAX)
        _in_range("canary server_errors_per_minute", self.server_errors_per_minute, 1, 1_000_000)
        _in_range("canary latency_milliseconds", self.latency_milliseconds, 1, 60_000)

    @property
    def execution_seconds(self) -> int:
        """Time limit of a rollout: the waits, and half an hour for new instances to start."""
        return max(EXECUTION_SECONDS_MIN, self.wait_seconds + self.bake_seconds + 1800)


Rollout = AllAtOnce | Canary


@dataclass(frozen=True, kw_only=True)
class TargetTracking:
    """Let the number of instances follow the load, between `InstanceCapacity.count` and `maximum`.

    Attributes
    ----------
    maximum
        How many instances run at most. A new model is started beside the old one, so twice as many can run then.
    invocations_per_minute
        Invocations of each instance in a minute that are aimed at; more instances start above, some stop below.
    scale_out_seconds, scale_in_seconds
        How long to wait after more were started, or some were stopped, 0 to 3600.
    """

    maximum: int
    invocations_per_minute: int
    scale_out_seconds: int = 300
    scale_in_seconds: int = 300

    def __post_init__(self) -> None:
        _in_range("scaling maximum", self.maximum, 2, INSTANCES_MAX)
        _in_range("scaling invocations_per_minute", self.invocations_per_minute, 1, INVOCATIONS_MAX)
        _in_range("scaling scale_out_seconds", self.scale_out_seconds, 0, COOLDOWN_SECONDS_MAX)
        _in_range("scaling scale_in_seconds", self.scale_in_seconds, 0, COOLDOWN_SECONDS_MAX)


@dataclass(frozen=True, kw_only=True)
class ServerlessCapacity:
    """Pay per request. Nothing runs between requests, so the first one after a pause has a cold start.

    Attributes
    ----------
    memory_mb
        Memory in MB: 1024, 2048, ... 6144. CPU grows with it.
    max_concurrency
        Requests served at the same time, 1 to 200; more are throttled.
    provisioned_concurrency
        Provisioned concurrency, 1 to `max_concurrency`, without cold starts and paid permanently; None for none.
    """

    memory_mb: int
    max_concurrency: int
    provisioned_concurrency: int | None = None

    def __post_init__(self) -> None:
        if self.memory_mb not in SERVERLESS_MEMORY_MB:
            allowed = ", ".join(map(str, SERVERLESS_MEMORY_MB))
            msg = f"serverless memory_mb is {self.memory_mb}; SageMaker allows {allowed}"
            raise ConfigurationError(msg)
        _in_range("serverless max_concurrency", self.max_concurrency, 1, SERVERLESS_CONCURRENCY_MAX)
        if self.provisioned_concurrency is not None:
            name = "serverless provisioned_concurrency"
            _in_range(name, self.provisioned_concurrency, 1, self.max_concurrency, why="max_concurrency")


@dataclass(frozen=True, kw_only=True)
class InstanceCapacity:
    """Instances that run all the time, without network access of the model container.

    Attributes
    ----------
    instance_type
        An x86 instance type of SageMaker such as `ml.m5.large`.
    count
        How many run, at least where there is `scaling`. Two are in two availability zones, and are what a canary needs.
    rollout
        How a new model replaces the old one.
    scaling
        Auto scaling; None for a fixed number.
    download_seconds
        How long an instance may take to download the artifact, 60 to 3600.
    startup_seconds
        How long the container may then take until it passes its first health check, 60 to 3600.
    """

    instance_type: str
    count: int
    rollout: Rollout = field(default_factory=AllAtOnce)
    scaling: TargetTracking | None = None
    download_seconds: int = 300
    startup_seconds: int = 180

    def __post_init__(self) -> None:
        check_instance_type("instance_type", self.instance_type)
        _in_range("instance count", self.count, 1, INSTANCES_MAX)
        for name in ("download_seconds", "startup_seconds"):
            _in_range(f"instance {name}", getattr(self, name), TIMEOUT_SECONDS_MIN, TIMEOUT_SECONDS_MAX)
        if isinstance(self.rollout, Canary) and self.count < 2:
            msg = f"instance count is {self.count} with a canary rollout; a canary needs 2 or more, or take AllAtOnce()"
            raise ConfigurationError(msg)
        if self.scaling is not None:
            _check_scaling(self, self.scaling)

    @property
    def maximum(self) -> int:
        """How many instances serve at most; while a new model replaces the old one, twice as many run."""
        return self.count if self.scaling is None else self.scaling.maximum


Capacity = ServerlessCapacity | InstanceCapacity


def canary_of(capacity: Capacity) -> Canary | None:
    """How an update of the endpoint is deployed step by step; None where all traffic moves at once."""
    rollout = capacity.rollout if isinstance(capacity, InstanceCapacity) else None
    return rollout if isinstance(rollout, Canary) else None


def is_scaled(capacity: Capacity) -> bool:
    """Whether the number of instances follows the load."""
    return isinstance(capacity, InstanceCapacity) and capacity.scaling is not None


def _check_scaling(capacity: InstanceCapacity, scaling: TargetTracking) -> None:
    """Refuse what Application Auto Scaling refuses of an endpoint.

    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-console.html
    """
    # They take a burst of load by themselves.
    if re.match(r"ml\.t\d", capacity.instance_type):
        msg = (
            f"instance_type is {capacity.instance_type!r} with scaling; SageMaker does not scale burstable types, "
            "take one such as 'ml.m5.large'"
        )
        raise ConfigurationError(msg)
    if scaling.maximum <= capacity.count:
        msg = (
            f"scaling maximum is {scaling.maximum} with an instance count of {capacity.count}; "
            "allowed is more than the count, or take scaling=None"
        )
        raise ConfigurationError(msg)


def check_instance_type(name: str, instance_type: str) -> None:
    """Refuse an instance type that the built-in XGBoost image does not run on.

    Parameters
    ----------
    name
        The setting, for the error.
    instance_type
        Such as `ml.m5.large`.

    Raises
    ------
    ConfigurationError
        If it does not look like one of SageMaker's, or is a Graviton type.
    """
    if not re.fullmatch(r"ml\.[a-z0-9-]+\.[a-z0-9]+", instance_type):
        msg = f"{name} is {instance_type!r}; a SageMaker type such as 'ml.m5.large' is needed"
        raise ConfigurationError(msg)
    # The built-in image has had no Graviton build since 1.5-1.
    if re.fullmatch(r"ml\.[a-z]+\d+g[a-z]*\..+", instance_type):
        msg = (
            f"{name} is {instance_type!r}, a Graviton type; the built-in XGBoost image is x86 only, "
            "take one such as 'ml.m5.large'"
        )
        raise ConfigurationError(msg)


def _in_range(name: str, value: int, low: int, high: int, *, why: str = "") -> None:
    if not low <= value <= high:
        msg = f"{name} is {value}; allowed is {low} to {high}{f', which is {why}' if why else ''}"
        raise ConfigurationError(msg)
