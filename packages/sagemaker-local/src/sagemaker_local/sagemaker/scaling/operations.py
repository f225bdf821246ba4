"""The operations of Application Auto Scaling, by name: for boto3, and for its CloudFormation types."""

from __future__ import annotations

from collections.abc import Callable

from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.scaling.targets import ScalableTargets
from sagemaker_local.sagemaker.shapes import Json, check_input

SERVICE = "application-autoscaling"


def call(control: ControlPlane, operation: str, request: object) -> Json:
    """Answer one request.

    Raises
    ------
    ServiceError
        Whatever the service answers instead of a success.
    """
    if operation not in _OPERATIONS:
        msg = f"{operation} is not emulated; this emulator has {', '.join(sorted(_OPERATIONS))}."
        raise ServiceError("UnknownOperationException", msg)
    return _OPERATIONS[operation](control.resources(ScalableTargets), check_input(operation, request, SERVICE))


def _register(targets: ScalableTargets, request: Json) -> Json:
    return {"ScalableTargetARN": targets.register(request)}


def _deregister(targets: ScalableTargets, request: Json) -> Json:
    targets.deregister(request)
    return {}


def _delete_policy(targets: ScalableTargets, request: Json) -> Json:
    targets.delete_policy(request)
    return {}


_OPERATIONS: dict[str, Callable[[ScalableTargets, Json], Json]] = {
    "DeleteScalingPolicy": _delete_policy,
    "DeregisterScalableTarget": _deregister,
    "DescribeScalableTargets": lambda targets, request: {"ScalableTargets": targets.targets(request)},
    "DescribeScalingPolicies": lambda targets, request: {"ScalingPolicies": targets.policies(request)},
    "PutScalingPolicy": ScalableTargets.put_policy,
    "RegisterScalableTarget": _register,
}
