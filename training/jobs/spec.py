"""What a training job is, as one frozen value. Whatever can be known to be wrong without asking AWS is refused here.

Limits are those of the service (API reference of CreateTrainingJob, botocore's service-2.json) and of the built-in
XGBoost container; `request` turns the value into the request.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from contract.bucket_layout import ARCHIVE_NAME
from training.common.errors import JobError
from training.data.channels import CONTENT_TYPES
from training.jobs.instances import instance_type
from training.jobs.values import check_name, check_range, check_tags, check_uri
from training.model.hyperparameters import Hyperparameters

MOST_SECONDS = 28 * 24 * 3600
"""The longest that a job may run."""
QUOTA_SECONDS = 432_000
"""What an account may use of it unless its quota was raised."""
MOST_VOLUME_GB = 16_384
MOST_HOSTS = 100

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+")
_KEY = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/(mrk-)?[0-9a-f-]+")


@dataclass(frozen=True, kw_only=True)
class Channel:
    """Data that every host, or every host a share of, finds as files.

    Parameters
    ----------
    name
        `train` or `validation`
    uri
        `s3://BUCKET/PREFIX/`; every object whose key begins so belongs to it
    content_type
        one of `CONTENT_TYPES`
    """

    name: str
    uri: str
    content_type: str

    def __post_init__(self) -> None:
        if self.name not in ("train", "validation"):
            raise JobError(
                f"the channel {self.name!r} is not allowed, the container takes train and validation only;"
                " leave it out: the test images are scored afterwards, by python -m training fetch"
            )
        check_uri(f"the channel {self.name}", self.uri)
        if self.content_type not in CONTENT_TYPES.values():
            raise JobError(
                f"the channel {self.name} has the content type {self.content_type!r}, allowed are"
                f" {', '.join(CONTENT_TYPES.values())}; write the channels with: python -m training prepare"
            )


@dataclass(frozen=True, kw_only=True)
class Machines:
    """What a job runs on: so many instances of a type, each with a volume of so many GiB."""

    instance_type: str
    instance_count: int = 1
    volume_gb: int = 10

    def __post_init__(self) -> None:
        kind = instance_type(self.instance_type)
        check_range("instance count", self.instance_count, 1, MOST_HOSTS, "hosts")
        most = kind.local_storage_gb or MOST_VOLUME_GB
        check_range(f"volume of {self.instance_type}", self.volume_gb, 1, most, "GiB")


@dataclass(frozen=True, kw_only=True)
class OnDemand:
    """Capacity that is not taken away; the job is stopped after so many seconds of training."""

    max_run_seconds: int

    def __post_init__(self) -> None:
        check_range("run time", self.max_run_seconds, 1, MOST_SECONDS, "seconds")


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Cheaper capacity that may be taken away.

    Parameters
    ----------
    max_run_seconds
        seconds of training after which the job is stopped
    max_wait_seconds
        seconds until it must be done, with the waiting for capacity
    checkpoint_uri
        where the model so far is kept, so that an interrupted job goes on; None starts it again from the beginning
    """

    max_run_seconds: int
    max_wait_seconds: int
    checkpoint_uri: str | None = None

    def __post_init__(self) -> None:
        check_range("run time", self.max_run_seconds, 1, MOST_SECONDS, "seconds")
        check_range("wait time", self.max_wait_seconds, 1, MOST_SECONDS, "seconds")
        if self.max_wait_seconds < self.max_run_seconds:
            raise JobError(
                f"the wait time is {self.max_wait_seconds} seconds, it includes the run time and must be at least its"
                f" {self.max_run_seconds}; raise max_wait_seconds or lower max_run_seconds"
            )
        if self.checkpoint_uri is not None:
            check_uri("the checkpoint", self.checkpoint_uri)


Capacity = OnDemand | Spot


@dataclass(frozen=True, kw_only=True)
class Vpc:
    """The subnets and security groups of a job's network interfaces."""

    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]

    def __post_init__(self) -> None:
        for what, ids, prefix, most in (
            ("subnets", self.subnets, "subnet-", 16),
            ("security groups", self.security_groups, "sg-", 5),
        ):
            if not 1 <= len(ids) <= most:
                raise JobError(
                    f"a job in a VPC has {len(ids)} {what}, allowed are 1 to {most};"
                    " give subnets and security_groups together or neither"
                )
            for each in ids:
                if not each.startswith(prefix):
                    raise JobError(
                        f"{each!r} is not one of the {what}, expected an id such as {prefix}0123456789abcdef"
                    )


@dataclass(frozen=True, kw_only=True)
class JobSpec:
    """A training job.

    Parameters
    ----------
    name
        unique in account and region, at most 63 letters, digits and hyphens
    image_uri
        the built-in XGBoost image of the region
    role_arn
        execution role of the job
    channels
        `train`, and `validation` unless there is none
    output_uri
        `s3://BUCKET/PREFIX/`, below which SageMaker writes `NAME/output/model.tar.gz`
    hyperparameters
        validated; whether their model could be served is `training.model.digits_model`'s question
    machines, capacity
        what it runs on and for how long
    kms_key_arn
        encrypts volumes and output; None leaves that to AWS's own keys
    vpc
        None for AWS's own network
    encrypt_between_hosts, network_isolation
        whether traffic between hosts is encrypted, and whether containers have no network access
    tags
        key and value of each
    """

    name: str
    image_uri: str
    role_arn: str
    channels: tuple[Channel, ...]
    output_uri: str
    hyperparameters: Hyperparameters
    machines: Machines
    capacity: Capacity
    kms_key_arn: str | None = None
    vpc: Vpc | None = None
    encrypt_between_hosts: bool = False
    network_isolation: bool = False
    tags: tuple[tuple[str, str], ...] = field(default=())

    def __post_init__(self) -> None:
        check_name(self.name)
        if not _ROLE.fullmatch(self.role_arn):
            raise JobError(f"{self.role_arn!r} is not the ARN of a role, expected arn:aws:iam::ACCOUNT:role/NAME")
        check_uri("the output", self.output_uri)
        _check_channels(self.channels)
        check_tags(self.tags)
        _check_key(self)
        _check_gpu(self)
        _check_exact(self)

    @property
    def model_uri(self) -> str:
        """Where SageMaker puts the model."""
        return f"{self.output_uri.rstrip('/')}/{self.name}/output/{ARCHIVE_NAME}"

    @property
    def sharded(self) -> bool:
        """Whether each host gets a share of the part files; Dask on GPUs wants everything everywhere."""
        return self.machines.instance_count > 1 and self.hyperparameters.get("use_dask_gpu_training") != "true"


def _check_channels(channels: tuple[Channel, ...]) -> None:
    names = [channel.name for channel in channels]
    if "train" not in names or len(set(names)) != len(names):
        raise JobError(
            f"the channels are {', '.join(names) or 'none'}, expected train once and validation at most once;"
            " publish them with: python -m training publish --channels"
        )
    types = {channel.content_type for channel in channels}
    if len(types) > 1:
        raise JobError(
            f"the channels have the content types {', '.join(sorted(types))}, the container reads both as train's;"
            " use one format for both"
        )
    if len({channel.uri.rstrip("/") for channel in channels}) != len(channels):
        raise JobError(
            f"train and validation are both {channels[0].uri}, so validation would measure nothing;"
            " give each its own prefix"
        )


def _check_key(spec: JobSpec) -> None:
    if spec.kms_key_arn is None:
        return
    if not _KEY.fullmatch(spec.kms_key_arn):
        raise JobError(
            f"{spec.kms_key_arn!r} is not the ARN of a key, expected arn:aws:kms:REGION:ACCOUNT:key/ID;"
            " correct kms_key_arn; none selects AWS-owned keys"
        )
    if instance_type(spec.machines.instance_type).local_storage_gb:
        raise JobError(
            f"{spec.machines.instance_type} keeps the data on its own disks, which take no key of KMS"
            f" ({spec.kms_key_arn}); use an instance type without them, such as ml.m5.xlarge, or --set kms_key_arn=none"
        )


def _check_gpu(spec: JobSpec) -> None:
    values = spec.hyperparameters
    wants_gpu = values.get("tree_method") == "gpu_hist" or values.get("use_dask_gpu_training") == "true"
    if wants_gpu and not instance_type(spec.machines.instance_type).has_gpu:
        raise JobError(
            f"the hyperparameters ask for a GPU, but {spec.machines.instance_type} has none;"
            " use --set tree_method=hist, or an instance type such as ml.g4dn.xlarge"
        )
    if values.get("use_dask_gpu_training") == "true" and values.get("tree_method") not in ("gpu_hist", "hist"):
        raise JobError(
            f"use_dask_gpu_training needs tree_method gpu_hist or hist, it is {values.get('tree_method') or 'not set'};"
            " use --set tree_method=gpu_hist"
        )


def _check_exact(spec: JobSpec) -> None:
    hosts, method = spec.machines.instance_count, spec.hyperparameters.get("tree_method")
    if hosts > 1 and method == "exact":
        raise JobError(
            f"tree_method exact trains on one host only, the job has {hosts}; use --set tree_method=hist, or one host"
        )
