"""The role that SageMaker hosts a model with: one object, one repository, its own logs and metrics."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from contract.manifest import Manifest
from contract.xgboost_image import XgboostImage
from stacks.inference.rollback_alarms import rollback_alarm_prefix
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
    watches_alarms: bool,
) -> iam.Role:
    """Make the role.

    Its policies are part of the role itself: whatever refers to the role exists after them, so a model is never started
    before it may read its artifact. Its path names the artifact, so that CloudFormation replaces the role with the
    model: while an update goes on, or is rolled back, the old model can still be read by its own role.
    https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms

    Parameters
    ----------
    watches_alarms
        Whether SageMaker reads the state of the rollback alarms with this role. They are made after it and are named
        after the configuration, so the right is to the beginning of their names.
    """
    stack = cdk.Stack.of(scope)
    statements = [
        iam.PolicyStatement(actions=["s3:GetObject"], resources=[bucket.arn_for_objects(manifest.artifact.key)]),
        *pull_image(image),
        write_logs(stack, [f"{LOG_GROUPS}/{endpoint_name}"], creates_groups=False),
        put_metrics(METRIC_NAMESPACES),
    ]
    if watches_alarms:
        statements.append(
            iam.PolicyStatement(
                actions=["cloudwatch:DescribeAlarms"],
                resources=[
                    stack.format_arn(
                        service="cloudwatch",
                        resource="alarm",
                        resource_name=f"{rollback_alarm_prefix(endpoint_name)}*",
                        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
                    )
                ],
            )
        )
    return iam.Role(
        scope,
        "ExecutionRole",
        path=f"/{endpoint_name}/{manifest.artifact.sha256[:12]}/",
        assumed_by=sagemaker_principal(stack),
        inline_policies={"hosting": iam.PolicyDocument(statements=statements)},
    )
