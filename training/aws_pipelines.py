"""Executions of the pipeline at AWS, or at the emulator: the protocol of `pipeline_runs` with boto3."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from training.aws_clients import client
from training.aws_errors import explained
from training.pipeline_runs import Execution, Step


class AwsPipelines:
    """The pipelines of the account and region that the environment's credentials lead to."""

    def __init__(self) -> None:
        with explained("SageMaker"):
            self._client = client("sagemaker")

    def start(self, pipeline: str, parameters: Mapping[str, str]) -> str:
        """Start an execution; returns its ARN."""
        with explained(f"the pipeline {pipeline}"):
            answer = self._client.start_pipeline_execution(
                PipelineName=pipeline,
                PipelineParameters=[{"Name": name, "Value": value} for name, value in parameters.items()],
                ClientRequestToken=uuid.uuid4().hex,  # a request that is repeated starts one execution
            )
        return str(answer["PipelineExecutionArn"])

    def latest(self, pipeline: str) -> str | None:
        """ARN of the execution that was started last, or None."""
        with explained(f"the pipeline {pipeline}"):
            answer = self._client.list_pipeline_executions(
                PipelineName=pipeline, SortBy="CreationTime", SortOrder="Descending", MaxResults=1
            )
        found = answer["PipelineExecutionSummaries"]
        return found[0]["PipelineExecutionArn"] if found else None

    def describe(self, arn: str) -> Execution:
        """How an execution stands."""
        with explained(f"the execution {arn}"):
            told: Any = self._client.describe_pipeline_execution(PipelineExecutionArn=arn)
            pages = self._client.get_paginator("list_pipeline_execution_steps").paginate(
                PipelineExecutionArn=arn, SortOrder="Ascending"
            )
            steps = tuple(_step(each) for page in pages for each in page["PipelineExecutionSteps"])
        return Execution(
            arn=arn, status=told["PipelineExecutionStatus"], reason=told.get("FailureReason", ""), steps=steps
        )


def _step(told: Any) -> Step:
    metadata = told.get("Metadata", {})
    return Step(
        name=told["StepName"],
        status=told["StepStatus"],
        subject=_subject(metadata),
        cached=bool(told.get("CacheHitResult", {}).get("SourcePipelineExecutionArn")),
        reason=metadata.get("Fail", {}).get("ErrorMessage") or told.get("FailureReason", ""),
    )


def _subject(metadata: Any) -> str:
    """A job by its name, a model by its ARN, a condition by its outcome."""
    for kind in ("TrainingJob", "ProcessingJob"):
        if arn := metadata.get(kind, {}).get("Arn"):
            return str(arn).rpartition("/")[2]
    model = metadata.get("RegisterModel", {}).get("Arn", "")
    return str(model or metadata.get("Condition", {}).get("Outcome", ""))
