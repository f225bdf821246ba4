"""SageMaker's models, endpoint configurations and endpoints.

A promoted model replaces Model and EndpointConfig, and the endpoint moves to the new configuration: that is what it is
made for, and harmless as long as no variant is renamed. What else changes beside it is judged as always.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tools.review.change import Change, Rule, Verdict, access, cost, harmless, interruption
from tools.review.names import without_digests
from tools.review.references import followed, reference
from tools.review.rules.sagemaker_capacity import CONFIG, variant_names
from tools.review.rules.variables import variable
from tools.review.shapes import always, guard_switch, listed, number, ordered, present, switch, under
from tools.review.values import is_function, properties, resource, target_of

PROMOTION = "the endpoint moves to the promoted model without interruption, by design"
_RENAMED = interruption("a variant has another name: its alarms, scaling and callers do not find it")
_REGISTRY = re.compile(r"^[^/]+\.[^/]+/|^")
_BUCKET = re.compile(r"(?:s3://|https?://s3[^/]*/)([^/]+)/")


def config_name(change: Change) -> Verdict:
    """Judge the configuration that an endpoint takes: any, as long as its variants keep their names."""
    old = resource(change.base_template, target_of(change.before))
    new = resource(change.head_template, target_of(change.after))
    if old and new and variant_names(properties(old)) != variant_names(properties(new)):
        return _RENAMED
    return harmless(PROMOTION)


ROLLBACK_ALARMS = listed(
    added=harmless("more alarms take a bad model back"),
    removed=access("a bad model is no longer taken back when this alarm goes off"),
)
"""For the alarms that take a roll-out back."""


def image(change: Change) -> Verdict:
    """Judge a container image: another one is a release, from another registry it is somebody else's code."""
    if isinstance(change.before, str) and isinstance(change.after, str):
        old, new = (_REGISTRY.match(value) for value in (change.before, change.after))
        if old and new and old[0] != new[0]:
            return access("the code comes from another registry: whoever may push there decides what runs")
    elif not (_same_registry(change) or _same_places(change)):
        return access("the code comes from another registry or repository than before")
    return harmless("another image is what a release is; it runs with the same rights")


def _same_registry(change: Change) -> bool:
    """Whether two texts with references in them name the same registry and repository, whatever the tag."""
    texts = [value.get("Fn::Sub") if isinstance(value, Mapping) else value for value in (change.before, change.after)]
    if not all(isinstance(text, str) and "/" in text for text in texts):
        return False
    return len({re.sub(r"(@|:(?=[^/]*$)).*", "", str(text)) for text in texts}) == 1


def artifact(change: Change) -> Verdict:
    """Judge where a model's artifact lies: another key is a promotion, another bucket belongs to somebody."""
    if isinstance(change.before, str) and isinstance(change.after, str):
        old, new = (_BUCKET.match(value) for value in (change.before, change.after))
        other = bool(old and new and old[1] != new[1])
    else:
        other = not _same_places(change)
    if other:
        return access("the model is read from another bucket: whoever may write there decides what it says")
    return harmless(PROMOTION)


def hosts_promoted_model(change: Change) -> bool:
    """Whether a role is one that a model is served with, and that model changes: it is replaced with it, by design."""
    before, after = (
        {name: model for name, model in _models(template).items() if _role_of(model) == change.logical_id}
        for template in (change.base_template, change.head_template)
    )
    if before and after and before.keys().isdisjoint(after):
        return True
    return any(
        properties(before[name]).get("PrimaryContainer") != properties(model).get("PrimaryContainer")
        for name, model in after.items()
        if name in before
    )


_CONTAINER: dict[str, Rule] = {
    "Image": image,
    "ModelDataUrl": artifact,
    "ModelDataSource": always(harmless(PROMOTION)),
    "ModelPackageName": always(harmless(PROMOTION)),
    "Environment.*": variable,
    "ContainerHostname": always(harmless("only a name inside the model")),
    "Mode": always(interruption("one container for one model, or for many: callers have to name theirs, or must not")),
    "ImageConfig.RepositoryAccessMode": always(harmless("only the way to the registry")),
}

_MODEL: dict[str, Rule] = {
    **under("PrimaryContainer", _CONTAINER),
    **under("Containers[]", _CONTAINER),
    "EnableNetworkIsolation": guard_switch("the container of the model has no network"),
    "VpcConfig": present(
        removed=access("the container leaves the VPC: no security group, route or flow log stands before it any more"),
        added=harmless("the container runs behind the security groups of a VPC"),
    ),
    "VpcConfig.SecurityGroupIds": listed(
        added=access("what another security group lets out is open to it"),
        removed=interruption("what the security group lets out is closed to it"),
    ),
    "VpcConfig.Subnets": listed(
        added=access("it runs in other subnets, with their routes"),
        removed=interruption("it runs in fewer subnets: less is left when a zone fails"),
    ),
    "ExecutionRoleArn": reference(access("the container works with the rights of another role")),
    "InferenceExecutionConfig.Mode": always(interruption("containers are called one after the other, or each by name")),
}

_WAIT = number(
    up=harmless("the alarms have more time before all callers get the new model"),
    down=access("the alarms have less time before all callers get the new model"),
    default=0,
)
_SHARE = number(
    up=access("more callers get the new model before the alarms have judged it"),
    down=harmless("fewer callers get the new model before the alarms have judged it"),
)
_LONGEST = always(harmless("only how long a roll-out may take before it is taken back"))
_ALL_AT_ONCE = access("all callers get the new model at once: nothing is tried on a part of them")

_DEPLOYMENT: dict[str, Rule] = {
    "DeploymentConfig": present(
        removed=access("all callers get the next model at once, and no alarm takes it back"),
        added=harmless("the next model is rolled out step by step"),
    ),
    "DeploymentConfig.AutoRollbackConfiguration": present(
        removed=access("no alarm takes a bad model back"), added=harmless("alarms take a bad model back")
    ),
    "DeploymentConfig.AutoRollbackConfiguration.Alarms": ROLLBACK_ALARMS,
    "DeploymentConfig.BlueGreenUpdatePolicy.MaximumExecutionTimeoutInSeconds": _LONGEST,
    "DeploymentConfig.BlueGreenUpdatePolicy.TerminationWaitInSeconds": number(
        up=harmless("the old machines stay for longer, so that a return is quick; they are paid for that long"),
        down=access("the old machines stop sooner: the alarms have less time to take a bad model back"),
        default=0,
    ),
    "DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.Type": ordered(
        ["ALL_AT_ONCE", "LINEAR", "CANARY"],
        up=harmless("a part of the callers gets the new model first"),
        down=_ALL_AT_ONCE,
        default="ALL_AT_ONCE",
    ),
    "DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.WaitIntervalInSeconds": _WAIT,
    **{
        f"DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.{step}.{part}": rule
        for step in ("CanarySize", "LinearStepSize")
        for part, rule in (
            ("Value", _SHARE),
            ("Type", always(access("the first part of the callers is counted otherwise"))),
        )
    },
    "DeploymentConfig.RollingUpdatePolicy.MaximumBatchSize.Value": _SHARE,
    "DeploymentConfig.RollingUpdatePolicy.MaximumBatchSize.Type": always(
        access("the parts of the roll-out are counted otherwise")
    ),
    "DeploymentConfig.RollingUpdatePolicy.WaitIntervalInSeconds": _WAIT,
    "DeploymentConfig.RollingUpdatePolicy.MaximumExecutionTimeoutInSeconds": _LONGEST,
    "DeploymentConfig.RollingUpdatePolicy.RollbackMaximumBatchSize": always(
        harmless("only how fast a roll-out is taken back")
    ),
}

_ENDPOINT: dict[str, Rule] = {
    "EndpointConfigName": config_name,
    **_DEPLOYMENT,
    "RetainAllVariantProperties": switch(
        on=harmless("machines and weights stay as they are while it serves"),
        off=interruption("machines and weights fall back to the configuration, however many it takes at that time"),
    ),
    "ExcludeRetainedVariantProperties": always(
        interruption("machines or weights fall back to the configuration, however many it takes at that time")
    ),
    "RetainDeploymentConfig": guard_switch("the next roll-out goes by the same steps and alarms"),
}

_COMPONENT: dict[str, Rule] = {
    "RuntimeConfig.CopyCount": number(
        up=cost("more copies take room on the machines"),
        down=interruption("fewer copies answer; with none nobody does"),
    ),
    "Specification.ModelName": always(harmless(PROMOTION)),
    "Specification.Container.Image": image,
    "Specification.Container.ArtifactUrl": artifact,
    "Specification.Container.Environment.*": variable,
    "EndpointName": reference(interruption("the model answers at another endpoint")),
    "VariantName": always(_RENAMED),
    "DeploymentConfig.AutoRollbackConfiguration": present(
        removed=access("no alarm takes a bad model back"), added=harmless("alarms take a bad model back")
    ),
    "DeploymentConfig.AutoRollbackConfiguration.Alarms": ROLLBACK_ALARMS,
}


def removed_part(what: str) -> Rule:
    """Make a rule for a model or configuration that is gone: by design when another one takes its place."""

    def rule(change: Change) -> Verdict:
        base, head = (template.get("Resources", {}) for template in (change.base_template, change.head_template))
        if any(other.get("Type") == change.type for name, other in head.items() if name not in base):
            return harmless(f"another {what} takes its place, and the endpoint moves to it")
        return interruption(f"the {what} is gone: an endpoint that names it can no longer start machines")

    return rule


PROPERTIES: dict[str, dict[str, Rule]] = {
    "AWS::SageMaker::Model": _MODEL,
    "AWS::SageMaker::EndpointConfig": CONFIG,
    "AWS::SageMaker::Endpoint": _ENDPOINT,
    "AWS::SageMaker::InferenceComponent": _COMPONENT,
}

REMOVED: dict[str, Rule] = {
    "AWS::SageMaker::Model": removed_part("model"),
    "AWS::SageMaker::EndpointConfig": removed_part("configuration"),
    "AWS::SageMaker::Endpoint": always(interruption("the endpoint is gone: whoever calls it sees errors")),
    "AWS::SageMaker::InferenceComponent": always(interruption("the model is no longer served: its callers see errors")),
}

ADDED: dict[str, Rule] = {
    "AWS::SageMaker::Model": always(harmless("a model costs nothing until an endpoint serves it")),
    "AWS::SageMaker::EndpointConfig": always(harmless("a configuration costs nothing until an endpoint takes it")),
    "AWS::SageMaker::Endpoint": always(cost("an endpoint more; with machines it costs every hour")),
    "AWS::SageMaker::InferenceComponent": always(cost("another model takes room on the machines of the endpoint")),
}

REPLACED: dict[str, Rule] = {
    "AWS::SageMaker::Model": always(harmless(PROMOTION)),
    "AWS::SageMaker::EndpointConfig": always(harmless(PROMOTION)),
    "AWS::SageMaker::Endpoint": always(
        interruption("an endpoint of another name takes its place: callers of the old name see errors")
    ),
    "AWS::SageMaker::InferenceComponent": always(interruption("the model is not served until the new component runs")),
}


def _models(template: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = template.get("Resources", {})
    return {name: thing for name, thing in found.items() if thing.get("Type") == "AWS::SageMaker::Model"}


def _role_of(model: Mapping[str, Any]) -> str | None:
    return target_of(properties(model).get("ExecutionRoleArn"))


def _same_places(change: Change) -> bool:
    if followed(change) is not None:
        return True
    return _references(change.before) == _references(change.after)


def _references(value: Any) -> set[str]:
    """Everything that is referred to inside a value, as text."""
    parts = list(value.values()) if isinstance(value, Mapping) else value if isinstance(value, list) else []
    inner = set().union(*map(_references, parts)) if parts else set()
    if not inner and is_function(value):
        return {without_digests(value)}
    return inner
