"""The rules of scalable targets and scaling policies of one account and region: variants of endpoints, nothing else.

Targets are kept with their endpoint and go with it, as the service deregisters them. Codes of errors are the service's,
texts only as far as users have reported them. Nothing is scaled: whoever looks finds what was asked for.
https://docs.aws.amazon.com/autoscaling/application/userguide/services-that-can-integrate-sagemaker.html
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.errors import ServiceError, validation
from sagemaker_local.sagemaker.records import INSTANCES, Endpoint, ScalableTarget
from sagemaker_local.sagemaker.shapes import Json

NAMESPACE = "sagemaker"
PROVISIONED = "sagemaker:variant:DesiredProvisionedConcurrency"
METRICS = {
    INSTANCES: (
        "SageMakerVariantInvocationsPerInstance",
        "SageMakerVariantConcurrentRequestsPerModelHighResolution",
    ),
    PROVISIONED: ("SageMakerVariantProvisionedConcurrencyUtilization",),
}
"""Dimension -> predefined metrics that exist for it.
https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html
"""
_RESOURCE = re.compile(r"endpoint/([^/]+)/variant/([^/]+)")
_BURSTABLE = re.compile(r"ml\.t\d")
_NAMED = ("ServiceNamespace", "ResourceId", "ScalableDimension")


class ScalableTargets:
    """Scalable targets and policies of one account and region.

    Parameters
    ----------
    control
        Gives the endpoints with their variants, scope and time.
    """

    def __init__(self, control: ControlPlane) -> None:
        self._control = control

    def register(self, request: Json) -> str:
        """Register a variant, or change its limits; returns the ARN of the target."""
        endpoint, key = self._variant(request)
        known = endpoint.scaled.get(key)
        wanted = {**(known.request if known else {}), **request}
        missing = [name for name in ("MinCapacity", "MaxCapacity") if name not in wanted]
        if missing:
            msg = f"{' and '.join(missing)} must be given when a scalable target is registered."
            raise validation(msg)
        if wanted["MinCapacity"] > wanted["MaxCapacity"]:
            raise validation("Maximum capacity cannot be less than minimum capacity")
        if known:
            known.request = wanted
        else:
            endpoint.scaled[key] = ScalableTarget(request=wanted, created=self._control.now())
        return self.arn(request)

    def deregister(self, request: Json) -> None:
        """Forget a target with its policies."""
        endpoint, key, _ = self._target(request)
        del endpoint.scaled[key]

    def targets(self, request: Json) -> list[Json]:
        """Those that are asked for, as DescribeScalableTargets answers them."""
        ids = request.get("ResourceIds")
        return [
            {
                "RoleARN": self._role(),
                "SuspendedState": {},
                **{name: value for name, value in target.request.items() if name != "Tags"},
                "CreationTime": target.created,
                "ScalableTargetARN": self.arn(target.request),
            }
            for target in self._all(request)
            if not ids or target.request["ResourceId"] in ids
        ]

    def put_policy(self, request: Json) -> Json:
        """Make a policy or replace it; answers its ARN."""
        _, (_, dimension), target = self._target(request)
        name = request["PolicyName"]
        known = target.policies.get(name, {})
        policy = {**known, **request}
        _check_policy(policy, dimension)
        arn = known.get("PolicyARN") or self._policy_arn(request)
        target.policies[name] = {"CreationTime": self._control.now(), **policy, "PolicyARN": arn, "Alarms": []}
        return {"PolicyARN": arn, "Alarms": []}

    def delete_policy(self, request: Json) -> None:
        """Forget a policy."""
        _, _, target = self._target(request)
        if target.policies.pop(request["PolicyName"], None) is None:
            raise _absent(f"No scaling policy named {request['PolicyName']} was found", request)

    def policies(self, request: Json) -> list[Json]:
        """Those that are asked for, as DescribeScalingPolicies answers them."""
        names, resource = request.get("PolicyNames"), request.get("ResourceId")
        return [
            policy
            for target in self._all(request)
            if resource in (None, target.request["ResourceId"])
            for policy in target.policies.values()
            if not names or policy["PolicyName"] in names
        ]

    def arn(self, request: Json) -> str:
        """ARN of a target. AWS ends it with an id that means nothing."""
        scope, text = self._control.scope, "/".join(request[name] for name in _NAMED)
        end = uuid.uuid5(uuid.NAMESPACE_URL, text).hex
        return f"arn:aws:application-autoscaling:{scope.region}:{scope.account}:scalable-target/{end}"

    def _policy_arn(self, request: Json) -> str:
        scope, namespace = self._control.scope, request["ServiceNamespace"]
        place = f"resource/{namespace}/{request['ResourceId']}:policyName/{request['PolicyName']}"
        return f"arn:aws:autoscaling:{scope.region}:{scope.account}:scalingPolicy:{uuid.uuid4()}:{place}"

    def _role(self) -> str:
        """The role that the service makes for itself."""
        name = "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
        path = "aws-service-role/sagemaker.application-autoscaling.amazonaws.com"
        return f"arn:aws:iam::{self._control.scope.account}:role/{path}/{name}"

    def _all(self, request: Json) -> Iterator[ScalableTarget]:
        dimension = request.get("ScalableDimension")
        for endpoint in self._control.endpoints.values():
            for target in endpoint.scaled.values():
                if dimension in (None, target.request["ScalableDimension"]):
                    yield target

    def _target(self, request: Json) -> tuple[Endpoint, tuple[str, str], ScalableTarget]:
        """A registered target, with its endpoint and its key there."""
        name, variant = _parts(request)
        endpoint, key = self._control.endpoints.get(name.lower()), (variant, request["ScalableDimension"])
        if endpoint is None or key not in endpoint.scaled:
            raise _absent("No scalable target registered", request)
        return endpoint, key, endpoint.scaled[key]

    def _variant(self, request: Json) -> tuple[Endpoint, tuple[str, str]]:
        """A variant that can be registered, with its endpoint and its key there."""
        name, variant = _parts(request)
        endpoint, dimension = self._control.endpoint(name), request["ScalableDimension"]
        config = self._control.config(endpoint.config_name).request
        found = {each["VariantName"]: each for each in config["ProductionVariants"] if endpoint.variants}.get(variant)
        if found is None:
            msg = f'Variant(s) "{variant}" not found for endpoint "{endpoint.arn}".'
            raise validation(msg)
        _check_variant(found, dimension)
        return endpoint, (variant, dimension)


def _check_variant(variant: Json, dimension: str) -> None:
    """Refuse what cannot be scaled in that dimension."""
    serverless, instance = variant.get("ServerlessConfig"), variant.get("InstanceType", "")
    if dimension == INSTANCES and serverless:
        raise validation(f"Variant {variant['VariantName']} is serverless: it has no instances to scale.")
    if dimension == PROVISIONED and not (serverless or {}).get("ProvisionedConcurrency"):
        raise validation(f"Variant {variant['VariantName']} has no provisioned concurrency to scale.")
    if _BURSTABLE.match(instance):
        raise validation(f"Variant {variant['VariantName']} has instances of {instance}: burstable ones do not scale.")


def _check_policy(policy: Json, dimension: str) -> None:
    """Refuse a policy without what its type needs, or about another dimension's metric."""
    kind = policy.get("PolicyType")
    tracking = policy.get("TargetTrackingScalingPolicyConfiguration")
    if kind == "TargetTrackingScaling" and not tracking:
        raise validation("PolicyType TargetTrackingScaling needs TargetTrackingScalingPolicyConfiguration.")
    if kind == "StepScaling" and not policy.get("StepScalingPolicyConfiguration"):
        raise validation("PolicyType StepScaling needs StepScalingPolicyConfiguration.")
    if not tracking:
        return
    chosen = [tracking.get(f"{each}MetricSpecification") for each in ("Predefined", "Customized")]
    if sum(map(bool, chosen)) != 1:
        raise validation("Give either PredefinedMetricSpecification or CustomizedMetricSpecification.")
    metric = (chosen[0] or {}).get("PredefinedMetricType")
    if metric and metric not in METRICS[dimension]:
        raise validation(f"Metric {metric} is not for {dimension}; these are: {', '.join(METRICS[dimension])}.")


def _parts(request: Json) -> tuple[str, str]:
    """Names of the endpoint and of the variant."""
    match = _RESOURCE.fullmatch(request["ResourceId"])
    if request["ServiceNamespace"] != NAMESPACE or request["ScalableDimension"] not in METRICS or match is None:
        msg = (
            "Unsupported service namespace, resource type or scalable dimension; this emulator has endpoint/*/variant/*"
        )
        raise validation(msg)
    return match[1], match[2]


def _absent(what: str, request: Json) -> ServiceError:
    places = (("service namespace", "ServiceNamespace"), ("resource ID", "ResourceId"))
    named = ", ".join(f"{words}: {request[name]}" for words, name in places)
    message = f"{what} for {named}, scalable dimension: {request['ScalableDimension']}"
    return ServiceError("ObjectNotFoundException", message)
