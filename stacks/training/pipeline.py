"""The SageMaker Pipeline: its definition, and the role that starts its jobs and registers its models."""

from __future__ import annotations

import json
from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from contract.bucket_layout import EVALUATIONS_PREFIX
from contract.xgboost_image import XgboostImage
from stacks.shared.container_rights import sagemaker_principal
from stacks.shared.job_rights import JobKind, create_jobs, pass_roles, use_key
from stacks.training.pipeline_definition import PipelineFacts
from stacks.training.pipeline_steps import STEP_SECONDS, pipeline_definition


class TrainingPipeline(Construct):
    """The pipeline of one environment.

    Parameters
    ----------
    name
        Its stable name.
    facts
        What the definition says of its environment.
    bucket
        Of data and models.
    job_roles
        The roles that training and processing jobs run with; the pipeline may pass them to SageMaker, and no other.
    group
        Where models are registered.
    image
        The container that they are registered with.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        facts: PipelineFacts,
        bucket: s3.IBucket,
        job_roles: Sequence[iam.Role],
        group: sagemaker.CfnModelPackageGroup,
        image: XgboostImage,
    ) -> None:
        super().__init__(scope, construct_id)
        stack = cdk.Stack.of(self)
        role = iam.Role(
            self,
            "Role",
            description="Starts the jobs of the digits' pipeline and registers its models",
            assumed_by=sagemaker_principal(stack),
            inline_policies={
                "pipeline": iam.PolicyDocument(
                    statements=[*_statements(stack, facts, bucket, job_roles), _look_at_image(image)]
                )
            },
        )
        self.resource = sagemaker.CfnPipeline(
            self,
            "Definition",
            pipeline_name=name,
            pipeline_description="Check data, train, evaluate, register a model that is better than the promoted one",
            pipeline_definition={
                "PipelineDefinitionBody": json.dumps(pipeline_definition(facts), separators=(",", ":"))
            },
            role_arn=role.role_arn,
        )
        self.resource.node.add_dependency(group)
        self.arn = stack.format_arn(service="sagemaker", resource="pipeline", resource_name=name)


def _statements(
    stack: cdk.Stack, facts: PipelineFacts, bucket: s3.IBucket, job_roles: Sequence[iam.Role]
) -> list[iam.PolicyStatement]:
    """What its steps need: https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-access.html."""

    def arn(resource: str, name: str) -> str:
        return stack.format_arn(service="sagemaker", resource=resource, resource_name=name)

    settings = facts.settings
    limits = {
        JobKind.TRAINING: (
            arn("training-job", f"{facts.job_prefix}*"),
            settings.pipeline_types,
            settings.max_run_seconds,
        ),
        JobKind.PROCESSING: (
            arn("processing-job", f"{facts.job_prefix}*"),
            [settings.step_instance_type],
            STEP_SECONDS,
        ),
    }
    return [
        *(
            create_jobs(kind, jobs, instance_types=types, seconds=seconds, isolated=settings.network_isolation)
            for kind, (jobs, types, seconds) in limits.items()
        ),
        *(
            iam.PolicyStatement(
                actions=["sagemaker:AddTags", f"sagemaker:Describe{kind.value}", f"sagemaker:Stop{kind.value}"],
                resources=[jobs],
            )
            for kind, (jobs, _, _) in limits.items()
        ),
        iam.PolicyStatement(
            actions=["sagemaker:AddTags", "sagemaker:CreateModelPackage", "sagemaker:DescribeModelPackage"],
            resources=[
                arn("model-package-group", facts.model_package_group),
                arn("model-package", f"{facts.model_package_group}/*"),
            ],
        ),
        pass_roles([role.role_arn for role in job_roles]),
        iam.PolicyStatement(actions=["s3:GetObject"], resources=[bucket.arn_for_objects(f"{EVALUATIONS_PREFIX}*")]),
        *(use_key(settings.kms_key_arn) if settings.kms_key_arn else []),
    ]


def _look_at_image(image: XgboostImage) -> iam.PolicyStatement:
    """A registered model has the digest of its image, which the registry looks up as whoever registers.

    https://docs.aws.amazon.com/sagemaker/latest/dg/security-iam-awsmanpol-model-registry.html
    """
    return iam.PolicyStatement(actions=["ecr:BatchGetImage", "ecr:DescribeImages"], resources=[image.repository_arn])
