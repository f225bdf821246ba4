"""Make boto3's clients, all with the same patience. The only place that knows how long a call may take."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, overload

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

CONFIG = Config(
    connect_timeout=5,
    read_timeout=60,
    retries={"mode": "standard", "total_max_attempts": 4},
    user_agent_extra="digits-training",
)


@overload
def client(service: Literal["s3"]) -> S3Client: ...
@overload
def client(service: Literal["ssm"]) -> SSMClient: ...
@overload
def client(service: Literal["sagemaker"]) -> SageMakerClient: ...
@overload
def client(service: Literal["sagemaker-runtime"]) -> SageMakerRuntimeClient: ...
@overload
def client(service: Literal["logs"]) -> CloudWatchLogsClient: ...
@overload
def client(service: Literal["iam"]) -> IAMClient: ...
@overload
def client(service: Literal["kinesis"]) -> KinesisClient: ...
@overload
def client(service: Literal["sqs"]) -> SQSClient: ...
def client(service: Any) -> Any:
    """A client of the session that the environment describes; `AWS_ENDPOINT_URL` leads to the emulator."""
    variables = tuple(sorted(item for item in os.environ.items() if item[0].startswith("AWS_")))
    return _session(variables).client(service, config=CONFIG)


@lru_cache(maxsize=1)
def _session(_variables: tuple[tuple[str, str], ...]) -> boto3.session.Session:
    """One for all clients with the same variables: it reads the descriptions of the services once."""
    return new_session()


def new_session() -> boto3.session.Session:
    """A session in the region of `AWS_REGION`, which boto3 does not read itself, or of its own settings."""
    return boto3.session.Session(region_name=os.environ.get("AWS_REGION") or None)


def region() -> str:
    """The region of that session.

    Raises
    ------
    botocore.exceptions.NoRegionError
        when none is set
    """
    return client("sagemaker").meta.region_name
