"""The role that SageMaker hosts a model with: one object, one repository, its own logs and metrics."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from contract.manifest import Manifest
from contract.xgboost_image import XgboostImage
from stacks.shared.container_rights import pull_image, put_metrics, sagemaker_principal, write_logs

LOG_GROUPS = "/aws/sagemaker/Endpoints"
METRIC_NAMESPACES = ("AWS/SageMaker", "/aws/sagemaker/Endpoints")


def make_execution_role(
    scope: Construct,
    *,
    bucket: s3.IBucket,
    manifest: Manifest,
    image: XgboostImage,
    endpoint_name: str,
    alarm_arns: Sequence[str],
) -> iam.Role:
    """Make the role.

    Its policies are part of the role itself: whatever refers to the role exists after them, so a model is never started
    before it may read its artifact. Its path names the artifact, so that CloudFormation replaces the role with the
    model: while an update goes on, or is rolled back, the old model can still be read by its own role.
    https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms
    """
    stack = cdk.Stack.of(scope)
    statements = [
        iam.PolicyStatement(actions=["s3:GetObject"], resources=[bucket.arn_for_objects(manifest.artifact.key)]),
        *pull_image(image),
        write_logs(stack, [f"{LOG_GROUPS}/{endpoint_name}"], create_groups=False),
        put_metrics(METRIC_NAMESPACES),
    ]
    if alarm_arns:
        statements.append(iam.PolicyStatement(actions=["cloudwatch:DescribeAlarms"], resources=list(alarm_arns)))
    return iam.Role(
        scope,
        "ExecutionRole",
        path=f"/{endpoint_name}/{manifest.artifact.sha256[:12]}/",
        assumed_by=sagemaker_principal(stack),
        inline_policies={"hosting": iam.PolicyDocument(statements=statements)},
    )
