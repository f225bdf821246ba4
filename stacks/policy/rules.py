"""The policy rules that every synthesis is checked against, and the findings that are accepted, each with its reason.

A finding is accepted at one construct, by its full identifier; anything else that the rules find fails the synthesis. A
test takes all of this away and sees that each finding is still there, so that none outlives its cause.
"""

from __future__ import annotations

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks

from contract.bucket_layout import (
    CHANNELS_PREFIX,
    DEAD_LETTERS_PREFIX,
    EVALUATIONS_PREFIX,
    JOBS_PREFIX,
    MODELS_PREFIX,
    PARTS_PREFIX,
    PIPELINE_PREFIX,
    SOURCES_PREFIX,
)
from stacks.notebook.settings import PublicInternet
from stacks.policy.accepted_finding import AcceptedFinding, traced
from stacks.policy.people_findings import people_findings, upload_findings
from stacks.policy.shared_bucket import data_bucket_arn
from stacks.settings import Settings


def accepted_findings(settings: Settings) -> list[AcceptedFinding]:
    """All of them, for one environment."""
    return [
        *_training(settings),
        *_stream(settings),
        *_inference(settings),
        *people_findings(settings),
        *upload_findings(settings),
        *_api(settings),
        *_notebook(settings),
    ]


def check_policies(app: cdk.App, settings: Settings, *, accept: bool = True) -> None:
    """Let every synthesis of `app` fail on a finding that is not accepted.

    Parameters
    ----------
    accept
        False reports the accepted ones too.
    """
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    for accepted in accepted_findings(settings) if accept else []:
        construct = app.node.find_child(accepted.stack)
        for name in accepted.construct.split("/"):
            construct = construct.node.find_child(name)
        cdk.Validations.of(construct).acknowledge(cdk.Acknowledgment(id=accepted.finding, reason=accepted.reason))


def _stream(settings: Settings) -> list[AcceptedFinding]:
    if not settings.parts.stream:
        return []
    stack = settings.stack_name("stream")
    bucket = data_bucket_arn(settings)
    found = [traced(stack, "Digits/Consumer/Role")] if settings.tracing else []
    written = [
        AcceptedFinding(
            stack=stack,
            construct="Digits/Consumer/Role",
            finding=f"AwsSolutions-IAM5[Resource::{bucket}/{prefix}*]",
            reason="names of objects are made of shard, sequence number and digest; the prefix is the consumer's own",
        )
        for prefix in (PARTS_PREFIX, DEAD_LETTERS_PREFIX)
    ]
    return [
        *found,
        *written,
        AcceptedFinding(
            stack=stack,
            construct="Digits/DeadLetters",
            finding="AwsSolutions-SQS3",
            reason="it is itself the queue of dead letters, of the event source mapping, which the rule does not see",
        ),
    ]


def _training(settings: Settings) -> list[AcceptedFinding]:
    stack, name = settings.stack_name("training"), settings.application_name
    bucket = data_bucket_arn(settings)
    logs = f"arn:aws:logs:{settings.region}:{settings.account}:log-group:/aws/sagemaker"
    sagemaker = f"arn:aws:sagemaker:{settings.region}:{settings.account}"
    reasons = {
        "JobRole": {
            f"{bucket}/{CHANNELS_PREFIX}*": "channels are named by their digest, and any of them may be trained on",
            f"{bucket}/{JOBS_PREFIX}*": "SageMaker makes a folder for each job, named as the job is",
            "*": "ecr:GetAuthorizationToken and cloudwatch:PutMetricData take no resource, nor does what EC2 describes "
            "where jobs run in a VPC; the metrics are held to two namespaces by a condition",
            f"{logs}/TrainingJobs:log-stream:{name}-*": "log streams are named after jobs, which begin with this",
        },
        "StepRole": {
            f"{bucket}/{CHANNELS_PREFIX}*": "channels are named by their digest, and any of them may be trained on",
            f"{bucket}/{JOBS_PREFIX}*": "SageMaker makes a folder for each job, named as the job is",
            f"{bucket}/{PIPELINE_PREFIX}*": "each execution of the pipeline has folders of its own, named by its id",
            "*": "these actions take no resource, as for training jobs; the metrics are held to two namespaces",
            f"{logs}/ProcessingJobs:log-stream:{name}-*": "log streams are named after jobs, which begin with this",
        },
        "Pipeline/Role": {
            f"{sagemaker}:training-job/{name}-*": "SageMaker makes up names of jobs, which begin with this",
            f"{sagemaker}:processing-job/{name}-*": "SageMaker makes up names of jobs, which begin with this",
            f"{sagemaker}:model-package/{name}/*": "SageMaker numbers the models of the one group that is meant",
            f"{bucket}/{EVALUATIONS_PREFIX}*": "each execution of the pipeline has a folder of its own",
        },
    }
    if settings.training.network is not None:
        interfaces = f"arn:aws:ec2:{settings.region}:{settings.account}:network-interface/*"
        for role in ("JobRole", "StepRole"):
            reasons[role][interfaces] = "SageMaker makes them for each job, in subnets that are named in full"
    if not settings.parts.pipeline:
        reasons = {"JobRole": reasons["JobRole"]}
    return [
        AcceptedFinding(
            stack=stack, construct=construct, finding=f"AwsSolutions-IAM5[Resource::{resource}]", reason=reason
        )
        for construct, found in reasons.items()
        for resource, reason in found.items()
    ]


def _inference(settings: Settings) -> list[AcceptedFinding]:
    stack = settings.stack_name("inference")
    bucket = data_bucket_arn(settings)
    logs = f"arn:aws:logs:{settings.region}:{settings.account}:log-group:/aws/sagemaker/Endpoints"
    found = [traced(stack, "Artifact/Check/Role")] if settings.tracing else []
    return [
        *found,
        AcceptedFinding(
            stack=stack,
            construct="Artifact/Check/Role",
            finding=f"AwsSolutions-IAM5[Resource::{bucket}/{MODELS_PREFIX}*]",
            reason="the check may ask for any model: a right to the new key alone could reach S3 after the check asks",
        ),
        AcceptedFinding(
            stack=stack,
            construct="Serving/ExecutionRole",
            finding="AwsSolutions-IAM5[Resource::*]",
            reason="ecr:GetAuthorizationToken and cloudwatch:PutMetricData take no resource; the latter is held to two "
            "namespaces by a condition",
        ),
        AcceptedFinding(
            stack=stack,
            construct="Serving/ExecutionRole",
            finding=f"AwsSolutions-IAM5[Resource::{logs}/{settings.endpoint_name}:log-stream:*]",
            reason="SageMaker names the log streams of the endpoint; its log group is named in full",
        ),
        *_rollback(settings),
    ]


def _rollback(settings: Settings) -> list[AcceptedFinding]:
    if not settings.rolls_out_step_by_step:
        return []
    alarms = f"arn:aws:cloudwatch:{settings.region}:{settings.account}:alarm:{settings.endpoint_name}-rollback-*"
    return [
        AcceptedFinding(
            stack=settings.stack_name("inference"),
            construct="Serving/ExecutionRole",
            finding=f"AwsSolutions-IAM5[Resource::{alarms}]",
            reason="rollback alarms are named after the configuration that they watch, which is made after the role",
        )
    ]


def _api(settings: Settings) -> list[AcceptedFinding]:
    stack = settings.stack_name("api")
    service = [
        AcceptedFinding(
            stack=stack,
            construct="Service/RestApi",
            finding="AwsSolutions-COG4",
            reason="callers are services and people with AWS credentials: every method asks for a signature instead",
        ),
        AcceptedFinding(
            stack=stack,
            construct="Service/RestApi",
            finding="AwsSolutions-APIG3",
            reason="nobody without AWS credentials gets past the front door, and every method is throttled; a web "
            "application firewall costs more a month than the rest of dev together",
        ),
    ]
    accepted = service if settings.services else []
    if settings.owns_api_gateway_account:
        policy = "arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
        accepted.append(
            AcceptedFinding(
                stack=stack,
                construct="ApiGatewayLogRole",
                finding=f"AwsSolutions-IAM4[Policy::{policy}]",
                reason="API Gateway refuses a role that does not have the rights of this policy of AWS",
            )
        )
    if settings.tracing:
        accepted.append(traced(stack, "Prediction/Role"))
    return accepted


def _notebook(settings: Settings) -> list[AcceptedFinding]:
    if not settings.parts.notebook:
        return []
    stack, name = settings.stack_name("notebook"), settings.application_name
    bucket = data_bucket_arn(settings)
    logs = f"arn:aws:logs:{settings.region}:{settings.account}:log-group:/aws/sagemaker"
    jobs = f"arn:aws:sagemaker:{settings.region}:{settings.account}:training-job/{name}-*"
    resources = {
        f"{bucket}/{CHANNELS_PREFIX}*": "channels are named by their digest, and the notebook makes new ones",
        f"{bucket}/{SOURCES_PREFIX}*": "the four files of MNIST, whose names are those of their makers",
        f"{bucket}/{JOBS_PREFIX}*": "SageMaker makes a folder for each job, named as the job is",
        jobs: "the notebook makes up names of jobs, which begin with this",
        f"{logs}/TrainingJobs:log-stream:{name}-*": "log streams are named after jobs, which begin with this",
        f"{logs}/NotebookInstances:log-stream:{name}/*": "SageMaker names the streams of the instance, below its name",
    }
    findings = {f"IAM5[Resource::{resource}]": ("Notebook/Role", reason) for resource, reason in resources.items()}
    if isinstance(settings.notebook.network, PublicInternet):
        where = "a network of one's own costs as long as it exists; the role is as narrow, nobody gets in but by IAM"
        findings |= {"SM1": ("Notebook", where), "SM3": ("Notebook", where)}
    if not settings.notebook.own_key:
        findings["SM2"] = ("Notebook", "SageMaker encrypts the volume; a key of one's own costs by the month")
    return [
        AcceptedFinding(stack=stack, construct=construct, finding=f"AwsSolutions-{finding}", reason=reason)
        for finding, (construct, reason) in findings.items()
    ]
