"""Rules for brokers of Amazon MQ, and for archives of EventBridge."""

from __future__ import annotations

import math
from dataclasses import replace

from tools.review.change import Change, PropertyRules, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.holders import altered, groups, grown, kept, keyed, reachable, removed, replaced
from tools.review.shapes import always, each, listed, ordered, present, switch
from tools.review.values import is_zero

BROKER: dict[str, Rule] = {
    "AuthenticationStrategy": altered(access("users prove who they are in another way")),
    "AutoMinorVersionUpgrade": always(harmless("only whether small upgrades come by themselves")),
    "Configuration": always(interruption("the broker restarts with other settings")),
    "DataReplicationMode": ordered(
        ("NONE", "CRDR"),
        up=cost("messages are copied to another region"),
        down=data_loss("messages are no longer copied to another region"),
        default="NONE",
    ),
    "DeploymentMode": always(interruption("the broker is made anew, with or without a standby")),
    "EncryptionOptions.KmsKeyId": keyed("each message"),
    "EngineVersion": always(interruption("the broker restarts with another version")),
    "HostInstanceType": always(interruption("the broker restarts on another machine")),
    "LdapServerMetadata": altered(access("another directory tells who may use the broker")),
    "Logs": present(added=cost("logs are delivered"), removed=access("what users do is no longer logged")),
    **each(
        switch(on=cost("logs are delivered"), off=access("what users do is no longer logged")),
        "Logs.Audit",
        "Logs.General",
    ),
    "MaintenanceWindowStartTime": always(harmless("only when maintenance happens")),
    "PubliclyAccessible": reachable(),
    "SecurityGroups": groups("the broker"),
    "StorageSize": grown("the storage of the broker"),
    "Users": altered(
        listed(
            added=access("a user or password is added, or may do more"),
            removed=interruption("a user or password no longer opens the broker"),
        )
    ),
}


def _archived(change: Change) -> Verdict | None:
    """How long events stay in an archive, where 0 days mean for ever."""
    before, after = (None if is_zero(value) else value for value in (change.before, change.after))
    return kept("each archived event", default=math.inf)(replace(change, before=before, after=after))


PROPERTIES: PropertyRules = {
    "AWS::AmazonMQ::Broker": BROKER,
    "AWS::AmazonMQ::Configuration": {"Data": always(interruption("the broker behaves otherwise"))},
    "AWS::AmazonMQ::ConfigurationAssociation": {
        "Configuration": always(interruption("the broker restarts with other settings"))
    },
    "AWS::Events::Archive": {
        "RetentionDays": _archived,
        "EventPattern": present(
            added=data_loss("events that do not match are no longer archived"),
            removed=cost("all events are archived"),
            changed=data_loss("events that do not match any more are no longer archived"),
        ),
        "KmsKeyIdentifier": keyed("each archived event"),
    },
}
REMOVED: dict[str, Rule] = {
    "AWS::AmazonMQ::Broker": removed("the broker, with the messages in it,"),
    "AWS::AmazonMQ::Configuration": always(harmless("only settings that no broker uses any more go")),
    "AWS::AmazonMQ::ConfigurationAssociation": always(interruption("the broker restarts with other settings")),
    "AWS::Events::Archive": removed("the archive, with the events in it,"),
}
REPLACED: dict[str, Rule] = {
    "AWS::AmazonMQ::Broker": replaced("the old broker, with the messages in it,"),
    "AWS::AmazonMQ::Configuration": always(interruption("the broker restarts with other settings")),
    "AWS::Events::Archive": replaced("the old archive, with the events in it,"),
}
ADDED: dict[str, Rule] = {
    "AWS::AmazonMQ::Broker": always(cost("a broker is paid for by the hour, used or not")),
    "AWS::AmazonMQ::Configuration": always(harmless("only settings that no broker uses yet")),
    "AWS::AmazonMQ::ConfigurationAssociation": always(interruption("the broker restarts with other settings")),
    "AWS::Events::Archive": always(cost("events are archived, and paid for")),
}
