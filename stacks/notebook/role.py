"""The role of the notebook: this project's data, this project's training jobs, one question to the model, its own stop.

It cannot publish or promote a model: `models/` is out of its reach, and nothing may be deleted or written twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from contract.bucket_layout import CHANNELS_PREFIX, JOBS_PREFIX, SOURCES_PREFIX
from stacks.notebook.settings import AsksThrough, NotebookSettings
from stacks.settings import Settings
from stacks.shared.container_rights import notebook_principal, write_logs
from stacks.shared.job_rights import JobKind, create_jobs, pass_roles, use_key

JOB_LOGS = "/aws/sagemaker/TrainingJobs"
INSTANCE_LOGS = "/aws/sagemaker/NotebookInstances"
PARAMETERS = ("api", "bucket-name", "training")
READ_PREFIXES = (CHANNELS_PREFIX, SOURCES_PREFIX, JOBS_PREFIX)


@dataclass(frozen=True, kw_only=True)
class NotebookTargets:
    """What the notebook works with.

    Attributes
    ----------
    bucket
        Data and results of jobs.
    training_role
        What its jobs run as.
    endpoint_arn
        The endpoint that serves the promoted model.
    api_arns
        The routes of the API in front of it.
    """

    bucket: s3.IBucket
    training_role: iam.IRole
    endpoint_arn: str
    api_arns: Sequence[str]


def make_notebook_role(
    scope: Construct, *, settings: Settings, notebook: NotebookSettings, targets: NotebookTargets, files_arn: str
) -> iam.Role:
    """Make the role.

    Parameters
    ----------
    settings, notebook
        The environment, and its notebook: what its jobs may run on, and whether it reaches the API or the endpoint.
    targets
        What it works with.
    files_arn
        The object with the notebook's files.
    """
    stack = cdk.Stack.of(scope)
    name = settings.application_name
    question = (
        iam.PolicyStatement(actions=["sagemaker:InvokeEndpoint"], resources=[targets.endpoint_arn])
        if notebook.asks_through is AsksThrough.ENDPOINT
        else iam.PolicyStatement(actions=["execute-api:Invoke"], resources=list(targets.api_arns))
    )
    statements = [
        *_use_bucket(targets.bucket),
        iam.PolicyStatement(actions=["s3:GetObject"], resources=[files_arn]),
        create_jobs(
            JobKind.TRAINING,
            _jobs(stack, name),
            instance_types=notebook.job_instance_types,
            seconds=settings.training.max_run_seconds,
            isolated=settings.training.network_isolation,
        ),
        *_run_jobs(stack, name, targets.training_role),
        *(use_key(settings.training.kms_key_arn) if settings.training.kms_key_arn else []),
        _read_job_logs(stack, name),
        _read_log_streams(stack),
        _read_parameters(stack, settings.environment),
        iam.PolicyStatement(actions=["sagemaker:DescribeEndpoint"], resources=[targets.endpoint_arn]),
        question,
        _stop_itself(stack, name),
        _write_own_logs(stack, name),
    ]
    return iam.Role(
        scope,
        "Role",
        description="The notebook instance of the digits",
        assumed_by=notebook_principal(),
        inline_policies={"notebook": iam.PolicyDocument(statements=statements)},
    )


def _use_bucket(bucket: s3.IBucket) -> list[iam.PolicyStatement]:
    return [
        iam.PolicyStatement(
            actions=["s3:ListBucket"],
            resources=[bucket.bucket_arn],
            conditions={"StringLike": {"s3:prefix": [f"{prefix}*" for prefix in READ_PREFIXES]}},
        ),
        iam.PolicyStatement(
            actions=["s3:GetObject"], resources=[bucket.arn_for_objects(f"{prefix}*") for prefix in READ_PREFIXES]
        ),
        # Only what is not there yet: channels are named by their content, nobody has a reason to write one again.
        iam.PolicyStatement(
            actions=["s3:PutObject"],
            resources=[bucket.arn_for_objects(f"{CHANNELS_PREFIX}*")],
            conditions={"Null": {"s3:if-none-match": "false"}},
        ),
    ]


def _run_jobs(stack: cdk.Stack, name: str, training_role: iam.IRole) -> list[iam.PolicyStatement]:
    return [
        iam.PolicyStatement(
            actions=["sagemaker:AddTags", "sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob"],
            resources=[_jobs(stack, name)],
        ),
        pass_roles([training_role.role_arn]),
    ]


def _jobs(stack: cdk.Stack, name: str) -> str:
    return stack.format_arn(service="sagemaker", resource="training-job", resource_name=f"{name}-*")


def _log_group(stack: cdk.Stack, name: str) -> str:
    return stack.format_arn(
        service="logs", resource="log-group", resource_name=name, arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME
    )


def _read_job_logs(stack: cdk.Stack, name: str) -> iam.PolicyStatement:
    streams = _log_group(stack, f"{JOB_LOGS}:log-stream:{name}-*")
    return iam.PolicyStatement(actions=["logs:GetLogEvents"], resources=[streams])


def _read_log_streams(stack: cdk.Stack) -> iam.PolicyStatement:
    """The names of the streams; CloudWatch Logs asks about the group with an empty stream."""
    groups = [_log_group(stack, JOB_LOGS), _log_group(stack, f"{JOB_LOGS}:log-stream:")]
    return iam.PolicyStatement(actions=["logs:DescribeLogStreams"], resources=groups)


def _read_parameters(stack: cdk.Stack, environment: str) -> iam.PolicyStatement:
    names = [f"digits/{environment}/{name}" for name in PARAMETERS]
    arns = [stack.format_arn(service="ssm", resource="parameter", resource_name=name) for name in names]
    return iam.PolicyStatement(actions=["ssm:GetParameter"], resources=arns)


def _stop_itself(stack: cdk.Stack, name: str) -> iam.PolicyStatement:
    instance = stack.format_arn(service="sagemaker", resource="notebook-instance", resource_name=name)
    actions = ["sagemaker:DescribeNotebookInstance", "sagemaker:StopNotebookInstance"]
    return iam.PolicyStatement(actions=actions, resources=[instance])


def _write_own_logs(stack: cdk.Stack, name: str) -> iam.PolicyStatement:
    """Jupyter's log and those of the lifecycle scripts; SageMaker names the streams `NAME/jupyter.log` and so on."""
    return write_logs(stack, [INSTANCE_LOGS], streams=f"{name}/*")
