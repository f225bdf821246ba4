"""How models are trained on SageMaker in one environment: machines, limits, network, and when a model is good enough.

A job that is started by hand (`python -m training submit`) and one of the pipeline are the same in all of this; the
former reads it from the parameter that the training stack writes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from contract.bucket_layout import CHANNELS_PREFIX
from contract.xgboost_image import SERVED_TAG
from stacks.inference.capacity import check_instance_type
from stacks.shared.errors import ConfigurationError

VOLUME_GB_MAX = 16_384
RUN_SECONDS_MAX = 432_000
"""Five days, SageMaker's own quota: https://docs.aws.amazon.com/general/latest/gr/sagemaker.html."""

SUBNETS_MAX = 16
SECURITY_GROUPS_MAX = 5
CACHE_DAYS_MAX = 90
"""What a step wrote must still be there: the bucket forgets data checks after so many days, jobs later."""


@dataclass(frozen=True, kw_only=True)
class TrainingNetwork:
    """Subnets and security groups of your own that training machines are put into.

    They reach S3 through a gateway endpoint of that VPC, or a NAT gateway; without either a job finds no data.

    Attributes
    ----------
    subnets
        Ids of 1 to 16 subnets of one VPC.
    security_groups
        Ids of 1 to 5 security groups of that VPC.
    """

    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]

    def __post_init__(self) -> None:
        _check_ids("subnets", self.subnets, r"subnet-[0-9a-f]{8,17}", SUBNETS_MAX)
        _check_ids("security_groups", self.security_groups, r"sg-[0-9a-f]{8,17}", SECURITY_GROUPS_MAX)


@dataclass(frozen=True, kw_only=True)
class TrainingSchedule:
    """A schedule of the pipeline.

    Attributes
    ----------
    expression
        `cron(0 3 ? * MON *)` or `rate(7 days)`, in UTC.
    channels
        Key prefix of the data, `channels/DIGEST/` as printed by `python -m training publish --channels`.
    """

    expression: str
    channels: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"cron\(\S+( \S+){5}\)|rate\([1-9]\d* (minutes?|hours?|days?)\)", self.expression):
            msg = f"schedule expression is {self.expression!r}; write it like 'cron(0 3 ? * MON *)' or 'rate(7 days)'"
            raise ConfigurationError(msg)
        if not re.fullmatch(rf"{CHANNELS_PREFIX}[0-9A-Za-z_.-]+/", self.channels):
            example = f"{CHANNELS_PREFIX}0f3a.../"
            msg = f"schedule channels is {self.channels!r}; it is a prefix in the bucket such as {example!r}"
            raise ConfigurationError(msg)


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """How models are trained in one environment.

    Attributes
    ----------
    image_tag
        Tag of the built-in XGBoost image, the version that this project trains with.
    instance_type, instance_count
        Machines of a training job. With more than one, each reads its share of the part files.
    volume_gb
        Disk of each machine.
    max_run_seconds
        Maximum run time of a job.
    spot
        Whether jobs use managed spot instances, for about a third of the price, and may have to wait for them.
    max_wait_seconds
        Maximum total time of a job, waiting included, where `spot` is on.
    encrypt_between_hosts
        Whether traffic between the hosts of a job is encrypted, which makes it slower.
    network_isolation
        Whether containers run without network access beyond the other hosts of their job.
    kms_key_arn
        Your own key for disks and results; None leaves it to keys that AWS manages.
    network
        Your own subnets; None leaves it to SageMaker's.
    step_instance_type
        The machine that checks data and evaluates models in the pipeline.
    pipeline_instance_types
        Instance types that an execution of the pipeline may choose besides `instance_type`.
    pipeline_instance_count_max
        Maximum number of instances of an execution.
    minimum_improvement
        Minimum improvement of the accuracy over the promoted model for registration, 0 to 1.
    log_loss_tolerance
        Maximum increase of the log-loss for registration.
    cache_days
        Days for which the pipeline reuses the result of an equal step; 0 disables caching.
    schedule
        Schedule of the pipeline; None for none.
    on_new_data
        Whether the pipeline runs when channels were published completely.
    """

    image_tag: str = SERVED_TAG
    instance_type: str = "ml.m5.xlarge"
    instance_count: int = 1
    volume_gb: int = 10
    max_run_seconds: int = 3600
    spot: bool = True
    max_wait_seconds: int = 7200
    encrypt_between_hosts: bool = False
    network_isolation: bool = True
    kms_key_arn: str | None = None
    network: TrainingNetwork | None = None
    step_instance_type: str = "ml.m5.large"
    pipeline_instance_types: tuple[str, ...] = ()
    pipeline_instance_count_max: int = 4
    minimum_improvement: float = 0.0005
    log_loss_tolerance: float = 0.0
    cache_days: int = 30
    schedule: TrainingSchedule | None = None
    on_new_data: bool = False

    @property
    def starts_by_itself(self) -> bool:
        """Whether the pipeline has a trigger."""
        return self.schedule is not None or self.on_new_data

    @property
    def pipeline_types(self) -> tuple[str, ...]:
        """All types that an execution of the pipeline may train on, the usual one first."""
        return tuple(dict.fromkeys((self.instance_type, *self.pipeline_instance_types)))

    def __post_init__(self) -> None:
        check_instance_type("training instance_type", self.instance_type)
        for kind in self.pipeline_instance_types:
            check_instance_type("training pipeline_instance_types", kind)
        check_instance_type("training step_instance_type", self.step_instance_type)
        _in_range("instance_count", self.instance_count, 1, 100)
        _in_range("pipeline_instance_count_max", self.pipeline_instance_count_max, self.instance_count, 100)
        _in_range("volume_gb", self.volume_gb, 1, VOLUME_GB_MAX)
        _in_range("max_run_seconds", self.max_run_seconds, 60, RUN_SECONDS_MAX)
        _in_range("max_wait_seconds", self.max_wait_seconds, self.max_run_seconds if self.spot else 0, RUN_SECONDS_MAX)
        _in_range("minimum_improvement", self.minimum_improvement, 0, 1)
        _in_range("log_loss_tolerance", self.log_loss_tolerance, 0, 10)
        _in_range("cache_days", self.cache_days, 0, CACHE_DAYS_MAX)
        if self.kms_key_arn is not None and not re.fullmatch(
            r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[0-9a-f-]{36}", self.kms_key_arn
        ):
            msg = f"training kms_key_arn is {self.kms_key_arn!r}; the ARN of a key is needed, or None for AWS's own"
            raise ConfigurationError(msg)


def _in_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        msg = f"training {name} is {value}; allowed is {low} to {high}: correct it in stacks/settings.py"
        raise ConfigurationError(msg)


def _check_ids(name: str, values: tuple[str, ...], pattern: str, most: int) -> None:
    wrong = next((value for value in values if not re.fullmatch(pattern, value)), None)
    if wrong is not None or not 1 <= len(values) <= most:
        example = pattern.replace("[0-9a-f]{8,17}", "0123abcd")
        msg = f"training {name} is {list(values)}; allowed is 1 to {most} that look like {example}"
        raise ConfigurationError(msg)
