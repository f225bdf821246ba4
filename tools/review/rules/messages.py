"""Rules for messages: SQS queues, SNS topics and their subscriptions."""

from __future__ import annotations

import json
from typing import Any

from tools.review.change import Change, PropertyRules, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.holders import altered, kept, keyed, removed, replaced
from tools.review.shapes import always, both, each, listed, number, ordered, present, switch
from tools.review.values import literal, properties, target_of


def _aws_key(alias: str, senders: str) -> Rule:
    """Services cannot send to what is encrypted with the key that AWS manages, because its policy cannot be changed.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
    """

    def rule(change: Change) -> Verdict | None:
        if change.after and alias in json.dumps(change.after):
            return interruption(f"{senders} can no longer send: the key that AWS manages does not let them encrypt")
        return keyed("each message")(change)

    return rule


def _sqs_encryption(change: Change) -> Verdict:
    """SQS encrypts with its own key unless this is false, or a key of KMS is named."""
    other = properties(change.head).get("KmsMasterKeyId")
    if str(change.after).lower() == "false" and not other:
        return access("messages are no longer encrypted at rest")
    if change.after is None or str(change.after).lower() in ("true", "false"):
        return harmless("messages are encrypted at rest, with SQS's own key or with one of KMS")
    return access("whether messages are encrypted at rest is unknown")


def _redrive(path: str) -> dict[str, Rule]:
    return {
        path: present(
            added=harmless("messages that fail too often are kept in a dead-letter queue"),
            removed=data_loss("messages that fail are thrown away at the end instead of kept in a dead-letter queue"),
        ),
        f"{path}.maxReceiveCount": number(
            up=harmless("a message is tried more often before it goes to the dead-letter queue"),
            down=data_loss(
                "a message is given up after fewer tries, and is lost unless somebody looks after it in time"
            ),
        ),
        f"{path}.deadLetterTargetArn": present(
            added=harmless("messages that fail too often are kept in a dead-letter queue"),
            removed=data_loss("messages that fail are thrown away instead of kept in a dead-letter queue"),
            changed=data_loss("messages that fail go to another queue, where nobody may look for them"),
        ),
    }


def _redrive_allow(change: Change) -> Verdict:
    before, after = (_permission(value) for value in (change.before, change.after))
    if after == "denyAll" and before != "denyAll":
        return data_loss("no queue can keep its failed messages here any more")
    if after == "allowAll":
        return access("every queue of the account can keep its failed messages here")
    if after == "byQueue" and before == "allowAll" and _names_its_users(change):
        return harmless("the queues that keep their failed messages here are named, and no other may")
    lost = [queue for queue in _sources(change.before) if queue not in _sources(change.after)]
    if before == "allowAll" or lost:
        return data_loss("a queue that is no longer named cannot keep its failed messages here")
    return access("more queues can keep their failed messages here")


def _names_its_users(change: Change) -> bool:
    """Whether each queue of the template whose failed messages come here is among the sources."""
    named = {target_of(source) for source in _sources(change.after)}
    users = {
        name
        for name, resource in change.head_template.get("Resources", {}).items()
        if resource.get("Type") == "AWS::SQS::Queue"
        and target_of((properties(resource).get("RedrivePolicy") or {}).get("deadLetterTargetArn")) == change.logical_id
    }
    return bool(users) and users <= named


def _permission(value: Any) -> str:
    return str(value.get("redrivePermission", "allowAll")) if isinstance(value, dict) else "allowAll"


def _sources(value: Any) -> list[Any]:
    return list(value.get("sourceQueueArns") or []) if isinstance(value, dict) else []


def _filter(change: Change) -> Verdict:
    if not change.before:
        return interruption("messages that the filter leaves out no longer arrive")
    if not change.after:
        return cost("every message arrives, also those that were left out")
    if isinstance(change.before, dict) and isinstance(change.after, dict) and _wider(change.before, change.after):
        return cost("messages arrive that were left out before")
    return interruption("messages that the other filter leaves out no longer arrive")


def _wider(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether each condition of the new filter is one of the old, and takes all that the old took."""
    return literal(after) and all(
        key in before and isinstance(values, list) and all(value in values for value in before[key])
        for key, values in after.items()
    )


DEDUPLICATION: dict[str, Rule] = {
    "ContentBasedDeduplication": switch(
        on=harmless("messages without an id of their own are taken, and equal ones within five minutes count once"),
        off=interruption("messages without an id of their own are refused"),
    ),
}
LARGEST = number(
    up=harmless("larger messages are taken"), down=interruption("larger messages are refused"), default=1_048_576
)

QUEUE: dict[str, Rule] = {
    **DEDUPLICATION,
    **_redrive("RedrivePolicy"),
    "DeduplicationScope": ordered(
        ("queue", "messageGroup"),
        up=harmless("equal messages of different groups are all kept"),
        down=data_loss("equal messages of different groups count once, and the others are dropped"),
        default="queue",
    ),
    "DelaySeconds": always(harmless("only how long a message waits before it is seen")),
    "FifoThroughputLimit": ordered(
        ("perQueue", "perMessageGroupId"),
        up=harmless("more messages are taken in a second"),
        down=interruption("messages beyond a lower limit are throttled"),
        default="perQueue",
    ),
    "KmsDataKeyReusePeriodSeconds": number(
        up=harmless("fewer requests go to KMS"), down=cost("more requests go to KMS"), default=300
    ),
    "KmsMasterKeyId": _aws_key("alias/aws/sqs", "other services of AWS"),
    "MaximumMessageSize": LARGEST,
    "MessageRetentionPeriod": number(
        up=harmless("messages that nobody takes wait longer before they are deleted, at no price"),
        down=data_loss("messages that nobody takes are deleted earlier"),
        default=345_600,
    ),
    "ReceiveMessageWaitTimeSeconds": number(
        up=harmless("readers ask less often, and find messages as soon"),
        down=cost("readers ask more often, and pay for each time"),
        default=0,
    ),
    "RedriveAllowPolicy": _redrive_allow,
    "SqsManagedSseEnabled": _sqs_encryption,
    "VisibilityTimeout": number(
        up=harmless("a message is tried again later when its reader fails"),
        down=interruption("a message whose reader needs longer is worked on twice, and can end as a dead letter"),
        default=30,
    ),
}

TOPIC: dict[str, Rule] = {
    **DEDUPLICATION,
    "ArchivePolicy": present(
        added=cost("messages are archived, and paid for"),
        removed=data_loss("messages are no longer archived, and those that were are deleted"),
    ),
    "ArchivePolicy.MessageRetentionPeriod": kept("each archived message"),
    "DataProtectionPolicy": present(
        added=harmless("personal data in messages is looked for, and hidden or refused"),
        removed=access("personal data in messages is no longer looked for"),
        changed=access("personal data in messages may no longer be looked for"),
    ),
    "DeliveryStatusLogging": listed(
        added=harmless("deliveries are logged"), removed=access("failed deliveries are no longer logged")
    ),
    "DisplayName": always(harmless("only the name that receivers see")),
    "FifoThroughputScope": ordered(
        ("Topic", "MessageGroup"),
        up=harmless("more messages are taken in a second"),
        down=interruption("messages beyond a lower limit are throttled"),
    ),
    "KmsMasterKeyId": _aws_key("alias/aws/sns", "alarms and other services of AWS"),
    "MaximumMessageSize": LARGEST,
    "SignatureVersion": ordered(
        ("1", "2"),
        up=harmless("messages are signed with SHA256 instead of SHA1"),
        down=access("messages are signed with SHA1, which is weaker"),
        default="1",
    ),
    "Subscription": listed(
        added=access("somebody more receives every message of the topic"),
        removed=interruption("a subscriber receives no messages any more"),
    ),
    "TracingConfig": always(harmless("only whether messages are traced")),
}

SUBSCRIPTION: dict[str, Rule] = {
    **_redrive("RedrivePolicy"),
    "DeliveryPolicy": present(
        added=data_loss("a message may be tried less often before it is given up"),
        removed=data_loss("a message may be tried less often before it is given up"),
    ),
    "DeliveryPolicy.healthyRetryPolicy.numRetries": number(
        up=harmless("a message is tried more often before it is given up"),
        down=data_loss("a message is tried less often before it is given up"),
    ),
    "DeliveryPolicy.healthyRetryPolicy": always(data_loss("a message is tried otherwise before it is given up")),
    "DeliveryPolicy.throttlePolicy": always(interruption("messages arrive at another rate")),
    "Endpoint": both(
        altered(access("somebody else receives every message of the topic")),
        always(interruption("the endpoint that received the messages receives none any more")),
    ),
    "Protocol": always(interruption("messages arrive by another protocol")),
    "FilterPolicy": _filter,
    "FilterPolicyScope": always(interruption("the filter looks at another part of a message, and may leave all out")),
    "RawMessageDelivery": always(interruption("the receiver gets messages in another form, and may not read them")),
    "Region": always(interruption("the topic is looked for in another region")),
    "ReplayPolicy": always(cost("archived messages are delivered again")),
    "SubscriptionRoleArn": always(interruption("delivery stops if the other role lacks a right")),
}


def _subscribed(change: Change) -> Verdict:
    given = properties(change.head)
    inside = given.get("Protocol") in ("sqs", "lambda", "firehose") and not isinstance(given.get("Endpoint"), str)
    if inside:
        return harmless("a resource of the same application receives the messages too")
    return access("an endpoint outside the application receives every message of the topic")


PROPERTIES: PropertyRules = {
    "AWS::SQS::Queue": QUEUE,
    "AWS::SNS::Topic": TOPIC,
    "AWS::SNS::Subscription": SUBSCRIPTION,
}
REMOVED: dict[str, Rule] = {
    "AWS::SQS::Queue": removed("the queue, with the messages in it,"),
    "AWS::SNS::Topic": always(interruption("senders get errors, and subscribers receive no messages any more")),
    "AWS::SNS::Subscription": always(interruption("the endpoint receives no messages any more")),
}
REPLACED: dict[str, Rule] = {
    "AWS::SQS::Queue": replaced("the old queue, with the messages in it,"),
    "AWS::SNS::Topic": always(
        interruption("who sends to the old topic, or is subscribed outside this stack, is cut off")
    ),
    "AWS::SNS::Subscription": always(
        interruption("messages can be missed until the new subscription is there and confirmed")
    ),
}
ADDED: dict[str, Rule] = {
    **each(always(harmless("it is new, and costs only what it will carry")), "AWS::SQS::Queue", "AWS::SNS::Topic"),
    "AWS::SNS::Subscription": _subscribed,
}
