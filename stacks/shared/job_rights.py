"""What whoever starts jobs of SageMaker needs: only on named machines, for so long, and with a key where there is one.

The condition keys are those of the service authorization reference. There is none for the number of machines.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemakerai.html
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

from aws_cdk import aws_iam as iam


class JobKind(Enum):
    """A kind of job; the value is the end of its operations' names."""

    TRAINING = "TrainingJob"
    PROCESSING = "ProcessingJob"


def create_jobs(
    kind: JobKind, resource: str, *, instance_types: Sequence[str], seconds: int, isolated: bool
) -> iam.PolicyStatement:
    """The permission to create jobs that cost no more than the settings allow, each.

    Parameters
    ----------
    kind
        Of the jobs.
    resource
        ARN that the jobs' own fit.
    instance_types
        What they may run on; a machine with GPUs costs a hundred times as much.
    seconds
        The longest run time that they may ask for. Who asks for none is refused: SageMaker's own limit is a day.
    isolated
        Whether they must be without a network. The image also runs programs that are in a channel; in a job without a
        network these have no credentials, so nobody gets the rights of the job's role by writing one.
    """
    conditions: dict[str, Any] = {
        "ForAllValues:StringEquals": {"sagemaker:InstanceTypes": list(instance_types)},
        "NumericLessThanEquals": {"sagemaker:MaxRuntimeInSeconds": str(seconds)},
        # All of none are also equal.
        "Null": {"sagemaker:InstanceTypes": "false"},
    }
    if kind is JobKind.TRAINING:
        # Machines of a warm pool go on costing after their job: they are not for a job that is seldom started.
        conditions["Null"]["sagemaker:KeepAlivePeriod"] = "true"
    if isolated:
        conditions["Bool"] = {"sagemaker:NetworkIsolation": "true"}
    return iam.PolicyStatement(actions=[f"sagemaker:Create{kind.value}"], resources=[resource], conditions=conditions)


def pass_roles(role_arns: Sequence[str]) -> iam.PolicyStatement:
    """The permission to let SageMaker work with these roles."""
    return iam.PolicyStatement(
        actions=["iam:PassRole"],
        resources=list(role_arns),
        conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
    )


def use_key(arn: str) -> list[iam.PolicyStatement]:
    """Read results that are encrypted with this key, and start jobs whose disks are.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    """
    return [
        iam.PolicyStatement(actions=["kms:Decrypt", "kms:DescribeKey"], resources=[arn]),
        grant_for_disks(arn),
    ]


def grant_for_disks(arn: str) -> iam.PolicyStatement:
    """Let the service that attaches a job's disks use the key as long as the job runs, and nobody else."""
    return iam.PolicyStatement(
        actions=["kms:CreateGrant"], resources=[arn], conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}}
    )
