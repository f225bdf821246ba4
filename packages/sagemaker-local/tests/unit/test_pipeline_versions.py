"""What a pipeline is called, and which version of it an execution runs."""

from __future__ import annotations

import pytest

from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.pipelines.pipelines import Pipelines
from sagemaker_local.sagemaker.pipelines.records import ExecutionStatus
from support.emulated_pipelines import (
    ROLE,
    TOKEN,
    control_plane,
    definition,
    fail,
)


def test_an_update_does_not_change_what_runs_and_gives_a_new_version() -> None:
    pipelines = control_plane().resources(Pipelines)
    request = {"PipelineName": "Churn", "RoleArn": ROLE, "ClientRequestToken": TOKEN}
    pipeline = pipelines.create(request, definition(fail("Old")))
    assert pipelines.create(request, definition(fail("Old"))) is pipeline
    execution, is_new = pipelines.start(request)
    assert is_new
    assert pipelines.start(request) == (execution, False)
    pipelines.update({"PipelineName": "churn", "PipelineDescription": "new"}, definition(fail("New")))
    assert (pipeline.current.number, pipeline.description) == (2, "new")
    assert list(execution.version.definition.steps) == ["Old"]
    newer, _ = pipelines.start({**request, "ClientRequestToken": "u" * 32})
    older, _ = pipelines.start({**request, "ClientRequestToken": "v" * 32, "PipelineVersionId": 1})
    assert (newer.version.number, older.version.number) == (2, 1)


def test_names_are_unique_and_what_runs_is_not_deleted() -> None:
    pipelines = control_plane().resources(Pipelines)
    request = {"PipelineName": "Churn", "RoleArn": ROLE, "ClientRequestToken": TOKEN}
    pipelines.create(request, definition(fail("No")))
    with pytest.raises(ServiceError, match="Pipeline names must be unique within an AWS account and region"):
        pipelines.create({**request, "PipelineName": "CHURN", "ClientRequestToken": "u" * 32}, definition(fail("No")))
    execution, _ = pipelines.start(request)
    with pytest.raises(ServiceError, match="stop them with StopPipelineExecution first"):
        pipelines.delete("churn")
    execution.status = ExecutionStatus.STOPPED
    assert pipelines.delete("churn").name == "Churn"
    with pytest.raises(ServiceError) as caught:
        pipelines.pipeline("Churn")
    assert (caught.value.code, caught.value.message) == (
        "ResourceNotFound",
        "Pipeline 'arn:aws:sagemaker:us-east-1:123456789012:pipeline/churn' does not exist.",
    )
    assert pipelines.executions == {}
