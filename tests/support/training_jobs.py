"""Jobs to test with: specs of every shape, as both backends must send them."""

from __future__ import annotations

from dataclasses import replace

from training.jobs.spec import Channel, JobSpec, Machines, OnDemand, Spot, Vpc
from training.model.hyperparameters import Hyperparameters

BUCKET = "digits-local-bucket"
KEY = "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"


def channel(name: str = "train", *, content_type: str = "text/csv") -> Channel:
    """A channel in the bucket."""
    return Channel(name=name, uri=f"s3://{BUCKET}/channels/0123/{name}/", content_type=content_type)


ONE_HOST = JobSpec(
    name="digits-local-20261122-213045-3f9a",
    image_uri="683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0",
    role_arn="arn:aws:iam::123456789012:role/digits-local-training",
    channels=(channel("train"), channel("validation")),
    output_uri=f"s3://{BUCKET}/jobs/",
    hyperparameters=Hyperparameters.default(num_round="5", eta="0.1"),
    machines=Machines(instance_type="ml.m5.xlarge"),
    capacity=OnDemand(max_run_seconds=3600),
    tags=(("project", "digits"), ("environment", "local")),
)

SEVERAL_HOSTS = replace(
    ONE_HOST,
    machines=Machines(instance_type="ml.c5.2xlarge", instance_count=3, volume_gb=50),
    encrypt_between_hosts=True,
    tags=(),
)

ON_SPOT = replace(
    ONE_HOST,
    capacity=Spot(
        max_run_seconds=3600, max_wait_seconds=7200, checkpoint_uri=f"s3://{BUCKET}/jobs/{ONE_HOST.name}/checkpoints/"
    ),
    network_isolation=True,
)

IN_A_VPC = replace(
    ONE_HOST,
    channels=(channel(content_type="application/x-parquet"),),
    kms_key_arn=KEY,
    vpc=Vpc(subnets=("subnet-0a", "subnet-0b"), security_groups=("sg-0a",)),
    network_isolation=True,
)

SHAPES = {"one_host": ONE_HOST, "several_hosts": SEVERAL_HOSTS, "on_spot": ON_SPOT, "in_a_vpc": IN_A_VPC}
