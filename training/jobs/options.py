"""The options of a training job, which override the environment's defaults; `submit` and `tune` have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from training.common.options import Option

NO_KEY = "none"
"""Value of `kms_key_arn` that selects no key where the environment has one."""


@dataclass(frozen=True, kw_only=True)
class JobOptions:
    """Overrides of the environment's defaults (`training.aws.platform.Platform`); None keeps the default."""

    instance_count: Annotated[
        int | None, Option("Number of hosts that train together.", flags=("--instances",), metavar="N")
    ] = None
    instance_type: Annotated[
        str | None, Option("Instance type, such as ml.m5.xlarge.", flags=("--instance-type",), metavar="TYPE")
    ] = None
    spot: Annotated[
        bool | None, Option("Use spot capacity: cheaper, but it may be interrupted.", flags=("--spot/--on-demand",))
    ] = None
    volume_gb: Annotated[int | None, Option("Size of the volume of each host in GiB.")] = None
    max_run_seconds: Annotated[int | None, Option("Maximum training time in seconds.")] = None
    max_wait_seconds: Annotated[
        int | None, Option("Maximum total time of a spot job in seconds, waiting for capacity included.")
    ] = None
    checkpoint_uri: Annotated[
        str | None, Option("Prefix s3://BUCKET/PREFIX/ where a spot job stores checkpoints, to resume from them.")
    ] = None
    bucket: Annotated[str | None, Option("Bucket for input channels and model output.")] = None
    role_arn: Annotated[str | None, Option("ARN of the execution role of the job.")] = None
    image_tag: Annotated[str | None, Option("Tag of the built-in XGBoost image, such as 3.2-0.")] = None
    kms_key_arn: Annotated[
        str | None,
        Option(f"ARN of the KMS key that encrypts volumes and output; {NO_KEY} for AWS-owned keys."),
    ] = None
    subnets: Annotated[tuple[str, ...], Option("Subnets of your VPC, separated by commas.")] = ()
    security_groups: Annotated[tuple[str, ...], Option("Security groups of your VPC, separated by commas.")] = ()
    encrypt_between_hosts: Annotated[bool | None, Option("Encrypt traffic between hosts.")] = None
    network_isolation: Annotated[bool | None, Option("Run containers without network access.")] = None
    tags: Annotated[
        tuple[str, ...], Option("Tags of the job as KEY=VALUE, separated by commas, such as team=vision,stage=trial.")
    ] = ()
