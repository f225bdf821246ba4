"""Executions of the pipeline at AWS, or at the emulator: the protocol of `pipeline_runs` with boto3."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from training.aws.clients import client
from training.aws.errors import explained
from training.pipeline.executions import Execution, Step

LOG_GROUPS = {"TrainingJob": "/aws/sagemaker/TrainingJobs", "ProcessingJob": "/aws/sagemaker/ProcessingJobs"}


class AwsPipelines:
    """The pipelines of the account and region that the environment's credentials lead to."""

    def __init__(self) -> None:
        with explained("SageMaker"):
            self._client = client("sagemaker")
            self._logs = client("logs")

    def start(self, pipeline: str, parameters: Mapping[str, str]) -> str:
        """Start an execution; returns its ARN."""
        with explained(f"the pipeline {pipeline}"):
            response = self._client.start_pipeline_execution(
                PipelineName=pipeline,
                PipelineParameters=[{"Name": name, "Value": value} for name, value in parameters.items()],
                ClientRequestToken=uuid.uuid4().hex,  # a request that is repeated starts one execution
            )
        return str(response["PipelineExecutionArn"])

    def latest(self, pipeline: str) -> str | None:
        """ARN of the execution that was started last, or None."""
        with explained(f"the pipeline {pipeline}"):
            response = self._client.list_pipeline_executions(
                PipelineName=pipeline, SortBy="CreationTime", SortOrder="Descending", MaxResults=1
            )
        found = response["PipelineExecutionSummaries"]
        return found[0]["PipelineExecutionArn"] if found else None

    def describe(self, arn: str) -> Execution:
        """How an execution stands."""
        with explained(f"the execution {arn}"):
            description: Any = self._client.describe_pipeline_execution(PipelineExecutionArn=arn)
            pages = self._client.get_paginator("list_pipeline_execution_steps").paginate(
                PipelineExecutionArn=arn, SortOrder="Ascending"
            )
            steps = tuple(_step(each, arn) for page in pages for each in page["PipelineExecutionSteps"])
        return Execution(
            arn=arn,
            status=description["PipelineExecutionStatus"],
            reason=description.get("FailureReason", ""),
            steps=steps,
        )

    def last_lines(self, step: Step, *, count: int) -> list[str]:
        """The end of the log of a step's job, of its first stream; nothing when there is none."""
        if not step.log_group:
            return []
        with explained(f"the log of {step.subject}"):
            stream = self._stream(step)
            if stream is None:
                return []
            response = self._logs.get_log_events(logGroupName=step.log_group, logStreamName=stream, limit=count)
        return [event["message"].rstrip() for event in response["events"]][-count:]

    def _stream(self, step: Step) -> str | None:
        """The first log stream of a job. It begins with the job's name, which an ARN has in lower case."""
        try:
            pages = self._logs.get_paginator("describe_log_streams").paginate(
                logGroupName=step.log_group, logStreamNamePrefix=step.log_prefix
            )
            names = (stream["logStreamName"] for page in pages for stream in page["logStreams"])
            return next((name for name in names if name.lower().startswith(f"{step.subject}/".lower())), None)
        except ClientError as problem:
            if problem.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise


def _step(description: Any, execution: str) -> Step:
    metadata = description.get("Metadata", {})
    groups = [group for kind, group in LOG_GROUPS.items() if metadata.get(kind, {}).get("Arn")]
    source = description.get("CacheHitResult", {}).get("SourcePipelineExecutionArn")
    subject = _subject(metadata)
    return Step(
        name=description["StepName"],
        status=description["StepStatus"],
        subject=subject,
        log_group=groups[0] if groups else "",
        log_prefix=_log_prefix(subject, str(source or execution).rpartition("/")[2]) if groups else "",
        cached=bool(source),
        reason=metadata.get("Fail", {}).get("ErrorMessage") or description.get("FailureReason", ""),
    )


def _log_prefix(job: str, identifier: str) -> str:
    """The beginning of a job's name as far as it is the same in its ARN and in its logs.

    SageMaker calls it `NAME-EXECUTION-TOKEN-FAILURES`, and the token has capitals. Where the execution is not in it,
    its first word will do.
    https://github.com/aws/sagemaker-python-sdk/pull/3946
    """
    head, found, _ = job.partition(f"-{identifier}")
    return head + found if found else job.partition("-")[0]


def _subject(metadata: Any) -> str:
    """A job by its name, a model by its ARN, a condition by its outcome."""
    for kind in LOG_GROUPS:
        if arn := metadata.get(kind, {}).get("Arn"):
            return str(arn).rpartition("/")[2]
    model = metadata.get("RegisterModel", {}).get("Arn", "")
    return str(model or metadata.get("Condition", {}).get("Outcome", ""))
