"""Make a job of its options and what the environment offers. Pure: everything it needs is passed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from contract.bucket_layout import channels_prefix
from contract.xgboost_image import END_OF_PATCH
from training.aws.platform import Platform
from training.common.errors import JobError
from training.data.channels import CONTENT_TYPES
from training.jobs.options import NO_KEY, JobOptions
from training.jobs.spec import Capacity, Channel, JobSpec, Machines, OnDemand, Spot, Vpc
from training.model.digits_model import require_served_model
from training.model.hyperparameters import Hyperparameters
from training.model.library_rules import require_trainable

_Value = TypeVar("_Value")


def job_spec(
    options: JobOptions,
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
    options, platform
        options override what the environment offers
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
            "there is no channel validation, which early stopping and the manifest of a model need;"
            " add --set validation_channel=s3://BUCKET/PREFIX/"
        )
    key = options.kms_key_arn or platform.kms_key_arn
    return JobSpec(
        name=name,
        image_uri=_image(options, platform),
        role_arn=options.role_arn or platform.role_arn,
        channels=tuple(
            Channel(name=each, uri=uri, content_type=CONTENT_TYPES[file_format]) for each, uri in channels.items()
        ),
        output_uri=f"s3://{options.bucket or platform.bucket}/{platform.output_prefix}",
        hyperparameters=hyperparameters,
        machines=Machines(
            instance_type=options.instance_type or platform.instance_type,
            instance_count=_or(options.instance_count, platform.instance_count),
            volume_gb=_or(options.volume_gb, platform.volume_gb),
        ),
        capacity=_capacity(options, platform),
        kms_key_arn=None if key == NO_KEY else key,
        vpc=_vpc(options, platform),
        encrypt_between_hosts=_or(options.encrypt_between_hosts, platform.encrypt_between_hosts),
        network_isolation=_or(options.network_isolation, platform.network_isolation),
        tags=(("project", "digits"), ("environment", environment), *tags_from(options.tags)),
    )


def published_channels(bucket: str, digest: str, names: tuple[str, ...]) -> dict[str, str]:
    """Where `publish --channels` uploaded the channels of that digest."""
    return {name: f"s3://{bucket}/{channels_prefix(digest)}{name}/" for name in names}


def tags_from(texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Tags given as KEY=VALUE.

    Raises
    ------
    JobError
        when one is not of that form
    """
    pairs = [text.partition("=") for text in texts]
    for (key, equals, _), text in zip(pairs, texts, strict=True):
        if not equals or not key:
            raise JobError(f"the tag {text} is not KEY=VALUE; write it like --set tags=team=vision")
    return tuple((key, value) for key, _, value in pairs)


def _image(options: JobOptions, platform: Platform) -> str:
    """The image of the environment, with the tag that was asked for."""
    tag = options.image_tag
    if tag is None:
        return platform.image_uri
    if tag not in END_OF_PATCH:
        raise JobError(f"the image tag {tag!r} is not known, known are {', '.join(END_OF_PATCH)}; use one of these")
    return f"{platform.image_uri.rpartition(':')[0]}:{tag}"


def _capacity(options: JobOptions, platform: Platform) -> Capacity:
    max_run = _or(options.max_run_seconds, platform.max_run_seconds)
    if not _or(options.spot, platform.spot):
        if options.max_wait_seconds is not None or options.checkpoint_uri is not None:
            raise JobError(
                "max_wait_seconds and checkpoint_uri are for spot capacity only; add --spot or leave them out"
            )
        return OnDemand(max_run_seconds=max_run)
    max_wait = options.max_wait_seconds
    if max_wait is None:
        max_wait = max(platform.max_wait_seconds, max_run)
    return Spot(max_run_seconds=max_run, max_wait_seconds=max_wait, checkpoint_uri=options.checkpoint_uri)


def _vpc(options: JobOptions, platform: Platform) -> Vpc | None:
    subnets = options.subnets or platform.subnets
    groups = options.security_groups or platform.security_groups
    return Vpc(subnets=subnets, security_groups=groups) if subnets or groups else None


def _or(given: _Value | None, offered: _Value) -> _Value:
    return offered if given is None else given
