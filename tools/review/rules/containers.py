"""Services and clusters of ECS: how many tasks run, who reaches them, how a release is rolled out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.review.change import Change, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.rules.tasks import TASK
from tools.review.shapes import (
    always,
    count,
    danger_switch,
    each,
    guard_switch,
    listed,
    number,
    ordered,
    present,
    switch,
)
from tools.review.values import properties


def minimum_healthy(change: Change) -> Verdict | None:
    """Judge how many tasks stay during a deployment."""
    return count(
        zero=interruption("all old tasks may be stopped before new ones answer"),
        up=harmless("more tasks stay during a deployment"),
        down=interruption("fewer tasks stay during a deployment: less load"),
        default=100,
    )(change)


def strategy(change: Change) -> Verdict:
    """Judge on which machines tasks run."""
    spot = "FARGATE_SPOT" in str(change.after) and "FARGATE_SPOT" not in str(change.before)
    if spot:
        return interruption("tasks run on machines that are taken away at two minutes' notice")
    if "FARGATE_SPOT" in str(change.before) and "FARGATE_SPOT" not in str(change.after):
        return cost("tasks run at full price")
    return interruption("tasks run on other machines, and may not fit there")


def load_balancers(change: Change) -> Verdict:
    """Judge the load balancers of a service."""
    if change.before and not _subset(change.before, change.after):
        return interruption("callers that come through the old target group reach nobody")
    return harmless("a further load balancer sends requests; whom it lets in is told there")


_DEPLOYMENT: dict[str, Rule] = {
    "DeploymentConfiguration.MinimumHealthyPercent": minimum_healthy,
    "DeploymentConfiguration.MaximumPercent": number(
        up=harmless("more tasks run at once during a deployment"),
        down=interruption("fewer tasks run at once during a deployment: with 100 none starts before one stops"),
        default=200,
    ),
    "DeploymentConfiguration.DeploymentCircuitBreaker": present(
        removed=access("a deployment whose tasks do not start is no longer stopped and taken back"),
        added=harmless("a deployment whose tasks do not start is stopped"),
    ),
    "DeploymentConfiguration.DeploymentCircuitBreaker.Enable": guard_switch(
        "a deployment whose tasks do not start is stopped"
    ),
    "DeploymentConfiguration.DeploymentCircuitBreaker.Rollback": guard_switch(
        "a deployment whose tasks do not start is taken back"
    ),
    "DeploymentConfiguration.Alarms": present(
        removed=access("no alarm stops a bad deployment"), added=harmless("alarms stop a bad deployment")
    ),
    "DeploymentConfiguration.Alarms.Enable": guard_switch("alarms stop a bad deployment"),
    "DeploymentConfiguration.Alarms.Rollback": guard_switch("alarms take a bad deployment back"),
    "DeploymentConfiguration.Alarms.AlarmNames": listed(
        added=harmless("more alarms stop a bad deployment"),
        removed=access("this alarm no longer stops a bad deployment"),
    ),
    "DeploymentConfiguration.Strategy": ordered(
        ["ROLLING", "LINEAR", "CANARY", "BLUE_GREEN"],
        up=harmless("new tasks are tried beside the old ones"),
        down=access("new tasks take the callers at once"),
        default="ROLLING",
    ),
    **each(
        number(
            up=harmless("more time to notice a bad release"),
            down=access("less time to notice a bad release"),
            default=0,
        ),
        "DeploymentConfiguration.BakeTimeInMinutes",
        "DeploymentConfiguration.CanaryConfiguration.CanaryBakeTimeInMinutes",
        "DeploymentConfiguration.LinearConfiguration.StepBakeTimeInMinutes",
    ),
    **each(
        number(
            up=access("more callers get a release before it is judged"),
            down=harmless("fewer callers get a release at first"),
        ),
        "DeploymentConfiguration.CanaryConfiguration.CanaryPercent",
        "DeploymentConfiguration.LinearConfiguration.StepPercent",
    ),
    "DeploymentConfiguration.LifecycleHooks": listed(
        added=harmless("a further check of each deployment"), removed=access("a check of each deployment is gone")
    ),
}

SERVICE: dict[str, Rule] = {
    "DesiredCount": count(
        zero=interruption("no task runs: nobody answers"),
        up=cost("more tasks run all the time"),
        down=interruption("fewer tasks run: less load, and less is left when one fails"),
        default=1,
    ),
    "TaskDefinition": always(harmless("the service moves to the newest task definition, which is what a release is")),
    **each(
        lambda change: danger_switch("the tasks have a public address")(change),
        "NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp",
    ),
    "NetworkConfiguration": present(
        removed=interruption("the tasks have another network"), added=interruption("the tasks have another network")
    ),
    "NetworkConfiguration.AwsvpcConfiguration.SecurityGroups": listed(
        added=access("what another security group lets in or out is open"),
        removed=interruption("what the security group lets in or out is closed"),
    ),
    "NetworkConfiguration.AwsvpcConfiguration.Subnets": listed(
        added=access("tasks run in other subnets, with their routes"),
        removed=interruption("tasks run in fewer subnets: less is left when a zone fails"),
    ),
    "HealthCheckGracePeriodSeconds": number(
        up=harmless("tasks have longer to start before they are judged"),
        down=interruption("tasks that take longer to start are stopped, again and again"),
        default=0,
    ),
    "EnableExecuteCommand": danger_switch("people can open a shell in the tasks"),
    "LoadBalancers": load_balancers,
    "ServiceRegistries": present(
        removed=interruption("others no longer find the tasks by name"),
        added=harmless("others find the tasks by name"),
        changed=interruption("others find the tasks under another name"),
    ),
    "ServiceConnectConfiguration": present(
        removed=interruption("others no longer find the service by name"),
        added=harmless("others find the service by name"),
        changed=interruption("others may not find the service"),
    ),
    "CapacityProviderStrategy": strategy,
    "PlatformVersion": ordered(
        ["1.3.0", "1.4.0", "LATEST"],
        up=harmless("the newest platform, with its patches"),
        down=access("an older platform: its patches arrive later, or never"),
        default="LATEST",
    ),
    "PropagateTags": always(harmless("only tags")),
    "EnableECSManagedTags": always(harmless("only tags")),
    "PlacementConstraints": always(interruption("tasks may no longer find a machine")),
    "PlacementStrategies": always(harmless("only which machine a task runs on")),
    "AvailabilityZoneRebalancing": guard_switch("tasks are spread over the zones again after a failure", default=True),
    "ForceNewDeployment": always(harmless("the same tasks are started anew, one after the other")),
    "VolumeConfigurations": always(data_loss("tasks get other volumes")),
    **_DEPLOYMENT,
}

_CLUSTER: dict[str, Rule] = {
    "ClusterSettings": lambda change: (
        cost("containers are measured in detail")
        if "enabled" in str(change.after).lower() or "enhanced" in str(change.after).lower()
        else access("containers are no longer measured in detail: alarms on those figures see nothing")
    ),
    "CapacityProviders": listed(
        added=harmless("tasks may run elsewhere too"), removed=interruption("tasks can no longer run there")
    ),
    "DefaultCapacityProviderStrategy": strategy,
    "Configuration.ExecuteCommandConfiguration": present(
        removed=access("what people do in a shell of a task is no longer logged as it was"),
        added=harmless("what people do in a shell is logged"),
    ),
    "Configuration.ExecuteCommandConfiguration.Logging": ordered(
        ["NONE", "DEFAULT", "OVERRIDE"],
        up=harmless("what people do in a shell of a task is logged"),
        down=access("what people do in a shell of a task is logged less"),
        default="DEFAULT",
    ),
    "Configuration.ExecuteCommandConfiguration.KmsKeyId": always(access("shells in tasks are encrypted otherwise")),
    "Configuration.ManagedStorageConfiguration": always(access("disks of tasks are encrypted otherwise")),
    "ServiceConnectDefaults": always(interruption("services may not find each other by name")),
}

_PROVIDER: dict[str, Rule] = {
    "AutoScalingGroupProvider.ManagedScaling.Status": switch(
        on=cost("machines follow the tasks"),
        off=interruption("machines no longer follow the tasks: tasks may find none"),
    ),
    "AutoScalingGroupProvider.ManagedTerminationProtection": switch(
        on=harmless("machines with tasks are not ended"), off=interruption("machines are ended with the tasks on them")
    ),
    "AutoScalingGroupProvider.ManagedDraining": guard_switch("tasks move away before a machine ends", default=True),
    "AutoScalingGroupProvider.ManagedScaling.TargetCapacity": number(
        up=interruption("less room is kept free: new tasks wait for a machine"),
        down=cost("more room is kept free"),
        default=100,
    ),
}

PROPERTIES: dict[str, dict[str, Rule]] = {
    "AWS::ECS::TaskDefinition": TASK,
    "AWS::ECS::Service": SERVICE,
    "AWS::ECS::Cluster": _CLUSTER,
    "AWS::ECS::CapacityProvider": _PROVIDER,
}


def removed_task(change: Change) -> Verdict:
    """Judge a task definition that is gone: by design when another one takes its place."""
    base, head = (template.get("Resources", {}) for template in (change.base_template, change.head_template))
    family = properties(change.base).get("Family")
    for name, other in head.items():
        if other.get("Type") == change.type and (name not in base or properties(other).get("Family") == family):
            return harmless("another task definition takes its place")
    return interruption("the task definition is gone: what starts it sees errors")


REMOVED: dict[str, Rule] = {
    "AWS::ECS::Service": always(interruption("the service is gone: nobody answers")),
    "AWS::ECS::Cluster": always(interruption("the cluster is gone, with everything that runs in it")),
    "AWS::ECS::TaskDefinition": removed_task,
    "AWS::ECS::CapacityProvider": always(interruption("tasks can no longer run there")),
    "AWS::ECS::ClusterCapacityProviderAssociations": always(interruption("tasks can no longer run there")),
}
ADDED: dict[str, Rule] = {
    "AWS::ECS::Service": always(cost("tasks run all the time")),
    "AWS::ECS::Cluster": always(harmless("a cluster costs nothing until tasks run")),
    "AWS::ECS::TaskDefinition": always(harmless("a definition costs nothing until tasks run")),
    "AWS::ECS::CapacityProvider": always(harmless("it costs nothing until tasks run")),
    "AWS::ECS::ClusterCapacityProviderAssociations": always(harmless("it costs nothing until tasks run")),
}
REPLACED: dict[str, Rule] = {
    "AWS::ECS::Service": always(
        interruption("a new service takes its place: callers may reach nobody until its tasks run")
    ),
    "AWS::ECS::Cluster": always(
        interruption("a new cluster takes its place: everything that runs in the old one ends")
    ),
    "AWS::ECS::TaskDefinition": always(harmless("each release has a new revision, by design; the service moves to it")),
    "AWS::ECS::CapacityProvider": always(interruption("tasks that run there have to move")),
}


def _subset(part: Any, whole: Any) -> bool:
    if not isinstance(part, list) or not isinstance(whole, list):
        return False
    return all(any(_equal(item, other) for other in whole) for item in part)


def _equal(left: Any, right: Any) -> bool:
    return bool(left == right) if isinstance(left, Mapping) else False
