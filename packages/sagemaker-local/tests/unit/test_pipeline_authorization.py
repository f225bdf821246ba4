"""Which resource a request about pipelines, the registry or notebook instances is authorised on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sagemaker_local.sagemaker.authorization import control_resource, further_permissions
from support.emulated_pipelines import ROLE, SCOPE

ARN = "arn:aws:sagemaker:us-east-1:123456789012"
EXECUTION = f"{ARN}:pipeline/churn/execution/abc"
VERSION = f"{ARN}:model-package/churn/1"


@pytest.mark.parametrize(
    ("operation", "request_", "expected"),
    [
        ("CreatePipeline", {"PipelineName": "Churn"}, f"{ARN}:pipeline/churn"),
        ("StartPipelineExecution", {"PipelineName": "Churn"}, f"{ARN}:pipeline/churn"),
        ("StartPipelineExecution", {"PipelineName": f"{ARN}:pipeline/churn"}, f"{ARN}:pipeline/churn"),
        ("DescribePipeline", {"PipelineName": f"{ARN}:pipeline/churn"}, f"{ARN}:pipeline/churn"),
        ("ListPipelineExecutions", {"PipelineName": "Churn"}, f"{ARN}:pipeline/churn"),
        ("ListPipelines", {"PipelineNamePrefix": "Churn"}, "*"),
        ("StopPipelineExecution", {"PipelineExecutionArn": EXECUTION}, EXECUTION),
        ("ListPipelineExecutionSteps", {"PipelineExecutionArn": EXECUTION}, EXECUTION),
        ("CreateModelPackage", {"ModelPackageGroupName": "Churn"}, f"{ARN}:model-package/churn/*"),
        ("ListModelPackages", {"ModelPackageGroupName": "Churn"}, f"{ARN}:model-package/churn/*"),
        ("ListModelPackages", {}, "*"),
        ("DescribeModelPackage", {"ModelPackageName": VERSION}, VERSION),
        ("UpdateModelPackage", {"ModelPackageArn": VERSION}, VERSION),
        ("DeleteModelPackageGroup", {"ModelPackageGroupName": "Churn"}, f"{ARN}:model-package-group/churn"),
        ("StartNotebookInstance", {"NotebookInstanceName": "Churn"}, f"{ARN}:notebook-instance/churn"),
        (
            "CreatePresignedNotebookInstanceUrl",
            {"NotebookInstanceName": "Churn"},
            f"{ARN}:notebook-instance/churn",
        ),
    ],
)
def test_requests_are_authorised_on_what_they_name(operation: str, request_: dict[str, Any], expected: str) -> None:
    assert control_resource(SCOPE, f"SageMaker.{operation}", json.dumps(request_).encode()) == expected


def test_a_role_of_a_pipeline_must_be_passed() -> None:
    request = {"PipelineName": "Churn", "RoleArn": ROLE}
    (needed,) = further_permissions(SCOPE, "SageMaker.UpdatePipeline", json.dumps(request).encode())
    assert (needed.action, needed.resource) == ("iam:PassRole", ROLE)
