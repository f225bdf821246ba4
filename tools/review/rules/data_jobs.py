"""Jobs on data: Glue and EMR."""

from __future__ import annotations

from tools.review.change import Rule, access, cost, data_loss, harmless, interruption
from tools.review.references import reference
from tools.review.shapes import always, count, each, listed, number, ordered, present, switch

_JOB_SIZE = count(
    zero=interruption("with no worker no job runs"),
    up=cost("more machines for each run"),
    down=interruption("fewer machines for each run: jobs may not fit or end in time"),
)

_GLUE: dict[str, Rule] = {
    "Command": always(harmless("the script is code, which every release changes")),
    "GlueVersion": number(
        up=harmless("a newer version; the tests of the script run on it"),
        down=interruption("an older version: scripts that need the newer one fail"),
    ),
    "WorkerType": ordered(
        ["G.025X", "Standard", "G.1X", "G.2X", "G.4X", "G.8X", "G.12X", "G.16X"],
        up=cost("larger workers for each run"),
        down=interruption("smaller workers: jobs may not fit"),
    ),
    **each(_JOB_SIZE, "NumberOfWorkers", "MaxCapacity", "AllocatedCapacity"),
    "Timeout": number(
        up=harmless("runs may take longer"), down=interruption("runs that take longer than this are stopped")
    ),
    "MaxRetries": number(
        up=harmless("runs that fail are tried again"),
        down=interruption("runs that fail are tried again less often"),
        default=0,
    ),
    "Role": reference(access("jobs work with the rights of another role")),
    "SecurityConfiguration": reference(
        access("what jobs write is encrypted otherwise"),
        removed=access("what jobs write and log is not encrypted"),
        added=harmless("what jobs write and log is encrypted"),
    ),
    "ExecutionProperty.MaxConcurrentRuns": count(
        zero=interruption("no job runs"),
        up=cost("more runs at the same time"),
        down=interruption("fewer runs at the same time: the others are rejected"),
        default=1,
    ),
    "ExecutionClass": ordered(
        ["FLEX", "STANDARD"],
        up=cost("runs at full price"),
        down=interruption("runs wait until machines are free, or stop"),
        default="STANDARD",
    ),
    "Connections": always(access("jobs reach other databases or networks")),
    "JobRunQueuingEnabled": switch(
        on=harmless("runs wait instead of being rejected"),
        off=interruption("runs beyond the limit are rejected instead of waiting"),
    ),
}

_EMR: dict[str, Rule] = {
    "Instances.TerminationProtected": switch(
        on=harmless("nobody can end the cluster by mistake"),
        off=data_loss("the cluster, with what is on its disks, can be ended by mistake"),
    ),
    **each(_JOB_SIZE, "Instances.CoreInstanceGroup.InstanceCount", "Instances.MasterInstanceGroup.InstanceCount"),
    "VisibleToAllUsers": switch(
        on=access("all users of the account see and control the cluster"),
        off=harmless("only its owner sees the cluster"),
        default=True,
    ),
    "AutoTerminationPolicy": present(
        removed=cost("a cluster that does nothing runs on"),
        added=harmless("a cluster that does nothing ends"),
        changed=cost("another idle time"),
    ),
    "StepConcurrencyLevel": number(
        up=harmless("more steps at once on the same machines"),
        down=harmless("fewer steps at once; they take longer"),
        default=1,
    ),
}

_TRIGGER: dict[str, Rule] = {
    "Schedule": always(interruption("jobs run at other times, more or less often")),
    "Actions": listed(added=cost("more jobs are started"), removed=interruption("a job is no longer started")),
    "StartOnCreation": switch(on=harmless("the trigger starts by itself"), off=interruption("nobody starts the jobs")),
    "Predicate": always(interruption("jobs are started under other conditions")),
}

_CRAWLER: dict[str, Rule] = {
    "Schedule": present(
        removed=interruption("new data is no longer found"),
        added=cost("it runs by itself"),
        changed=interruption("new data is found at other times"),
    ),
    "SchemaChangePolicy.DeleteBehavior": ordered(
        ["LOG", "DEPRECATE_IN_DATABASE", "DELETE_FROM_DATABASE"],
        up=data_loss("tables whose data is gone are marked or deleted in the catalog"),
        down=harmless("tables whose data is gone stay in the catalog"),
        default="DEPRECATE_IN_DATABASE",
    ),
    "Role": reference(access("the crawler works with the rights of another role")),
}

PROPERTIES: dict[str, dict[str, Rule]] = {
    "AWS::Glue::Job": _GLUE,
    "AWS::Glue::Trigger": _TRIGGER,
    "AWS::Glue::Crawler": _CRAWLER,
    "AWS::EMR::Cluster": _EMR,
}

_STARTED = ("AWS::Glue::Job", "AWS::Glue::Workflow", "AWS::EMRServerless::Application")
_STARTS = ("AWS::Glue::Trigger", "AWS::Glue::Crawler")
REMOVED: dict[str, Rule] = {
    **each(always(interruption("nobody does its work any more, and who starts it sees errors")), *_STARTED, *_STARTS),
    "AWS::EMR::Cluster": always(data_loss("the cluster ends, with what is on its disks")),
}
ADDED: dict[str, Rule] = {
    **each(always(harmless("it costs when it runs, and nothing runs it by itself")), *_STARTED),
    **each(always(cost("it starts work by itself, which is paid for")), *_STARTS),
    "AWS::EMR::Cluster": always(cost("a cluster that runs is paid for every hour")),
}
REPLACED: dict[str, Rule] = {
    **each(
        always(interruption("what is running ends, and who starts it by its old name sees errors")), *_STARTED, *_STARTS
    ),
    "AWS::EMR::Cluster": always(
        data_loss("a new cluster takes its place: what is on the disks of the old one is gone")
    ),
}
