"""The roles of jobs: one for training jobs, one for the processing jobs of the pipeline. They start nothing themselves.

Each has its own prefixes of the bucket, one image, its own log streams and metrics.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from contract.bucket_layout import CHANNELS_PREFIX, JOBS_PREFIX, PIPELINE_PREFIX
from contract.xgboost_image import XgboostImage
from stacks.shared.container_rights import pull_image, put_metrics, sagemaker_principal, write_logs
from stacks.shared.job_rights import grant_for_disks
from stacks.training.settings import TrainingNetwork

TRAINING_LOGS, PROCESSING_LOGS = "/aws/sagemaker/TrainingJobs", "/aws/sagemaker/ProcessingJobs"
"""One for all jobs of an account and region. They belong to no stack: see docs/adr/0011-training-stack.md."""


@dataclass(frozen=True, kw_only=True)
class CodeObject:
    """The program of the pipeline's steps in the bucket of the CDK's assets."""

    bucket_arn: str
    key: str

    @property
    def statements(self) -> list[iam.PolicyStatement]:
        """The rights to download exactly this object; SageMaker lists a prefix before it downloads it."""
        return [
            iam.PolicyStatement(actions=["s3:GetObject"], resources=[f"{self.bucket_arn}/{self.key}"]),
            iam.PolicyStatement(
                actions=["s3:ListBucket"],
                resources=[self.bucket_arn],
                conditions={"StringEquals": {"s3:prefix": self.key}},
            ),
        ]


def make_training_role(
    scope: Construct,
    *,
    bucket: s3.IBucket,
    image: XgboostImage,
    job_prefix: str,
    kms_key_arn: str | None,
    network: TrainingNetwork | None,
) -> iam.Role:
    """Make the role of training jobs. It writes below `jobs/` only: no job can write the evaluation of its own model.

    Parameters
    ----------
    bucket
        Of data and models.
    image
        The built-in container.
    job_prefix
        What the names of all jobs begin with, and so their log streams.
    kms_key_arn
        The key that disks and results are encrypted with, if it is not AWS's own.
    network
        The subnets that jobs are put into, if they are not SageMaker's.
    """
    statements = [
        *_use_bucket(bucket, read=[CHANNELS_PREFIX, JOBS_PREFIX], written=[JOBS_PREFIX]),
        *_run_container(scope, TRAINING_LOGS, image=image, job_prefix=job_prefix),
        *_use_key_and_network(scope, kms_key_arn, network),
    ]
    return iam.Role(
        scope,
        "JobRole",
        description="Training jobs of the digits",
        assumed_by=sagemaker_principal(cdk.Stack.of(scope)),
        inline_policies={"training": iam.PolicyDocument(statements=statements)},
    )


def make_step_role(
    scope: Construct,
    *,
    bucket: s3.IBucket,
    image: XgboostImage,
    job_prefix: str,
    code: CodeObject,
    kms_key_arn: str | None,
    network: TrainingNetwork | None,
) -> iam.Role:
    """Make the role of the pipeline's processing jobs, which check data and evaluate models.

    Parameters
    ----------
    bucket, image, job_prefix, kms_key_arn, network
        As for training jobs.
    code
        The program of the pipeline's steps.
    """
    statements = [
        *_use_bucket(bucket, read=[CHANNELS_PREFIX, JOBS_PREFIX], written=[PIPELINE_PREFIX]),
        *code.statements,
        *_run_container(scope, PROCESSING_LOGS, image=image, job_prefix=job_prefix),
        *_use_key_and_network(scope, kms_key_arn, network),
    ]
    return iam.Role(
        scope,
        "StepRole",
        description="Processing jobs of the digits' pipeline",
        assumed_by=sagemaker_principal(cdk.Stack.of(scope)),
        inline_policies={"steps": iam.PolicyDocument(statements=statements)},
    )


def _run_container(
    scope: Construct, log_group: str, *, image: XgboostImage, job_prefix: str
) -> list[iam.PolicyStatement]:
    return [
        *pull_image(image),
        write_logs(cdk.Stack.of(scope), [log_group], streams=f"{job_prefix}*"),
        put_metrics(["AWS/SageMaker", log_group]),
    ]


def _use_key_and_network(
    scope: Construct, kms_key_arn: str | None, network: TrainingNetwork | None
) -> list[iam.PolicyStatement]:
    return [
        *(_use_key(kms_key_arn) if kms_key_arn else []),
        *(_use_network(cdk.Stack.of(scope), network) if network else []),
    ]


def _use_bucket(bucket: s3.IBucket, *, read: Sequence[str], written: Sequence[str]) -> list[iam.PolicyStatement]:
    return [
        iam.PolicyStatement(actions=["s3:GetObject"], resources=_objects(bucket, read)),
        iam.PolicyStatement(actions=["s3:AbortMultipartUpload", "s3:PutObject"], resources=_objects(bucket, written)),
        iam.PolicyStatement(
            actions=["s3:ListBucket"],
            resources=[bucket.bucket_arn],
            conditions={"StringLike": {"s3:prefix": [f"{prefix}*" for prefix in read]}},
        ),
    ]


def _objects(bucket: s3.IBucket, prefixes: Sequence[str]) -> list[str]:
    return [bucket.arn_for_objects(f"{prefix}*") for prefix in prefixes]


def _use_key(arn: str) -> list[iam.PolicyStatement]:
    # Disks need a grant: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    return [
        iam.PolicyStatement(
            actions=["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"], resources=[arn]
        ),
        grant_for_disks(arn),
    ]


def _use_network(stack: cdk.Stack, network: TrainingNetwork) -> list[iam.PolicyStatement]:
    """What SageMaker does to put machines into a VPC.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createtrainingjob-perms
    """

    def ec2(resource: str, name: str) -> str:
        return stack.format_arn(service="ec2", resource=resource, resource_name=name)

    interfaces = ec2("network-interface", "*")
    return [
        iam.PolicyStatement(
            actions=["ec2:CreateNetworkInterface"],
            resources=[
                interfaces,
                *(ec2("subnet", name) for name in network.subnets),
                *(ec2("security-group", name) for name in network.security_groups),
            ],
        ),
        iam.PolicyStatement(
            actions=[
                "ec2:CreateNetworkInterfacePermission",
                "ec2:DeleteNetworkInterface",
                "ec2:DeleteNetworkInterfacePermission",
            ],
            resources=[interfaces],
        ),
        # These take no resource.
        iam.PolicyStatement(
            actions=[
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
            ],
            resources=["*"],
        ),
    ]
