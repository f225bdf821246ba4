"""Turn what was asked for, and what the environment offers, into a job. Pure: everything it needs is handed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from training.aws.platform import Platform
from training.common.errors import JobError
from training.data.channels import CONTENT_TYPES
from training.jobs.spec import Capacity, Channel, JobSpec, Machines, OnDemand, Spot, Vpc
from training.model.digits_model import require_served_model
from training.model.hyperparameters import Hyperparameters
from training.model.library_rules import require_trainable

_Value = TypeVar("_Value")

NO_KEY = "none"
"""What to say for no key where the environment has one."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What somebody wants otherwise than the environment has it; None means as it is there.

    Parameters
    ----------
    bucket, role_arn, image_uri, instance_type, instance_count, volume_gb, max_run_seconds, spot, max_wait_seconds
        see `training.aws.platform.Platform`
    checkpoint_uri
        where a spot job keeps the model so far
    kms_key_arn
        a key, or `NO_KEY`
    subnets, security_groups
        both or neither
    encrypt_between_hosts, network_isolation
        see there
    tags
        beside those of the environment
    """

    bucket: str | None = None
    role_arn: str | None = None
    image_uri: str | None = None
    instance_type: str | None = None
    instance_count: int | None = None
    volume_gb: int | None = None
    max_run_seconds: int | None = None
    spot: bool | None = None
    max_wait_seconds: int | None = None
    checkpoint_uri: str | None = None
    kms_key_arn: str | None = None
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    encrypt_between_hosts: bool | None = None
    network_isolation: bool | None = None
    tags: tuple[tuple[str, str], ...] = ()


def job_spec(
    wishes: Wishes,
    platform: Platform,
    *,
    name: str,
    environment: str,
    channels: Mapping[str, str],
    file_format: str,
    hyperparameters: Hyperparameters,
) -> JobSpec:
    """The job.

    Parameters
    ----------
    wishes, platform
        what is wanted goes over what the environment offers
    name
        of the job
    environment
        for its tags
    channels
        address in S3 by name
    file_format
        one of `CONTENT_TYPES`
    hyperparameters
        validated by the container's rules

    Raises
    ------
    JobError
        for anything that would be refused
    HyperparameterError
        when no endpoint of this project could serve the model, or XGBoost would not train it
    """
    require_served_model(hyperparameters)
    require_trainable(hyperparameters)
    if "validation" not in channels:
        raise JobError(
            "there is no channel validation, which tells when to stop and what the manifest of a model counts;"
            " add --channel validation=s3://BUCKET/PREFIX/"
        )
    key = wishes.kms_key_arn or platform.kms_key_arn
    return JobSpec(
        name=name,
        image_uri=wishes.image_uri or platform.image_uri,
        role_arn=wishes.role_arn or platform.role_arn,
        channels=tuple(
            Channel(name=each, uri=uri, content_type=CONTENT_TYPES[file_format]) for each, uri in channels.items()
        ),
        output_uri=f"s3://{wishes.bucket or platform.bucket}/{platform.output_prefix}",
        hyperparameters=hyperparameters,
        machines=Machines(
            instance_type=wishes.instance_type or platform.instance_type,
            instance_count=_or(wishes.instance_count, platform.instance_count),
            volume_gb=_or(wishes.volume_gb, platform.volume_gb),
        ),
        capacity=_capacity(wishes, platform),
        kms_key_arn=None if key == NO_KEY else key,
        vpc=_vpc(wishes, platform),
        encrypt_between_hosts=_or(wishes.encrypt_between_hosts, platform.encrypt_between_hosts),
        network_isolation=_or(wishes.network_isolation, platform.network_isolation),
        tags=(("project", "digits"), ("environment", environment), *wishes.tags),
    )


def published_channels(bucket: str, digest: str, names: tuple[str, ...]) -> dict[str, str]:
    """Where `publish --channels` put the channels of that digest."""
    return {name: f"s3://{bucket}/channels/{digest}/{name}/" for name in names}


def channels_from(options: list[str]) -> dict[str, str]:
    """Channels given as NAME=s3://BUCKET/PREFIX/.

    Raises
    ------
    JobError
        when one is not of that form, or given twice
    """
    channels: dict[str, str] = {}
    for option in options:
        name, equals, uri = option.partition("=")
        if not equals or not name or name in channels:
            raise JobError(
                f"--channel {option} is not NAME=s3://BUCKET/PREFIX/ with a name of its own;"
                " write it like --channel train=s3://my-bucket/train/"
            )
        channels[name] = uri
    return channels


def tags_from(options: list[str]) -> tuple[tuple[str, str], ...]:
    """Tags given as KEY=VALUE.

    Raises
    ------
    JobError
        when one is not of that form
    """
    pairs = [option.partition("=") for option in options]
    for (key, equals, _), option in zip(pairs, options, strict=True):
        if not equals or not key:
            raise JobError(f"--tag {option} is not KEY=VALUE; write it like --tag team=vision")
    return tuple((key, value) for key, _, value in pairs)


def _capacity(wishes: Wishes, platform: Platform) -> Capacity:
    max_run = _or(wishes.max_run_seconds, platform.max_run_seconds)
    if not _or(wishes.spot, platform.spot):
        if wishes.max_wait_seconds is not None or wishes.checkpoint_uri is not None:
            raise JobError("--max-wait and --checkpoint are for spot capacity only; add --spot or leave them out")
        return OnDemand(max_run_seconds=max_run)
    max_wait = wishes.max_wait_seconds
    if max_wait is None:
        max_wait = max(platform.max_wait_seconds, max_run)
    return Spot(max_run_seconds=max_run, max_wait_seconds=max_wait, checkpoint_uri=wishes.checkpoint_uri)


def _vpc(wishes: Wishes, platform: Platform) -> Vpc | None:
    subnets = wishes.subnets or platform.subnets
    groups = wishes.security_groups or platform.security_groups
    return Vpc(subnets=subnets, security_groups=groups) if subnets or groups else None


def _or(wish: _Value | None, offered: _Value) -> _Value:
    return offered if wish is None else wish
