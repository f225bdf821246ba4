"""AWS::ApplicationAutoScaling::ScalableTarget and ScalingPolicy as CloudFormation resource types.

They call the operations that boto3 calls. `Ref` of a target is `RESOURCE|DIMENSION|NAMESPACE`, of a policy its ARN.
"""

from __future__ import annotations

from collections.abc import Callable

from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.scaling.operations import SERVICE, call
from sagemaker_local.sagemaker.shapes import Json, coerce, operation_model

TARGET, POLICY = "AWS::ApplicationAutoScaling::ScalableTarget", "AWS::ApplicationAutoScaling::ScalingPolicy"
REPLACING: dict[str, tuple[str, ...]] = {
    TARGET: ("ResourceId", "ScalableDimension", "ServiceNamespace"),
    POLICY: ("PolicyName", "ResourceId", "ScalableDimension", "ScalingTargetId", "ServiceNamespace"),
}
_NAMES = ("ResourceId", "ScalableDimension", "ServiceNamespace")
_IN_PLACE = {
    TARGET: ("MaxCapacity", "MinCapacity", "RoleARN", "ScheduledActions", "SuspendedState", "Tags"),
    POLICY: ("PolicyType", "StepScalingPolicyConfiguration", "TargetTrackingScalingPolicyConfiguration"),
}
Created = tuple[str, Json]


class _Handlers:
    """What both types have in common.

    Parameters
    ----------
    control
        Gives the control plane of the stack operation under way.
    """

    def __init__(self, control: Callable[[], ControlPlane]) -> None:
        self._control = control

    def _call(self, operation: str, properties: Json) -> Json:
        """Call an operation, and word a refusal as CloudFormation shows it."""
        shape = operation_model(operation, SERVICE).input_shape
        members = {} if shape is None else shape.members
        request = {name: value for name, value in properties.items() if name in members}
        try:
            return call(self._control(), operation, request if shape is None else coerce(shape, request))
        except ServiceError as error:
            msg = (
                f"{error.message} (Service: ApplicationAutoScaling, Status Code: {error.status}, "
                f"Error Code: {error.code})"
            )
            raise RuntimeError(msg) from error

    def _unless_gone(self, operation: str, properties: Json) -> None:
        try:
            self._call(operation, properties)
        except RuntimeError as error:
            if "ObjectNotFoundException" not in str(error):
                raise


class TargetResource(_Handlers):
    """A scalable target."""

    def create(self, _logical_id: str, properties: Json, _stack_name: str) -> Created:
        """Register it; returns its id and its attributes. Scheduled actions are taken, and never happen."""
        _known(properties, TARGET)
        tags = {str(tag["Key"]): str(tag["Value"]) for tag in properties.get("Tags") or []}
        self._call("RegisterScalableTarget", {**properties, "Tags": tags})
        physical_id = "|".join(str(properties[name]) for name in _NAMES)
        return physical_id, {"Id": physical_id}

    def update(self, _physical_id: str, _old: Json, new: Json, stack_name: str) -> Created:
        """Change its limits."""
        return self.create("", new, stack_name)

    def delete(self, physical_id: str, _properties: Json) -> None:
        """Deregister it; one that is gone is fine."""
        self._unless_gone("DeregisterScalableTarget", _named(physical_id))


class PolicyResource(_Handlers):
    """A scaling policy."""

    def create(self, _logical_id: str, properties: Json, _stack_name: str) -> Created:
        """Make it; returns its ARN and its attributes."""
        _known(properties, POLICY)
        arn = str(self._call("PutScalingPolicy", {**properties, **_place(properties)})["PolicyARN"])
        return arn, {"Arn": arn}

    def update(self, _arn: str, _old: Json, new: Json, stack_name: str) -> Created:
        """Replace what it says."""
        return self.create("", new, stack_name)

    def delete(self, _arn: str, properties: Json) -> None:
        """Delete it; one that is gone is fine."""
        self._unless_gone("DeleteScalingPolicy", {**properties, **_place(properties)})


HANDLERS: dict[str, type[TargetResource | PolicyResource]] = {TARGET: TargetResource, POLICY: PolicyResource}


def _known(properties: Json, kind: str) -> None:
    allowed = sorted({*REPLACING[kind], *_IN_PLACE[kind]})
    if unknown := sorted(properties.keys() - set(allowed)):
        msg = f"extraneous key [{unknown[0]}] is not permitted (allowed: {', '.join(allowed)})"
        raise ValueError(msg)


def _place(properties: Json) -> Json:
    """What a policy is about: the target that it refers to, or the three names."""
    reference = properties.get("ScalingTargetId")
    named = {name: properties[name] for name in _NAMES if name in properties}
    if bool(reference) == (len(named) == len(_NAMES)):
        msg = f"give either ScalingTargetId or {', '.join(_NAMES)}"
        raise ValueError(msg)
    return _named(str(reference)) if reference else named


def _named(physical_id: str) -> Json:
    parts = physical_id.split("|")
    if len(parts) != len(_NAMES):
        msg = f"{physical_id!r} is not the id of a scalable target, {'|'.join(_NAMES)}"
        raise ValueError(msg)
    return dict(zip(_NAMES, parts, strict=True))
