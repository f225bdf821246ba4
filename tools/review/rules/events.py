"""What starts work: rules and buses of EventBridge, schedules."""

from __future__ import annotations

from typing import Any

from tools.review import schedules
from tools.review.change import Change, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.references import failures, reference
from tools.review.shapes import always, each, number, present, switch, under
from tools.review.values import properties

_TIMES = schedules.schedule(
    same=harmless("work starts as often as before"),
    more=cost("work starts more often"),
    fewer=interruption("work may start less often, or no longer; whoever waits for it waits for longer"),
)


def schedule(change: Change) -> Verdict | None:
    """Judge when work starts: more often costs, otherwise somebody waits for longer."""
    return cost("it starts work by itself") if change.before is None else _TIMES(change)


def pattern(change: Change) -> Verdict:
    """Judge a pattern of events: every name in it narrows, every value more for a name widens."""
    if not change.after:
        return interruption("no event matches any more")
    if not change.before:
        return cost("events start work")
    if _matches(change.after, change.before):
        if _matches(change.before, change.after):
            return harmless("the same events match")
        return cost("more events match and start work")
    return interruption("events that matched so far no longer do: nobody works on them")


def _matches(wide: Any, narrow: Any) -> bool:
    """Whether everything that `narrow` matches is matched by `wide` as well."""
    if isinstance(wide, dict) and isinstance(narrow, dict):
        return all(name in narrow and _matches(part, narrow[name]) for name, part in wide.items())
    if isinstance(wide, list) and isinstance(narrow, list):
        return all(item in wide for item in narrow)
    return bool(wide == narrow)


_AGE = number(
    up=harmless("events that cannot be delivered are tried for longer"),
    down=data_loss("events that cannot be delivered are given up sooner"),
    default=86400,
)
_TRIES = number(
    up=harmless("events that cannot be delivered are tried more often"),
    down=data_loss("events that cannot be delivered are given up after fewer tries"),
    default=185,
)
_CONTENT = harmless("other input for the same target, which is code as well")

_TARGET: dict[str, Rule] = {
    "Arn": reference(interruption("another target is called, the old one no longer")),
    "RoleArn": reference(access("the target is called with the rights of another role")),
    "DeadLetterConfig": failures("events"),
    "RetryPolicy.MaximumEventAgeInSeconds": _AGE,
    "RetryPolicy.MaximumRetryAttempts": _TRIES,
    **each(always(_CONTENT), "Input", "InputPath", "InputTransformer", "SqsParameters", "KinesisParameters"),
    "SageMakerPipelineParameters": always(_CONTENT),
    "EventBridgeParameters": always(_CONTENT),
    "HttpParameters": always(_CONTENT),
    "EcsParameters.TaskDefinitionArn": always(
        harmless("the tasks run the newest definition, which is what a release is")
    ),
    "EcsParameters.TaskCount": number(
        up=cost("more tasks each time"), down=interruption("fewer tasks each time"), default=1
    ),
    **{
        f"EcsParameters.NetworkConfiguration.{name}.AssignPublicIp": switch(
            on=access("the tasks have a public address"), off=harmless("the tasks have no public address")
        )
        for name in ("AwsVpcConfiguration", "AwsvpcConfiguration")
    },
    "EcsParameters.EnableExecuteCommand": switch(
        on=access("people can open a shell in the tasks"), off=harmless("nobody can open a shell in the tasks")
    ),
}

_RULE: dict[str, Rule] = {
    "State": switch(
        on=harmless("the rule works"),
        off=interruption("the rule is off: nothing starts the work any more"),
        default=True,
    ),
    "ScheduleExpression": schedule,
    "EventPattern": pattern,
    "RoleArn": reference(access("targets are called with the rights of another role")),
    "Targets[]": present(
        removed=interruption("a target is no longer called"),
        added=cost("a further target is called, and paid for, with each event"),
    ),
    **under("Targets[]", _TARGET),
}

_SCHEDULE: dict[str, Rule] = {
    "State": switch(
        on=harmless("the schedule works"),
        off=interruption("the schedule is off: nothing starts the work any more"),
        default=True,
    ),
    "ScheduleExpression": schedule,
    "ScheduleExpressionTimezone": always(interruption("work starts at another time of the day")),
    "StartDate": always(interruption("work begins at another day")),
    "EndDate": present(
        removed=harmless("the schedule has no end any more"),
        added=interruption("nothing starts the work after that day"),
        changed=interruption("nothing starts the work after another day"),
    ),
    "FlexibleTimeWindow": always(harmless("only how punctual the start is")),
    "GroupName": reference(interruption("another group: rights and metrics of the old one do not hold for it")),
    "KmsKeyArn": reference(
        access("the schedule is encrypted with another key"),
        removed=access("the schedule can be read without the right to use a key of your own"),
        added=harmless("the schedule is encrypted with a key of your own"),
    ),
    **under("Target", _TARGET),
}

_BUS: dict[str, Rule] = {
    "DeadLetterConfig": failures("events"),
    "Policy": present(
        removed=harmless("nobody else may send events to it"),
        added=access("others may send events to it"),
        changed=access("others than before may send events to it"),
    ),
    "KmsKeyIdentifier": reference(
        access("events are encrypted with another key"),
        removed=access("events are not encrypted with a key of your own any more"),
        added=harmless("events are encrypted with a key of your own"),
    ),
    "LogConfig": present(
        removed=harmless("deliveries are no longer logged"),
        added=cost("deliveries are logged"),
        changed=cost("deliveries are logged otherwise"),
    ),
}


_CONNECTION: dict[str, Rule] = {
    "AuthParameters": always(access("it signs in to the other system in another way")),
    "AuthorizationType": always(access("it signs in to the other system in another way")),
    "InvocationEndpoint": always(access("events are sent to another address")),
    "HttpMethod": always(interruption("events are sent with another method")),
    "ConnectionArn": reference(access("it signs in to the other system in another way")),
    "InvocationRateLimitPerSecond": number(
        up=harmless("more events a second"),
        down=interruption("fewer events a second: the others wait, or are given up"),
        default=300,
    ),
}

PROPERTIES: dict[str, dict[str, Rule]] = {
    "AWS::Events::Rule": _RULE,
    "AWS::Events::EventBus": _BUS,
    "AWS::Events::Connection": _CONNECTION,
    "AWS::Events::ApiDestination": _CONNECTION,
    "AWS::Scheduler::Schedule": _SCHEDULE,
}


def replaced_rule(change: Change) -> Verdict:
    """Judge a rule that is made anew: on another bus other events match."""
    base, head = properties(change.base), properties(change.head)
    if base.get("EventBusName") != head.get("EventBusName"):
        return interruption("the rule listens to another bus: events of the old one start nothing")
    return harmless("the same rule under another name; the new one works before the old one goes")


_NOTHING_STARTS = always(interruption("nothing starts the work any more"))
REMOVED: dict[str, Rule] = {
    **each(_NOTHING_STARTS, "AWS::Events::Rule", "AWS::Scheduler::Schedule"),
    "AWS::Events::EventBus": always(interruption("the bus is gone: whoever sends events to it sees errors")),
    "AWS::Scheduler::ScheduleGroup": always(interruption("the group is gone, with every schedule in it")),
    **each(
        always(interruption("events no longer reach the other system")),
        "AWS::Events::Connection",
        "AWS::Events::ApiDestination",
    ),
}
ADDED: dict[str, Rule] = {
    "AWS::Events::Rule": always(harmless("a rule more; what it starts is paid for when it does")),
    "AWS::Scheduler::Schedule": always(harmless("a schedule more; what it starts is paid for when it does")),
    "AWS::Scheduler::ScheduleGroup": always(harmless("a group costs nothing")),
    "AWS::Events::EventBus": always(harmless("a bus costs nothing until events are sent")),
    "AWS::Events::Connection": always(harmless("a way to sign in to another system, which nothing uses by itself")),
    "AWS::Events::ApiDestination": always(access("events can be sent to an address outside")),
}
REPLACED: dict[str, Rule] = {
    "AWS::Events::Rule": replaced_rule,
    "AWS::Scheduler::Schedule": always(
        harmless("the same schedule under another name; the new one works before the old one goes")
    ),
    "AWS::Events::EventBus": always(interruption("a bus of another name: whoever sends to the old one sees errors")),
    "AWS::Scheduler::ScheduleGroup": always(
        interruption("a group of another name; schedules of the old one are deleted")
    ),
    **each(
        always(harmless("the same settings under another name")),
        "AWS::Events::Connection",
        "AWS::Events::ApiDestination",
    ),
}
