"""What every container of SageMaker needs, whether it serves or trains: its image, its log group, its metrics."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from contract.xgboost_image import XgboostImage


def sagemaker_principal(stack: cdk.Stack) -> iam.ServicePrincipal:
    """SageMaker, working for this account and no other."""
    return iam.ServicePrincipal(
        "sagemaker.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": stack.account}}
    )


def notebook_principal() -> iam.ServicePrincipal:
    """SageMaker as the owner of notebook instances, which does not say for which account it asks, as far as AWS tells.

    The page that names the features that do (inference, pipelines, processing and training jobs) does not name these:
    https://docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html. A role can only be passed
    inside its own account.
    """
    return iam.ServicePrincipal("sagemaker.amazonaws.com")


def pull_image(image: XgboostImage) -> list[iam.PolicyStatement]:
    """Pull from the one repository of the built-in image."""
    return [
        # It takes no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
        iam.PolicyStatement(actions=["ecr:GetAuthorizationToken"], resources=["*"]),
        iam.PolicyStatement(
            actions=["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            resources=[image.repository_arn],
        ),
    ]


def write_logs(
    stack: cdk.Stack, groups: Sequence[str], *, streams: str = "*", creates_groups: bool = True
) -> iam.PolicyStatement:
    """Write log streams whose names fit `streams`, in the named groups.

    A group that a stack owns must not be created by others: late lines would make it again after the stack has deleted
    it, and the next creation of the stack would fail.

    Who asks about a group itself is, for CloudWatch Logs, somebody who asks about its stream without a name.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html

    Parameters
    ----------
    groups
        Their names.
    streams
        A pattern of names of streams.
    creates_groups
        Whether the groups may be created too; False where a stack owns them.
    """
    create = ["logs:CreateLogGroup"] if creates_groups else []
    return iam.PolicyStatement(
        actions=[*create, "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        resources=[
            stack.format_arn(
                service="logs",
                resource="log-group",
                resource_name=name,
                arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
            )
            for group in groups
            for name in (group, f"{group}:log-stream:", f"{group}:log-stream:{streams}")
        ],
    )


def put_metrics(namespaces: Sequence[str]) -> iam.PolicyStatement:
    """Put metrics into these namespaces."""
    # It takes no resource; the namespace is what can be narrowed.
    return iam.PolicyStatement(
        actions=["cloudwatch:PutMetricData"],
        resources=["*"],
        conditions={"StringEquals": {"cloudwatch:namespace": list(namespaces)}},
    )
