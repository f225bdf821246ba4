"""The operations of notebook instances and lifecycle configurations, by name; merged into the service's table."""

from __future__ import annotations

from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.errors import validation
from sagemaker_local.sagemaker.listing import ASCENDING, BY_NAME, listed
from sagemaker_local.sagemaker.notebooks import descriptions
from sagemaker_local.sagemaker.notebooks.notebooks import Notebooks
from sagemaker_local.sagemaker.service import Operation, SageMaker
from sagemaker_local.sagemaker.shapes import Json

_NAME, _CONFIG_NAME = "NotebookInstanceName", "NotebookInstanceLifecycleConfigName"


async def _create(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    return {"NotebookInstanceArn": control.resources(Notebooks).create(request).arn}


async def _describe(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    return descriptions.notebook(control.resources(Notebooks).notebook(request[_NAME]), control.scope.region)


async def _list(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    summaries = [
        descriptions.notebook_summary(each, control.scope.region) for each in control.resources(Notebooks).all()
    ]
    items = [item for item in summaries if _wanted(item, request)]
    return listed("NotebookInstances", items, request, name_key=_NAME, default_sort=BY_NAME, default_order=ASCENDING)


def _wanted(item: Json, request: Json) -> bool:
    additional = request.get("AdditionalCodeRepositoryEquals")
    return (
        request.get("NotebookInstanceLifecycleConfigNameContains", "") in item.get(_CONFIG_NAME, "")
        and request.get("DefaultCodeRepositoryContains", "") in item.get("DefaultCodeRepository", "")
        and (additional is None or additional in item.get("AdditionalCodeRepositories", []))
    )


async def _start(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    control.resources(Notebooks).start(request[_NAME])
    return {}


async def _stop(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    control.resources(Notebooks).stop(request[_NAME])
    return {}


async def _update(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    control.resources(Notebooks).update(request)
    return {}


async def _delete(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    control.resources(Notebooks).delete(request[_NAME])
    return {}


async def _presigned_url(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    notebook = control.resources(Notebooks).notebook(request[_NAME])
    msg = (
        f"There is nothing to open for Notebook Instance ({notebook.arn}): the emulator keeps its state only and runs "
        "no Jupyter server, so open its notebooks in a Jupyter of this machine."
    )
    raise validation(msg)


async def _create_config(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    return {"NotebookInstanceLifecycleConfigArn": control.resources(Notebooks).create_config(request).arn}


async def _describe_config(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    return descriptions.config(control.resources(Notebooks).config(request[_CONFIG_NAME]))


async def _list_configs(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    configs = control.resources(Notebooks).configs.values()
    items = [descriptions.config_summary(config) for config in configs]
    return listed("NotebookInstanceLifecycleConfigs", items, request, name_key=_CONFIG_NAME)


async def _update_config(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    control.resources(Notebooks).update_config(request)
    return {}


async def _delete_config(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    control.resources(Notebooks).delete_config(request[_CONFIG_NAME])
    return {}


OPERATIONS: dict[str, Operation] = {
    "CreateNotebookInstance": _create,
    "CreateNotebookInstanceLifecycleConfig": _create_config,
    "CreatePresignedNotebookInstanceUrl": _presigned_url,
    "DeleteNotebookInstance": _delete,
    "DeleteNotebookInstanceLifecycleConfig": _delete_config,
    "DescribeNotebookInstance": _describe,
    "DescribeNotebookInstanceLifecycleConfig": _describe_config,
    "ListNotebookInstanceLifecycleConfigs": _list_configs,
    "ListNotebookInstances": _list,
    "StartNotebookInstance": _start,
    "StopNotebookInstance": _stop,
    "UpdateNotebookInstance": _update,
    "UpdateNotebookInstanceLifecycleConfig": _update_config,
}
