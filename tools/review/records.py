"""Rules for tables of Keyspaces and databases of InfluxDB; `tools/review/rules/warehouses.py` puts them into place."""

from __future__ import annotations

from tools.review.change import Rule, access, cost, data_loss, harmless, interruption
from tools.review.databases import INSTANCE_CLASS, SHARED, restarted
from tools.review.holders import altered, kept, reachable, sized
from tools.review.shapes import always, each, listed, ordered, present, switch

INFLUX: dict[str, Rule] = {
    "AllocatedStorage": always(cost("storage grows, and is paid for")),
    "DbInstanceType": INSTANCE_CLASS,
    "DbParameterGroupIdentifier": restarted("other settings"),
    "DbStorageType": always(cost("storage of another kind is paid for otherwise")),
    "DeploymentType": always(interruption("the database restarts with or without a standby")),
    "FailoverMode": always(interruption("a standby takes over by itself, or no longer")),
    "LogDeliveryConfiguration": present(
        added=cost("what users do is logged"),
        removed=access("what users do is no longer logged"),
        changed=access("what users do may no longer be logged, or elsewhere"),
    ),
    "MaintenanceSchedule": always(harmless("only when maintenance happens")),
    "Port": SHARED["Port"],
    "PubliclyAccessible": reachable(),
}
KEYSPACES_TABLE: dict[str, Rule] = {
    "AutoScalingSpecifications": always(interruption("capacity follows the load otherwise, and can fall short")),
    "BillingMode.Mode": ordered(
        ("PROVISIONED", "ON_DEMAND"),
        up=cost("each request is paid for instead of provisioned units"),
        down=interruption("requests beyond the provisioned units are throttled"),
        default="ON_DEMAND",
    ),
    **each(
        sized("capacity"),
        "BillingMode.ProvisionedThroughput.ReadCapacityUnits",
        "BillingMode.ProvisionedThroughput.WriteCapacityUnits",
    ),
    "CdcSpecification": present(
        added=cost("changes of rows can be read as a stream"),
        removed=interruption("what reads the changes of rows gets none any more"),
        changed=interruption("what reads the changes of rows gets others, or none any more"),
    ),
    "DefaultTimeToLive": present(
        added=data_loss("rows are deleted after a time"),
        removed=cost("rows are kept for ever"),
        changed=kept("each row"),
    ),
    "EncryptionSpecification": altered(access("rows are encrypted with another key")),
    "PointInTimeRecoveryEnabled": switch(
        on=cost("the table can be brought back to any second, and the backups are paid for"),
        off=data_loss("the table can no longer be brought back to a point in time"),
    ),
    "RegularColumns": listed(
        added=harmless("rows can have one more column"), removed=data_loss("a column goes, with what is in it")
    ),
    "ReplicaSpecifications": listed(
        added=cost("one more region keeps a copy, or more capacity"),
        removed=interruption("a region has less capacity"),
    ),
    "WarmThroughput": always(harmless("only the capacity at the beginning")),
}
