"""Faults of CloudFormation: the creation of a resource that fails, so that its stack is rolled back.

What was created before it is there at that moment, and what depends on it is not.
"""

from __future__ import annotations

from typing import Any

from sagemaker_local.faults.store import Faults, Request
from sagemaker_local.faults.targets import CLOUDFORMATION
from sagemaker_local.ministack.registry import private, replace

_PROVISION = "ministack.services.cloudformation.stacks:_provision_resource"

Json = dict[str, Any]


class InjectedFailureError(RuntimeError):
    """The failure of a resource that a fault injects."""


def install(faults: Faults) -> None:
    """Ask for a fault before a resource is created."""
    provision = private(_PROVISION)

    def provision_resource(resource_type: str, logical_id: str, properties: Json, stack_name: str) -> Any:
        for key in (logical_id, resource_type):
            request = Request(service=CLOUDFORMATION, resource=stack_name, operation="CreateResource", key=key)
            if (fault := faults.take_for(request)) is not None:
                msg = f"Resource handler returned message: {fault.message!r} (HandlerErrorCode: InternalFailure)"
                raise InjectedFailureError(msg)
        return provision(resource_type, logical_id, properties, stack_name)

    replace(_PROVISION, provision_resource)
