"""Every emulated operation answers with the members that botocore's description of it requires.

Every answer of SageMaker that a contract test gets is looked at (`support.emulators` asks for it), so all that is left
to see is that none of the operations is never called.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from botocore import xform_name

from sagemaker_local.sagemaker.operations import OPERATIONS
from sagemaker_local.sagemaker.shapes import operation_model
from support.emulators import World, eventually
from support.required_members import check, missing

FAILING = {
    "Version": "2020-12-01",
    "Steps": [{"Name": "Stop", "Type": "Fail", "Arguments": {"ErrorMessage": "on purpose"}}],
}
ELSEWHERE = {"DeleteTrainingJob", "UpdateTrainingJob", "StartNotebookInstance", "UpdateNotebookInstance"}
"""Their answers have no members."""


def test_what_is_missing_is_named_at_every_depth() -> None:
    shape = operation_model("DescribeEndpointConfig").output_shape
    answer = {"EndpointConfigName": "a", "EndpointConfigArn": "b", "ProductionVariants": [{"ModelName": "m"}]}
    assert list(missing(shape, answer)) == ["ProductionVariants[].VariantName", "CreationTime"]
    with pytest.raises(AssertionError, match="DescribeEndpointConfig answers without CreationTime"):
        check(
            parsed={**answer, "ProductionVariants": [], "ResponseMetadata": {"HTTPStatusCode": 200}},
            model=operation_model("DescribeEndpointConfig"),
        )


def test_every_operation_is_called_by_a_contract_test() -> None:
    text = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    names = {name: xform_name(name) for name in OPERATIONS}
    uncalled = {name for name, called in names.items() if called not in text and f'"{name}"' not in text}
    assert uncalled <= ELSEWHERE
    assert {name for name in uncalled if getattr(operation_model(name).output_shape, "required_members", None)} == set()


def test_operations_that_no_other_test_calls_answer_too(world: World) -> None:
    sagemaker = world.emulator.client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName="required")
    assert sagemaker.describe_model_package_group(ModelPackageGroupName="required")["CreatedBy"] == {}
    world.create_config("required", "one")
    sagemaker.delete_endpoint_config(EndpointConfigName="required")

    config = {"NotebookInstanceLifecycleConfigName": "required"}
    sagemaker.create_notebook_instance_lifecycle_config(**config)
    sagemaker.update_notebook_instance_lifecycle_config(**config, OnStart=[{"Content": "ZWNobwo="}])
    described = sagemaker.describe_notebook_instance_lifecycle_config(**config)
    listed = sagemaker.list_notebook_instance_lifecycle_configs(NameContains="required")
    assert listed["NotebookInstanceLifecycleConfigs"][0].items() <= described.items()
    sagemaker.delete_notebook_instance_lifecycle_config(**config)

    pipeline = {"PipelineName": "required", "RoleArn": world.role, "PipelineDefinition": json.dumps(FAILING)}
    sagemaker.create_pipeline(**pipeline)
    assert sagemaker.list_pipeline_versions(PipelineName="required")["PipelineVersionSummaries"]
    started = sagemaker.start_pipeline_execution(PipelineName="required")
    execution = {"PipelineExecutionArn": started["PipelineExecutionArn"]}

    def failed() -> bool:
        return bool(sagemaker.describe_pipeline_execution(**execution)["PipelineExecutionStatus"] == "Failed")

    eventually(failed)
    assert sagemaker.list_pipeline_parameters_for_execution(**execution)["PipelineParameters"] == []
    sagemaker.update_pipeline_execution(**execution, PipelineExecutionDescription="again")
    sagemaker.retry_pipeline_execution(**execution)
    eventually(failed)
    sagemaker.delete_pipeline(PipelineName="required")
