"""Executions of pipelines in a running emulator: a step that registers, what its role may do, and the end of it."""

from __future__ import annotations

from typing import Any

from support.emulated_pipelines import get, join
from support.emulators import IMAGE, eventually

Json = dict[str, Any]
ARN = "arn:aws:sagemaker:us-east-1:123456789012"
ENDED = ("Succeeded", "Failed", "Stopped")


def statement(actions: list[str], *resources: str) -> Json:
    """A statement of a policy that allows those actions."""
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources)}


def register(group: str) -> Json:
    """A step that registers a model as the next version of a group."""
    container = {"Image": IMAGE, "ModelDataUrl": join("/", "s3://bucket", get("Execution.PipelineExecutionId"))}
    arguments = {
        "ModelPackageGroupName": group,
        "ModelPackageDescription": join(" ", "by", get("Execution.PipelineName")),
        "InferenceSpecification": {"Containers": [container], "SupportedContentTypes": ["text/csv"]},
    }
    return {"Name": "Register", "Type": "RegisterModel", "Arguments": arguments}


def finished(sagemaker: Any, execution: str) -> tuple[str, dict[str, Json]]:
    """Status of an execution at its end, and its steps by name."""

    def status() -> str:
        described = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)
        return str(described["PipelineExecutionStatus"])

    eventually(lambda: status() in ENDED)
    listed = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution)["PipelineExecutionSteps"]
    return status(), {step["StepName"]: step for step in listed}
