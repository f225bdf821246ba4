"""Which resource a request about pipelines, the registry or notebook instances is authorised on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sagemaker_local.sagemaker.authorization import control_resource, further_permissions
from support.emulated_pipelines import ROLE, SCOPE

ARN = "arn:aws:sagemaker:us-east-1:123456789012"
EXECUTION = f"{ARN}:pipeline/digits/execution/abc"
VERSION = f"{ARN}:model-package/digits/1"


@pytest.mark.parametrize(
    ("operation", "request_", "expected"),
    [
        ("CreatePipeline", {"PipelineName": "Digits"}, f"{ARN}:pipeline/digits"),
        ("StartPipelineExecution", {"PipelineName": "Digits"}, f"{ARN}:pipeline/digits"),
        ("StartPipelineExecution", {"PipelineName": f"{ARN}:pipeline/digits"}, f"{ARN}:pipeline/digits"),
        ("DescribePipeline", {"PipelineName": f"{ARN}:pipeline/digits"}, f"{ARN}:pipeline/digits"),
        ("ListPipelineExecutions", {"PipelineName": "Digits"}, f"{ARN}:pipeline/digits"),
        ("ListPipelines", {"PipelineNamePrefix": "Digits"}, "*"),
        ("StopPipelineExecution", {"PipelineExecutionArn": EXECUTION}, EXECUTION),
        ("ListPipelineExecutionSteps", {"PipelineExecutionArn": EXECUTION}, EXECUTION),
        ("CreateModelPackage", {"ModelPackageGroupName": "Digits"}, f"{ARN}:model-package/digits/*"),
        ("ListModelPackages", {"ModelPackageGroupName": "Digits"}, f"{ARN}:model-package/digits/*"),
        ("ListModelPackages", {}, "*"),
        ("DescribeModelPackage", {"ModelPackageName": VERSION}, VERSION),
        ("UpdateModelPackage", {"ModelPackageArn": VERSION}, VERSION),
        ("DeleteModelPackageGroup", {"ModelPackageGroupName": "Digits"}, f"{ARN}:model-package-group/digits"),
        ("StartNotebookInstance", {"NotebookInstanceName": "Digits"}, f"{ARN}:notebook-instance/digits"),
        (
            "CreatePresignedNotebookInstanceUrl",
            {"NotebookInstanceName": "Digits"},
            f"{ARN}:notebook-instance/digits",
        ),
    ],
)
def test_requests_are_authorised_on_what_they_name(operation: str, request_: dict[str, Any], expected: str) -> None:
    assert control_resource(SCOPE, f"SageMaker.{operation}", json.dumps(request_).encode()) == expected


def test_a_role_of_a_pipeline_must_be_passed() -> None:
    request = {"PipelineName": "Digits", "RoleArn": ROLE}
    (needed,) = further_permissions(SCOPE, "SageMaker.UpdatePipeline", json.dumps(request).encode())
    assert (needed.action, needed.resource) == ("iam:PassRole", ROLE)
