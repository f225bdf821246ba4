"""How many work: Auto Scaling groups, Application Auto Scaling, their policies and schedules."""

from __future__ import annotations

from tools.review.change import Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.references import reference
from tools.review.shapes import always, count, each, guard_switch, listed, number, ordered, present, switch, under

_NOBODY = interruption("none may run: nobody works")


def bound(which: str, *, zero: Verdict = _NOBODY) -> Rule:
    """Make a rule for the least or the most that run; `which` is "at least" or "at most"."""
    return count(
        zero=zero,
        up=cost(f"more run {which}"),
        down=interruption(f"fewer run {which}: less load, and less is left when one fails"),
    )


_AT_LEAST = bound("at least", zero=interruption("it may go down to none, and then nobody works"))
_AT_MOST = bound("at most")
_WANTED = bound("now")

_GROUP: dict[str, Rule] = {
    "MinSize": _AT_LEAST,
    "MaxSize": _AT_MOST,
    "DesiredCapacity": _WANTED,
    **each(
        always(harmless("the next machines start from another template, which is what a release is")),
        "LaunchTemplate",
        "LaunchConfigurationName",
        "MixedInstancesPolicy.LaunchTemplate",
    ),
    "MixedInstancesPolicy.InstancesDistribution.OnDemandPercentageAboveBaseCapacity": number(
        up=cost("more machines at full price"),
        down=interruption("more machines are taken away at two minutes' notice"),
        default=100,
    ),
    "MixedInstancesPolicy.InstancesDistribution.OnDemandBaseCapacity": number(
        up=cost("more machines at full price"),
        down=interruption("more machines are taken away at two minutes' notice"),
        default=0,
    ),
    "HealthCheckType": present(
        removed=interruption("machines whose program hangs are no longer replaced"),
        added=harmless("machines whose program hangs are replaced"),
        changed=interruption("machines are judged by something else: ill ones may stay"),
    ),
    "HealthCheckGracePeriod": number(
        up=harmless("machines have longer to start before they are judged"),
        down=interruption("machines that take longer to start are ended, again and again"),
        default=0,
    ),
    "NewInstancesProtectedFromScaleIn": guard_switch("new machines are not ended when load falls"),
    "DeletionProtection": ordered(
        ["none", "prevent-force-deletion", "prevent-all-deletion"],
        up=harmless("nobody deletes the group by mistake"),
        down=data_loss("somebody may delete the group, with its machines, by mistake"),
        default="none",
    ),
    **each(
        listed(
            added=harmless("a further load balancer sends requests"),
            removed=interruption("a load balancer no longer finds the machines"),
        ),
        "TargetGroupARNs",
        "LoadBalancerNames",
        "TrafficSources",
    ),
    **each(
        listed(
            added=access("machines run in other subnets, with their routes"),
            removed=interruption("machines run in fewer subnets: less is left when a zone fails"),
        ),
        "VPCZoneIdentifier",
        "AvailabilityZones",
    ),
    "LifecycleHookSpecificationList": listed(
        added=harmless("a step more when machines start or end"),
        removed=interruption("a step is missing when machines start or end"),
    ),
    **each(
        listed(
            added=harmless("more is told of the group"),
            removed=access("somebody is no longer told when machines start or end"),
        ),
        "NotificationConfigurations",
    ),
    "MetricsCollection": always(harmless("only what is counted of the group")),
    "MaxInstanceLifetime": present(
        removed=access("machines grow old without patches"),
        added=harmless("old machines are replaced"),
        changed=harmless("machines are replaced at another age"),
    ),
    "InstanceMaintenancePolicy.MinHealthyPercentage": number(
        up=harmless("more machines stay while others are replaced"),
        down=interruption("fewer machines stay while others are replaced"),
    ),
    "ServiceLinkedRoleARN": reference(access("the group works with the rights of another role")),
    **each(
        always(harmless("only the pace or the order of scaling")),
        "Cooldown",
        "DefaultInstanceWarmup",
        "TerminationPolicies",
        "CapacityRebalance",
        "AvailabilityZoneDistribution",
    ),
}

_PACE: dict[str, Rule] = {
    "TargetValue": number(
        up=interruption("more load for each before others are started: callers may wait"),
        down=cost("others are started at less load"),
    ),
    "DisableScaleIn": switch(
        on=cost("what was started stays when load falls"), off=harmless("what is not needed ends")
    ),
    **each(
        number(up=cost("what is not needed stays for longer"), down=harmless("what is not needed ends sooner")),
        "ScaleInCooldown",
    ),
    **each(
        number(up=interruption("it takes longer until more are started"), down=cost("more are started sooner")),
        "ScaleOutCooldown",
    ),
    "PredefinedMetricSpecification": always(interruption("something else decides how many run: too few may")),
    "CustomizedMetricSpecification": always(interruption("something else decides how many run: too few may")),
}

_TARGET: dict[str, Rule] = {
    "MinCapacity": _AT_LEAST,
    "MaxCapacity": _AT_MOST,
    "RoleARN": reference(harmless("scaling works with a role of its service")),
    "SuspendedState.DynamicScalingOutSuspended": switch(
        on=interruption("no more are started when load grows"), off=harmless("more are started when load grows")
    ),
    "SuspendedState.DynamicScalingInSuspended": switch(
        on=cost("what was started stays when load falls"), off=harmless("what is not needed ends")
    ),
    "SuspendedState.ScheduledScalingSuspended": switch(
        on=interruption("schedules no longer change how many run"), off=harmless("schedules change how many run")
    ),
    "ScheduledActions[]": present(
        removed=interruption("at that time it is no longer changed how many run"),
        added=cost("at some time it is changed how many run"),
    ),
    "ScheduledActions[].ScalableTargetAction.MinCapacity": _AT_LEAST,
    "ScheduledActions[].ScalableTargetAction.MaxCapacity": _AT_MOST,
    "ScheduledActions[].Schedule": always(interruption("it is changed at another time how many run")),
}

_STEPS = {
    **each(
        always(interruption("other steps: too few may be started when load grows")),
        "StepScalingPolicyConfiguration",
        "StepAdjustments",
    ),
    **each(
        always(interruption("other steps: too few may be started when load grows")),
        "ScalingAdjustment",
        "AdjustmentType",
    ),
    "PolicyType": always(interruption("something else decides how many run")),
    "Cooldown": always(harmless("only the pace of scaling")),
    "EstimatedInstanceWarmup": always(harmless("only the pace of scaling")),
}

PROPERTIES: dict[str, dict[str, Rule]] = {
    "AWS::AutoScaling::AutoScalingGroup": _GROUP,
    "AWS::AutoScaling::ScalingPolicy": {**under("TargetTrackingConfiguration", _PACE), **_STEPS},
    "AWS::AutoScaling::ScheduledAction": {
        "MinSize": _AT_LEAST,
        "MaxSize": _AT_MOST,
        "DesiredCapacity": _WANTED,
        **each(
            always(interruption("it is changed at another time how many run")),
            "Recurrence",
            "StartTime",
            "EndTime",
            "TimeZone",
        ),
    },
    "AWS::ApplicationAutoScaling::ScalableTarget": _TARGET,
    "AWS::ApplicationAutoScaling::ScalingPolicy": {
        **under("TargetTrackingScalingPolicyConfiguration", _PACE),
        **_STEPS,
    },
    "AWS::AutoScaling::LifecycleHook": {
        "DefaultResult": always(interruption("machines are used, or given up, when the step says nothing")),
        "HeartbeatTimeout": number(up=harmless("the step has longer"), down=interruption("the step has less time")),
    },
}

_POLICIES = (
    "AWS::AutoScaling::ScalingPolicy",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::ApplicationAutoScaling::ScalableTarget",
)
_FIXED = always(interruption("how many run no longer follows the load"))
REMOVED: dict[str, Rule] = {
    "AWS::AutoScaling::AutoScalingGroup": always(interruption("all machines of the group end: nobody works")),
    **each(_FIXED, *_POLICIES),
    "AWS::AutoScaling::ScheduledAction": always(interruption("at that time it is no longer changed how many run")),
    "AWS::AutoScaling::LifecycleHook": always(interruption("a step is missing when machines start or end")),
    "AWS::AutoScaling::WarmPool": always(interruption("machines that are needed start more slowly")),
}
ADDED: dict[str, Rule] = {
    "AWS::AutoScaling::AutoScalingGroup": always(cost("machines that run all the time")),
    **each(always(cost("how many run follows the load, up to its limit")), *_POLICIES),
    "AWS::AutoScaling::ScheduledAction": always(cost("at some time it is changed how many run")),
    "AWS::AutoScaling::LifecycleHook": always(harmless("a step more when machines start or end")),
    "AWS::AutoScaling::WarmPool": always(cost("machines wait, stopped or running")),
}
REPLACED: dict[str, Rule] = {
    "AWS::AutoScaling::AutoScalingGroup": always(
        interruption("all machines of the old group end; callers wait for the new ones")
    ),
    **each(always(harmless("the same scaling is made anew")), *_POLICIES),
    "AWS::AutoScaling::ScheduledAction": always(harmless("the same schedule is made anew")),
    "AWS::AutoScaling::LifecycleHook": always(harmless("the same step is made anew")),
}
