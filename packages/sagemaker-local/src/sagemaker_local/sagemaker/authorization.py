"""Which IAM resources and further permissions a SageMaker request is about, so that policies are evaluated for real.

Source: the service authorization reference of Amazon SageMaker AI. Pure functions on the request.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sagemaker_local.json_text import read_json
from sagemaker_local.sagemaker.http_api import endpoint_name
from sagemaker_local.sagemaker.records import Scope
from sagemaker_local.sagemaker.shapes import Json

# By what follows the verb in an operation's name; its member `...Name` names the resource.
_KINDS = {
    "Endpoint": "endpoint",
    "EndpointConfig": "endpoint-config",
    "EndpointWeightsAndCapacities": "endpoint",
    "HyperParameterTuningJob": "hyper-parameter-tuning-job",
    "Model": "model",
    "ModelPackageGroup": "model-package-group",
    "NotebookInstance": "notebook-instance",
    "NotebookInstanceLifecycleConfig": "notebook-instance-lifecycle-config",
    "Pipeline": "pipeline",
    "PresignedNotebookInstanceUrl": "notebook-instance",
    "ProcessingJob": "processing-job",
    "TrainingJob": "training-job",
}
_MEMBERS = {
    "EndpointWeightsAndCapacities": "EndpointName",
    "PresignedNotebookInstanceUrl": "NotebookInstanceName",
}
# Members that hold the ARN of what a request is about.
_ARNS = ("ResourceArn", "PipelineExecutionArn", "ModelPackageArn")
# Kind of resource, member that names it, and what follows. The versions of a group are counted by the service, so
# those who make or list them need a permission on all of them.
_NAMED_OTHERWISE = {
    "CreateModelPackage": ("model-package", "ModelPackageGroupName", "/*"),
    "DeleteModelPackage": ("model-package", "ModelPackageName", ""),
    "DescribeModelPackage": ("model-package", "ModelPackageName", ""),
    "ListModelPackages": ("model-package", "ModelPackageGroupName", "/*"),
    "ListPipelineExecutions": ("pipeline", "PipelineName", ""),
    "ListPipelineVersions": ("pipeline", "PipelineName", ""),
    "StartPipelineExecution": ("pipeline", "PipelineName", ""),
}
_OPERATION = re.compile(r"(Create|Describe|Update|Start|Stop|Delete)(\w+)")
_ROLES = ("RoleArn", "ExecutionRoleArn")
_TYPES, _ISOLATION, _SECONDS = "sagemaker:InstanceTypes", "sagemaker:NetworkIsolation", "sagemaker:MaxRuntimeInSeconds"
# Operation -> condition key -> the member of its request that the key is about.
_JOB_MEMBERS = {
    "CreateTrainingJob": {
        _TYPES: "ResourceConfig.InstanceType",
        _SECONDS: "StoppingCondition.MaxRuntimeInSeconds",
        "sagemaker:KeepAlivePeriod": "ResourceConfig.KeepAlivePeriodInSeconds",
        _ISOLATION: "EnableNetworkIsolation",
    },
    "CreateProcessingJob": {
        _TYPES: "ProcessingResources.ClusterConfig.InstanceType",
        _SECONDS: "StoppingCondition.MaxRuntimeInSeconds",
        _ISOLATION: "NetworkConfig.EnableNetworkIsolation",
    },
}


@dataclass(frozen=True, kw_only=True)
class Permission:
    """A permission that a request needs besides the one on its own action."""

    action: str
    resource: str
    context: dict[str, str]


def invocation_resource(scope: Scope, path: str) -> str:
    """ARN that `sagemaker:InvokeEndpoint` is authorised on."""
    return scope.arn("endpoint", endpoint_name(path))


def control_resource(scope: Scope, target: str, body: bytes) -> str:
    """ARN that a control-plane action is authorised on; `*` for the List actions.

    CreateEndpoint and UpdateEndpoint name two resources on AWS; the endpoint decides here.
    """
    document = _document(body)
    for member in _ARNS:
        if isinstance(document.get(member), str):
            return str(document[member])
    name = target.rpartition(".")[2]
    if name in _NAMED_OTHERWISE:
        return _named(scope, *_NAMED_OTHERWISE[name], document)
    operation = _OPERATION.fullmatch(name)
    if operation is None or operation[2] not in _KINDS:
        return "*"
    return _named(scope, _KINDS[operation[2]], _MEMBERS.get(operation[2], f"{operation[2]}Name"), "", document)


def _named(scope: Scope, kind: str, member: str, tail: str, document: Json) -> str:
    """ARN of what a member of the request names, by its name or its ARN."""
    name = document.get(member)
    if not isinstance(name, str):
        return "*"
    return name if name.startswith("arn:") else scope.arn(kind, name) + tail


def further_permissions(scope: Scope, target: str, body: bytes) -> list[Permission]:
    """What a caller needs besides: to pass the role that SageMaker is to act with, and to set tags."""
    if not target.rpartition(".")[2].startswith(("Create", "Update")):
        return []
    document = _document(body)
    context = {"iam:PassedToService": "sagemaker.amazonaws.com"}
    definition = document.get("TrainingJobDefinition")  # of a tuning job, which holds the role one level deeper
    needed = [
        Permission(action="iam:PassRole", resource=holder[member], context=context)
        for holder in (document, definition if isinstance(definition, dict) else {})
        for member in _ROLES
        if isinstance(holder.get(member), str)
    ]
    if document.get("Tags"):
        resource = control_resource(scope, target, body)
        needed.append(Permission(action="sagemaker:AddTags", resource=resource, context={}))
    return needed


def condition_keys(target: str, body: bytes) -> dict[str, str | list[str]]:
    """What conditions may look at when a job is created: its machines, how long they may run, and its isolation.

    A key whose member the request does not have is absent, but for the isolation, which is then off.
    """
    places = _JOB_MEMBERS.get(target.rpartition(".")[2])
    if places is None:
        return {}
    document = _document(body)
    found = {key: _member(document, path) for key, path in places.items()}
    keys: dict[str, str | list[str]] = {key: str(value) for key, value in found.items() if value is not None}
    if machine := keys.pop(_TYPES, None):
        keys[_TYPES] = [str(machine)]
    return {**keys, _ISOLATION: str(found[_ISOLATION] is True).lower()}


def _member(document: Json, path: str) -> Any:
    found: Any = document
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _document(body: bytes) -> Json:
    try:
        document = read_json(body or b"{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
