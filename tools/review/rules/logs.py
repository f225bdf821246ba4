"""Rules for CloudWatch Logs: how long logs are kept, who reads them, what is made of them."""

from __future__ import annotations

import math

from tools.review.change import Change, PropertyRules, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.holders import altered, described, keyed, protected, removed, replaced
from tools.review.shapes import always, each, listed, number, ordered, present, switch
from tools.review.values import properties

RETENTION = number(
    up=cost("logs are kept, and paid for, longer"),
    down=data_loss("logs are deleted earlier than before"),
    default=math.inf,
)
"""Without a retention, logs are kept for ever."""
HIDDEN = present(
    added=harmless("personal data in logs is hidden"),
    removed=access("personal data in logs is no longer hidden"),
    changed=access("personal data in logs may no longer be hidden"),
)
GROUP: dict[str, Rule] = {
    "BearerTokenAuthenticationEnabled": switch(
        on=access("logs can also be written by whoever holds a token"),
        off=interruption("what writes logs with a token gets errors"),
    ),
    "DataProtectionPolicy": HIDDEN,
    "DeletionProtectionEnabled": protected("the log group"),
    "FieldIndexPolicies": always(harmless("only how fast logs are searched")),
    "KmsKeyId": keyed("each new log event"),
    "LogGroupClass": ordered(
        ("DELIVERY", "INFREQUENT_ACCESS", "STANDARD"),
        up=cost("each log event costs more"),
        down=interruption("metric filters and subscriptions no longer work on these logs"),
        default="STANDARD",
    ),
    "RetentionInDays": RETENTION,
}
BLIND = access("the metric counts other log events, and alarms on it can miss what they watched")
PROPERTIES: PropertyRules = {
    "AWS::Logs::LogGroup": GROUP,
    "AWS::Logs::MetricFilter": each(
        altered(BLIND),
        "FilterPattern",
        "MetricTransformations",
        "ApplyOnTransformedLogs",
        "EmitSystemFieldDimensions",
        "FieldSelectionCriteria",
    ),
    "AWS::Logs::SubscriptionFilter": {
        "DestinationArn": always(interruption("log events go to another place, and the old one gets none any more")),
        "FilterPattern": present(
            added=interruption("log events that do not match no longer arrive"),
            removed=cost("all log events arrive"),
            changed=interruption("log events that do not match any more no longer arrive"),
        ),
        "RoleArn": always(interruption("delivery stops if the other role lacks a right")),
        "Distribution": always(harmless("only how log events are spread over shards")),
        **each(
            always(interruption("log events arrive in another form, or not at all")),
            "ApplyOnTransformedLogs",
            "EmitSystemFields",
            "FieldSelectionCriteria",
        ),
    },
    "AWS::Logs::Destination": {
        "TargetArn": always(interruption("log events of other accounts go to another place")),
        "RoleArn": always(interruption("delivery stops if the other role lacks a right")),
    },
    "AWS::Logs::AccountPolicy": each(
        always(interruption("another rule holds for all log groups: what is hidden, indexed or delivered")),
        "PolicyDocument",
        "Scope",
        "SelectionCriteria",
    ),
    "AWS::Logs::QueryDefinition": described("LogGroupNames", "Parameters", "QueryLanguage", "QueryString", "Name"),
    "AWS::Logs::Delivery": {
        "RecordFields": listed(
            added=harmless("delivered logs say more"), removed=interruption("readers of delivered logs miss a field")
        ),
        **each(
            always(interruption("readers of delivered logs find them in another place or form")),
            "FieldDelimiter",
            "S3EnableHiveCompatiblePath",
            "S3SuffixPath",
        ),
    },
    "AWS::Logs::DeliveryDestination": {
        "DestinationResourceArn": always(interruption("logs are delivered to another place")),
        "OutputFormat": always(interruption("readers of delivered logs find them in another form")),
    },
    "AWS::Logs::DeliverySource": each(
        always(interruption("other logs are delivered than before")), "LogType", "ResourceArn"
    ),
    "AWS::Logs::LogAnomalyDetector": {
        "KmsKeyId": keyed("what is found"),
        **each(
            altered(access("anomalies are looked for elsewhere or otherwise, and some may be missed")),
            "FilterPattern",
            "LogGroupArnList",
            "AnomalyVisibilityTime",
        ),
        "EvaluationFrequency": always(harmless("only how often anomalies are looked for")),
    },
    "AWS::Logs::Transformer": {
        "TransformerConfig": always(interruption("filters and readers see log events in another form")),
    },
    "AWS::Logs::StorageTierPolicy": {"StorageTier": always(cost("logs are kept in another tier"))},
    "AWS::Logs::ScheduledQuery": each(
        always(interruption("readers of the results get others, at another time or none")),
        "QueryString",
        "QueryLanguage",
        "ScheduleExpression",
        "State",
        "LogGroupIdentifiers",
        "DestinationConfiguration",
    ),
    "AWS::Logs::Integration": {"ResourceConfig": always(data_loss("indexed logs are kept elsewhere or otherwise"))},
}


def _group_added(change: Change) -> Verdict:
    if properties(change.head).get("RetentionInDays") is None:
        return cost("a new log group keeps its logs for ever, and they are paid for as long")
    return harmless("a new, empty log group deletes its logs after a time")


def _subscribed(change: Change) -> Verdict:
    if isinstance(properties(change.head).get("DestinationArn"), str):
        return access("log events are also delivered to a place outside the application")
    return cost("each log event is also delivered, and paid for")


NO_LOGS = always(interruption("log events are no longer delivered to who reads them"))
UNSEEN = always(access("the metric ends, and alarms on it see nothing"))
UNWATCHED = always(access("anomalies in logs are no longer looked for"))
REMOVED: dict[str, Rule] = {
    "AWS::Logs::LogGroup": removed("the log group, with its logs,"),
    "AWS::Logs::LogStream": removed("the log stream, with its logs,"),
    "AWS::Logs::MetricFilter": UNSEEN,
    "AWS::Logs::LogAnomalyDetector": UNWATCHED,
    **each(
        NO_LOGS,
        "AWS::Logs::SubscriptionFilter",
        "AWS::Logs::Destination",
        "AWS::Logs::Delivery",
        "AWS::Logs::DeliveryDestination",
        "AWS::Logs::DeliverySource",
        "AWS::Logs::Transformer",
        "AWS::Logs::ScheduledQuery",
        "AWS::Logs::AccountPolicy",
    ),
    "AWS::Logs::Integration": removed("the integration, with the logs that it indexed,"),
    "AWS::Logs::QueryDefinition": always(harmless("only a saved query goes, the logs stay")),
    "AWS::Logs::StorageTierPolicy": always(cost("logs are kept in the dearer tier")),
}
REPLACED: dict[str, Rule] = {
    "AWS::Logs::LogGroup": replaced("the old log group, with its logs,"),
    "AWS::Logs::LogStream": replaced("the old log stream, with its logs,"),
    "AWS::Logs::MetricFilter": always(BLIND),
    "AWS::Logs::LogAnomalyDetector": UNWATCHED,
    **each(
        always(interruption("log events of the time between are not delivered")),
        "AWS::Logs::SubscriptionFilter",
        "AWS::Logs::Destination",
        "AWS::Logs::Delivery",
    ),
}
ADDED: dict[str, Rule] = {
    "AWS::Logs::LogGroup": _group_added,
    "AWS::Logs::LogStream": always(harmless("a new, empty log stream")),
    "AWS::Logs::MetricFilter": always(harmless("log events are also counted by a metric")),
    "AWS::Logs::LogAnomalyDetector": always(harmless("anomalies in logs are also looked for")),
    "AWS::Logs::SubscriptionFilter": _subscribed,
    "AWS::Logs::Delivery": always(cost("each log event is also delivered, and paid for")),
    "AWS::Logs::Destination": always(access("other accounts may deliver their logs here")),
    "AWS::Logs::AccountPolicy": always(interruption("a rule holds for all log groups of the account")),
    "AWS::Logs::Transformer": always(interruption("filters and readers see log events in another form")),
    **each(
        always(harmless("nothing is delivered or paid for by it alone")),
        "AWS::Logs::DeliveryDestination",
        "AWS::Logs::DeliverySource",
        "AWS::Logs::QueryDefinition",
    ),
    "AWS::Logs::ScheduledQuery": always(cost("a query runs regularly, and is paid for")),
}
