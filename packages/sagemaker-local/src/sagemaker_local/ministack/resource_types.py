"""Resource types of SageMaker, its scaling and the CDK, which MiniStack's CloudFormation lacks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from sagemaker_local.ministack import emptied_buckets
from sagemaker_local.ministack.registry import private, replace, scope
from sagemaker_local.sagemaker import cloudformation
from sagemaker_local.sagemaker.http_api import HttpApi
from sagemaker_local.sagemaker.scaling import cloudformation as scaling
from sagemaker_local.sagemaker.stack_resources import HANDLERS


def install(api: HttpApi, loop: asyncio.AbstractEventLoop) -> None:
    """Enter the AWS::SageMaker types, those of Application Auto Scaling and the CDK's bucket emptier."""
    provisioners = "ministack.services.cloudformation.provisioners"
    handlers = private(f"{provisioners}:_RESOURCE_HANDLERS")
    physical_name = private(f"{provisioners}:_physical_name")

    def wait(work: Awaitable[Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(_awaited(work), loop).result()

    def generated_name(stack_name: str, logical_id: str) -> str:
        return str(physical_name(stack_name, logical_id, max_len=cloudformation.MAX_NAME_LENGTH))

    for resource_type, make in HANDLERS.items():
        resource = make(resource_type, service=api.service, scope=scope, wait=wait, generated_name=generated_name)
        handlers[resource_type.name] = {
            "create": resource.create,
            "update": resource.update,
            "delete": resource.delete,
        }
        private(f"{provisioners}:_REPLACING_PROPERTIES")[resource_type.name] = resource_type.replacing
        private(f"{provisioners}:_STACK_TAG_PROPERTY")[resource_type.name] = ("Tags", "list")
        private(f"{provisioners}:_CUSTOM_NAME_REPLACEMENT")[resource_type.name] = {"name": resource_type.name_property}
    for name, made in scaling.HANDLERS.items():
        scaled = made(lambda: api.service.control(scope()))
        handlers[name] = {"create": scaled.create, "update": scaled.update, "delete": scaled.delete}
        private(f"{provisioners}:_REPLACING_PROPERTIES")[name] = scaling.REPLACING[name]
    handlers["Custom::S3AutoDeleteObjects"] = emptied_buckets.handlers(
        buckets=private("ministack.services.s3:_buckets"), tags=private("ministack.services.s3:_bucket_tags")
    )
    _move_to_worker_thread({resource_type.name for resource_type in HANDLERS})


async def _awaited(work: Awaitable[Any]) -> Any:
    return await work


def _move_to_worker_thread(names: set[str]) -> None:
    """Types whose handlers wait must not do so on the event loop."""
    blocking = private("ministack.services.cloudformation.stacks:_runs_on_worker_thread")

    def runs_on_worker_thread(resource_type: str) -> bool:
        return resource_type in names or bool(blocking(resource_type))

    replace("ministack.services.cloudformation.stacks:_runs_on_worker_thread", runs_on_worker_thread)
