"""The operations of pipelines and their executions, by name; merged into the service's table."""

from __future__ import annotations

from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.errors import validation
from sagemaker_local.sagemaker.listing import listed
from sagemaker_local.sagemaker.pipelines import descriptions
from sagemaker_local.sagemaker.pipelines.pipelines import Pipelines
from sagemaker_local.sagemaker.pipelines.records import Execution
from sagemaker_local.sagemaker.service import Operation, SageMaker
from sagemaker_local.sagemaker.shapes import Json

_PIPELINE, _EXECUTION = "PipelineName", "PipelineExecutionArn"
# What every list is ordered by, which not every summary has.
_CREATED = "CreationTime"


# --- pipelines --------------------------------------------------------------------------------------------------


async def _create(service: SageMaker, control: ControlPlane, request: Json) -> Json:
    text = await _text(service, control, request, request["RoleArn"])
    if text is None:
        raise validation("Either PipelineDefinition or PipelineDefinitionS3Location must be given.")
    return {"PipelineArn": control.resources(Pipelines).create(request, text).arn}


async def _update(service: SageMaker, control: ControlPlane, request: Json) -> Json:
    pipelines = control.resources(Pipelines)
    role = request.get("RoleArn", pipelines.pipeline(request[_PIPELINE]).role)
    pipeline = pipelines.update(request, await _text(service, control, request, role))
    return {"PipelineArn": pipeline.arn, "PipelineVersionId": pipeline.current.number}


async def _text(service: SageMaker, control: ControlPlane, request: Json, role: str) -> str | None:
    """The definition in a request: itself, or the object that it names, read with the rights of the pipeline's role."""
    text, place = request.get("PipelineDefinition"), request.get("PipelineDefinitionS3Location")
    if text is not None and place is not None:
        raise validation("Give PipelineDefinition or PipelineDefinitionS3Location, not both.")
    if place is None:
        return text
    url = f"s3://{place['Bucket']}/{place['ObjectKey']}"
    return (await service.executions.access.read(control.scope, role, url)).decode()


async def _describe(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    pipelines = control.resources(Pipelines)
    pipeline = pipelines.pipeline(request[_PIPELINE])
    return descriptions.pipeline(pipeline, pipelines.version(pipeline, request.get("PipelineVersionId")))


async def _delete(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    return {"PipelineArn": control.resources(Pipelines).delete(request[_PIPELINE]).arn}


async def _list(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    prefix = request.get("PipelineNamePrefix", "").lower()
    found = [each for each in control.resources(Pipelines).pipelines.values() if each.name.lower().startswith(prefix)]
    items = [descriptions.pipeline_summary(each) for each in found]
    return listed("PipelineSummaries", items, _created(request), name_key=_PIPELINE)


async def _list_versions(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    pipelines = control.resources(Pipelines)
    pipeline = pipelines.pipeline(request[_PIPELINE])
    last = {execution.version.number: execution for execution in pipelines.executions_of(pipeline)}
    items = [descriptions.version_summary(pipeline, version, last.get(version.number)) for version in pipeline.versions]
    return listed("PipelineVersionSummaries", items, _created(request), name_key="PipelineVersionId")


# --- executions -------------------------------------------------------------------------------------------------


async def _start(service: SageMaker, control: ControlPlane, request: Json) -> Json:
    execution, is_new = control.resources(Pipelines).start(request)
    if is_new:
        service.executions.begin(execution, control)
    return {_EXECUTION: execution.arn}


async def _stop(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    return {_EXECUTION: control.resources(Pipelines).stop(request[_EXECUTION]).arn}


async def _retry(service: SageMaker, control: ControlPlane, request: Json) -> Json:
    execution = control.resources(Pipelines).retry(request)
    service.executions.begin(execution, control)
    return {_EXECUTION: execution.arn}


async def _describe_execution(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    return descriptions.execution(_execution(control, request))


async def _update_execution(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    execution = _execution(control, request)
    execution.display_name = request.get("PipelineExecutionDisplayName", execution.display_name)
    execution.description = request.get("PipelineExecutionDescription", execution.description)
    execution.parallelism = request.get("ParallelismConfiguration", execution.parallelism)
    execution.modified = control.now()
    return {_EXECUTION: execution.arn}


async def _describe_definition(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    execution = _execution(control, request)
    return {"PipelineDefinition": execution.version.text, "CreationTime": execution.version.created}


async def _list_executions(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    pipelines = control.resources(Pipelines)
    executions = pipelines.executions_of(pipelines.pipeline(request[_PIPELINE]))
    items = [{**descriptions.execution_summary(each), _CREATED: each.created} for each in executions]
    return listed("PipelineExecutionSummaries", items, _created(request), name_key=_EXECUTION, hidden=(_CREATED,))


async def _list_steps(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    runs = enumerate(_execution(control, request).runs.values())
    items = [{**descriptions.step(run), _CREATED: number} for number, run in runs]
    return listed("PipelineExecutionSteps", items, request, name_key="StepName", hidden=(_CREATED,))


async def _list_parameters(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    given = _execution(control, request).given
    items = [{"Name": name, "Value": value, _CREATED: 0} for name, value in given.items()]
    order = {**request, "SortBy": "Name", "SortOrder": "Ascending"}
    return listed("PipelineParameters", items, order, name_key="Name", hidden=(_CREATED,))


def _execution(control: ControlPlane, request: Json) -> Execution:
    if _EXECUTION not in request:  # the service's description says it of some of these operations only
        raise validation(f"{_EXECUTION} is required.")
    return control.resources(Pipelines).execution(request[_EXECUTION])


def _created(request: Json) -> Json:
    """The request with the filters of these operations called as in the other List operations."""
    names = {"CreatedAfter": "CreationTimeAfter", "CreatedBefore": "CreationTimeBefore"}
    return {names.get(key, key): value for key, value in request.items()}


OPERATIONS: dict[str, Operation] = {
    "CreatePipeline": _create,
    "DeletePipeline": _delete,
    "DescribePipeline": _describe,
    "DescribePipelineDefinitionForExecution": _describe_definition,
    "DescribePipelineExecution": _describe_execution,
    "ListPipelineExecutionSteps": _list_steps,
    "ListPipelineExecutions": _list_executions,
    "ListPipelineParametersForExecution": _list_parameters,
    "ListPipelineVersions": _list_versions,
    "ListPipelines": _list,
    "RetryPipelineExecution": _retry,
    "StartPipelineExecution": _start,
    "StopPipelineExecution": _stop,
    "UpdatePipeline": _update,
    "UpdatePipelineExecution": _update_execution,
}
