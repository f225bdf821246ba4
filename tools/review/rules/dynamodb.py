"""Rules for DynamoDB tables: their items, their recovery, their indexes, and what reads their changes.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
"""

from __future__ import annotations

import math
from typing import Any

from tools.review.change import Change, PropertyRules, Rule, Verdict, cost, data_loss, harmless, interruption
from tools.review.holders import encrypted, keyed, protected, removed, replaced, sized
from tools.review.shapes import always, each, number, opaque, ordered, present, switch
from tools.review.values import properties


def _ceiling(change: Change) -> Verdict:
    """A ceiling on on-demand requests; absent and -1 mean none."""
    try:
        before, after = (
            math.inf if value in (None, -1, "-1") else float(value) for value in (change.before, change.after)
        )
    except (TypeError, ValueError):
        return interruption("requests beyond an unknown limit are throttled")
    if after < before:
        return interruption("requests beyond a lower ceiling are throttled")
    return cost("more requests can be served, and paid for")


def _ttl(change: Change) -> Verdict:
    before, after = (_expires_by(value) for value in (change.before, change.after))
    if after is None:
        return cost("items stay, and are paid for, after their time is over")
    if before == after:
        return harmless("the same attribute tells when an item expires")
    return data_loss("items whose time is over are deleted, by an attribute that did not tell so before")


def _expires_by(value: Any) -> Any:
    return (
        value.get("AttributeName") if isinstance(value, dict) and str(value.get("Enabled")).lower() != "false" else None
    )


def _attributes(change: Change) -> Verdict:
    sides = (change.before or [], change.after or [])
    if not all(isinstance(side, list) and all(isinstance(item, dict) for item in side) for side in sides):
        return data_loss("a key of another type makes a new, empty table, and the types are unknown")
    before, after = ({str(item.get("AttributeName")): item.get("AttributeType") for item in side} for side in sides)
    if any(after.get(name, kind) != kind for name, kind in before.items()):
        return data_loss("a key of another type makes a new, empty table")
    return harmless("only the attributes that keys and indexes name are declared, the items stay as they are")


def _throughput(part: str = "") -> dict[str, Rule]:
    return {
        f"{part}ProvisionedThroughput": present(
            added=interruption("requests beyond the provisioned units are throttled"),
            removed=harmless("no units are provisioned where requests are paid for one by one"),
        ),
        **each(
            sized("capacity"),
            f"{part}ProvisionedThroughput.ReadCapacityUnits",
            f"{part}ProvisionedThroughput.WriteCapacityUnits",
        ),
        **each(
            _ceiling, f"{part}OnDemandThroughput.MaxReadRequestUnits", f"{part}OnDemandThroughput.MaxWriteRequestUnits"
        ),
        f"{part}WarmThroughput": present(
            added=cost("capacity is kept warm and paid for"),
            removed=harmless("the table keeps the capacity that it reached"),
        ),
        **each(
            number(
                up=cost("more capacity is kept warm and paid for"),
                down=harmless("the table keeps the capacity that it reached"),
            ),
            f"{part}WarmThroughput.ReadUnitsPerSecond",
            f"{part}WarmThroughput.WriteUnitsPerSecond",
        ),
    }


INSIGHTS = present(
    added=cost("who uses which keys is measured and paid for"),
    removed=harmless("only a measurement of which keys are used ends"),
    changed=harmless("only what is measured about keys"),
)
RECOVERY = {
    "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled": switch(
        on=cost("the table can be brought back to any second, and the backups are paid for"),
        off=data_loss("the table can no longer be brought back to a point in time, and its backups go"),
    ),
    "PointInTimeRecoverySpecification.RecoveryPeriodInDays": number(
        up=harmless("the table can be brought back to earlier points in time, at the same price"),
        down=data_loss("the table can be brought back to fewer days than before"),
        default=35,
    ),
}
INDEX = always(interruption("the index is deleted and built anew, and queries on it fail meanwhile"))
CHANGES = present(
    added=harmless("changes of items can be read as a stream, which costs when it is read"),
    removed=interruption("what reads the changes of items gets none any more"),
)
TO_KINESIS = present(
    added=cost("changes of items are also sent to Kinesis, and paid for"),
    removed=interruption("what reads the changes of items from Kinesis gets none any more"),
)
COMMON: dict[str, Rule] = {
    "AttributeDefinitions": _attributes,
    "BillingMode": ordered(
        ("PROVISIONED", "PAY_PER_REQUEST"),
        up=cost("each request is paid for instead of provisioned units"),
        down=interruption("requests beyond the provisioned units are throttled"),
        default="PROVISIONED",
    ),
    "KeySchema": always(data_loss("another key makes a new, empty table")),
    "GlobalSecondaryIndexes[]": present(
        added=cost("one more index is written and kept with each item"),
        removed=interruption("queries on the removed index fail"),
    ),
    "GlobalSecondaryIndexes[].KeySchema": INDEX,
    "GlobalSecondaryIndexes[].Projection": INDEX,
    "GlobalSecondaryIndexes[].ContributorInsightsSpecification": INSIGHTS,
    "LocalSecondaryIndexes": always(
        data_loss("such indexes exist from the beginning only: a new, empty table is made")
    ),
    "VectorIndexes[]": present(
        added=cost("one more index is written and kept with each item"),
        removed=interruption("queries on the removed index fail"),
        changed=INDEX,
    ),
    "StreamSpecification": CHANGES,
    "StreamSpecification.StreamViewType": always(
        interruption("another stream with other contents is made, and what reads the old one gets nothing more")
    ),
    "TimeToLiveSpecification": _ttl,
    "SSESpecification.SSEEnabled": encrypted("the table"),
    "SSESpecification.SSEType": always(harmless("KMS is the only kind there is")),
    "WarmThroughput": present(
        added=cost("capacity is kept warm and paid for"),
        removed=harmless("the table keeps the capacity that it reached"),
    ),
}
CLASS = always(cost("storage or requests cost more: one class is dearer to keep, the other dearer to use"))

TABLE: dict[str, Rule] = {
    **COMMON,
    **_throughput(),
    **_throughput("GlobalSecondaryIndexes[]."),
    **RECOVERY,
    "ContributorInsightsSpecification": INSIGHTS,
    "DeletionProtectionEnabled": protected("the table"),
    "KinesisStreamSpecification": TO_KINESIS,
    "KinesisStreamSpecification.StreamArn": always(
        interruption("what reads the changes of items from the old stream of Kinesis gets none any more")
    ),
    "KinesisStreamSpecification.ApproximateCreationDateTimePrecision": always(
        interruption("times in the changes of items have another precision, and their readers may misread them")
    ),
    "SSESpecification.KMSMasterKeyId": keyed("the table"),
    "TableClass": CLASS,
}
SCALING = {
    "MinCapacity": number(
        up=cost("more capacity is always paid for"), down=interruption("sudden load is throttled until it scales")
    ),
    "MaxCapacity": sized("capacity at most"),
    "SeedCapacity": always(harmless("only the capacity at the beginning")),
    "TargetTrackingScalingPolicyConfiguration": always(harmless("only how closely the capacity follows the load")),
    "TargetTrackingScalingPolicyConfiguration.TargetValue": number(
        up=interruption("less capacity is kept in reserve, so sudden load is throttled"),
        down=cost("more capacity is kept in reserve"),
    ),
}
UNITS = present(
    added=interruption("requests beyond the provisioned units are throttled"),
    removed=harmless("no units are provisioned where requests are paid for one by one"),
)
GLOBAL: dict[str, Rule] = {
    **COMMON,
    **each(
        UNITS,
        "ReadProvisionedThroughputSettings",
        "WriteProvisionedThroughputSettings",
        "GlobalSecondaryIndexes[].ReadProvisionedThroughputSettings",
        "GlobalSecondaryIndexes[].WriteProvisionedThroughputSettings",
        "Replicas[].ReadProvisionedThroughputSettings",
        "Replicas[].GlobalSecondaryIndexes[].ReadProvisionedThroughputSettings",
    ),
    **{
        f"{part}{way}.{path}": rule
        for part in ("", "GlobalSecondaryIndexes[].")
        for way in ("WriteProvisionedThroughputSettings.WriteCapacityAutoScalingSettings",)
        for path, rule in SCALING.items()
    },
    **{
        f"Replicas[].{part}ReadProvisionedThroughputSettings.ReadCapacityAutoScalingSettings.{path}": rule
        for part in ("", "GlobalSecondaryIndexes[].")
        for path, rule in SCALING.items()
    },
    **each(
        _ceiling,
        "WriteOnDemandThroughputSettings.MaxWriteRequestUnits",
        "ReadOnDemandThroughputSettings.MaxReadRequestUnits",
        "GlobalSecondaryIndexes[].WriteOnDemandThroughputSettings.MaxWriteRequestUnits",
        "GlobalSecondaryIndexes[].ReadOnDemandThroughputSettings.MaxReadRequestUnits",
        "Replicas[].ReadOnDemandThroughputSettings.MaxReadRequestUnits",
        "Replicas[].GlobalSecondaryIndexes[].ReadOnDemandThroughputSettings.MaxReadRequestUnits",
    ),
    **each(
        sized("capacity"),
        "ReadProvisionedThroughputSettings.ReadCapacityUnits",
        "Replicas[].ReadProvisionedThroughputSettings.ReadCapacityUnits",
        "Replicas[].GlobalSecondaryIndexes[].ReadProvisionedThroughputSettings.ReadCapacityUnits",
    ),
    "Replicas": opaque(data_loss("whether every copy stays is unknown")),
    "Replicas[]": present(
        added=cost("one more region keeps a copy, and is paid for"),
        removed=data_loss("the copy in a region is deleted, and its readers get errors"),
    ),
    "GlobalTableWitnesses": always(interruption("the table answers otherwise when a region fails")),
    "MultiRegionConsistency": always(interruption("readers in other regions may see older items, or writers wait")),
    **{f"Replicas[].{path}": rule for path, rule in RECOVERY.items()},
    "Replicas[].ContributorInsightsSpecification": INSIGHTS,
    "Replicas[].DeletionProtectionEnabled": protected("the table"),
    "Replicas[].KinesisStreamSpecification": TO_KINESIS,
    "Replicas[].KinesisStreamSpecification.StreamArn": always(
        interruption("what reads the changes of items from the old stream of Kinesis gets none any more")
    ),
    "Replicas[].SSESpecification.KMSMasterKeyId": keyed("the table"),
    "Replicas[].TableClass": CLASS,
    "Replicas[].GlobalTableSettingsReplicationMode": always(
        interruption("settings of one region may change those of another")
    ),
}


def _added(change: Change) -> Verdict:
    given = properties(change.head)
    replicas = given.get("Replicas") or []
    if given.get("BillingMode") != "PAY_PER_REQUEST" or not isinstance(replicas, list) or len(replicas) > 1:
        return cost("a new table is paid for before it is used: its units are provisioned, or it is copied")
    return harmless("a new, empty table costs only what it will hold and serve")


PROPERTIES: PropertyRules = {"AWS::DynamoDB::Table": TABLE, "AWS::DynamoDB::GlobalTable": GLOBAL}
REMOVED: dict[str, Rule] = dict.fromkeys(PROPERTIES, removed("the table, with its items,"))
REPLACED: dict[str, Rule] = dict.fromkeys(PROPERTIES, replaced("the old table, with its items,"))
ADDED: dict[str, Rule] = dict.fromkeys(PROPERTIES, _added)
