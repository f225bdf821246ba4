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
        How long to wait before the rest follows, 0 to 3600.
    bake_seconds
        How long to watch the alarms after that, before the old instances stop, 0 to 3600.
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
class ServerlessCapacity:
    """Pay per request. Nothing runs between requests, so the first one after a pause has a cold start.

    Attributes
    ----------
    memory_mb
        Memory in MB: 1024, 2048, ... 6144. CPU grows with it.
    max_concurrency
        Requests served at the same time, 1 to 200; more are throttled.
    """

    memory_mb: int
    max_concurrency: int

    def __post_init__(self) -> None:
        if self.memory_mb not in SERVERLESS_MEMORY_MB:
            allowed = ", ".join(map(str, SERVERLESS_MEMORY_MB))
            msg = f"serverless memory_mb is {self.memory_mb}; SageMaker allows {allowed}"
            raise ConfigurationError(msg)
        _in_range("serverless max_concurrency", self.max_concurrency, 1, SERVERLESS_CONCURRENCY_MAX)


@dataclass(frozen=True, kw_only=True)
class InstanceCapacity:
    """Instances that run all the time, without network access of the model container.

    Attributes
    ----------
    instance_type
        An x86 instance type of SageMaker such as `ml.m5.large`.
    count
        How many run. Two are in two availability zones, and are what a canary needs.
    rollout
        How a new model replaces the old one.
    """

    instance_type: str
    count: int
    rollout: Rollout = field(default_factory=AllAtOnce)

    def __post_init__(self) -> None:
        check_instance_type("instance_type", self.instance_type)
        _in_range("instance count", self.count, 1, 100)
        if isinstance(self.rollout, Canary) and self.count < 2:
            msg = f"instance count is {self.count} with a canary rollout; a canary needs 2 or more, or take AllAtOnce()"
            raise ConfigurationError(msg)


Capacity = ServerlessCapacity | InstanceCapacity


def canary_of(capacity: Capacity) -> Canary | None:
    """How an update of the endpoint is deployed step by step; None where all traffic moves at once."""
    rollout = capacity.rollout if isinstance(capacity, InstanceCapacity) else None
    return rollout if isinstance(rollout, Canary) else None


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


def _in_range(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        msg = f"{name} is {value}; allowed is {low} to {high}"
        raise ConfigurationError(msg)
