"""The operations on models, endpoint configurations and endpoints, and on the tags of every resource, by name."""

from __future__ import annotations

import asyncio

from sagemaker_local.sagemaker import descriptions
from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.errors import validation
from sagemaker_local.sagemaker.jobs.training_checks import check_image
from sagemaker_local.sagemaker.listing import listed
from sagemaker_local.sagemaker.model_registry.containers import resolved
from sagemaker_local.sagemaker.model_registry.registry import ModelRegistry
from sagemaker_local.sagemaker.service import Operation, SageMaker
from sagemaker_local.sagemaker.shapes import Json


async def _create_model(service: SageMaker, control: ControlPlane, request: Json) -> Json:
    containers = [request["PrimaryContainer"]] if request.get("PrimaryContainer") else request.get("Containers", [])
    if request.get("PrimaryContainer") and request.get("Containers"):
        raise validation("Give PrimaryContainer or Containers, not both.")
    if len(containers) != 1:
        msg = (
            f"This emulator runs models of exactly one container; {request['ModelName']} has {len(containers)}. "
            "Give PrimaryContainer, or Containers with one item."
        )
        raise validation(msg)
    container = resolved(containers[0], control.resources(ModelRegistry))
    _check_container(container)
    if not request.get("ExecutionRoleArn"):
        raise validation("ExecutionRoleArn is required to create a model.")
    await asyncio.to_thread(
        service.artifacts.check, control.scope, container["ModelDataUrl"], request["ExecutionRoleArn"]
    )
    member = {"PrimaryContainer": container} if request.get("PrimaryContainer") else {"Containers": [container]}
    return {"ModelArn": control.create_model({**request, **member}).arn}


def _check_container(container: Json) -> None:
    check_image(container.get("Image", ""))
    if not container.get("ModelDataUrl"):
        raise validation("This emulator needs ModelDataUrl: s3://BUCKET/KEY of a model.tar.gz.")


async def _describe_model(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    return descriptions.model(control.model(request["ModelName"]))


async def _list_models(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    items = [descriptions.summary(record, "Model") for record in control.models.values()]
    return listed("Models", items, request, name_key="ModelName")


async def _delete_model(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    control.delete_model(request["ModelName"])
    return {}


async def _create_config(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    return {"EndpointConfigArn": control.create_config(request).arn}


async def _describe_config(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    return descriptions.config(control.config(request["EndpointConfigName"]))


async def _list_configs(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    items = [descriptions.summary(record, "EndpointConfig") for record in control.configs.values()]
    return listed("EndpointConfigs", items, request, name_key="EndpointConfigName")


async def _delete_config(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    control.delete_config(request["EndpointConfigName"])
    return {}


async def _create_endpoint(service: SageMaker, control: ControlPlane, request: Json) -> Json:
    endpoint = control.create_endpoint(request)
    service.fleet.deploy(control, endpoint)
    return {"EndpointArn": endpoint.arn}


async def _update_endpoint(service: SageMaker, control: ControlPlane, request: Json) -> Json:
    endpoint = control.update_endpoint(request)
    kept: frozenset[str] = frozenset()
    if request.get("RetainAllVariantProperties"):
        kept = frozenset(variant.name for variant in endpoint.variants)
    service.fleet.deploy(control, endpoint, retain=kept)
    return {"EndpointArn": endpoint.arn}


async def _update_weights(service: SageMaker, control: ControlPlane, request: Json) -> Json:
    endpoint = control.update_weights(request)
    service.fleet.reweigh(control.scope, endpoint)
    return {"EndpointArn": endpoint.arn}


async def _describe_endpoint(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    return descriptions.endpoint(control.endpoint(request["EndpointName"]), control)


async def _list_endpoints(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    items = [descriptions.endpoint_summary(record) for record in control.endpoints.values()]
    return listed("Endpoints", items, request, name_key="EndpointName")


async def _delete_endpoint(service: SageMaker, control: ControlPlane, request: Json) -> Json:
    service.fleet.remove(control, control.delete_endpoint(request["EndpointName"]))
    return {}


async def _add_tags(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    control.tag(request["ResourceArn"], request["Tags"])
    return {"Tags": _tags(control, request)}


async def _list_tags(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    return {"Tags": _tags(control, request)}


async def _delete_tags(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    kept = control.tags_of(request["ResourceArn"])
    for key in request["TagKeys"]:
        kept.pop(key, None)
    return {}


def _tags(control: ControlPlane, request: Json) -> list[Json]:
    return [{"Key": key, "Value": value} for key, value in control.tags_of(request["ResourceArn"]).items()]


OPERATIONS: dict[str, Operation] = {
    "AddTags": _add_tags,
    "CreateEndpoint": _create_endpoint,
    "CreateEndpointConfig": _create_config,
    "CreateModel": _create_model,
    "DeleteEndpoint": _delete_endpoint,
    "DeleteEndpointConfig": _delete_config,
    "DeleteModel": _delete_model,
    "DeleteTags": _delete_tags,
    "DescribeEndpoint": _describe_endpoint,
    "DescribeEndpointConfig": _describe_config,
    "DescribeModel": _describe_model,
    "ListEndpointConfigs": _list_configs,
    "ListEndpoints": _list_endpoints,
    "ListModels": _list_models,
    "ListTags": _list_tags,
    "UpdateEndpoint": _update_endpoint,
    "UpdateEndpointWeightsAndCapacities": _update_weights,
}
