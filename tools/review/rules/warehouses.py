"""Rules for warehouses and other stores of records: Redshift, Timestream, Keyspaces, QLDB, SimpleDB."""

from __future__ import annotations

from tools.review.change import Change, PropertyRules, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.databases import INSTANCE_CLASS, SHARED, restarted
from tools.review.holders import (
    altered,
    described,
    encrypted,
    exported,
    groups,
    kept,
    keyed,
    protected,
    reachable,
    removed,
    replaced,
    sized,
)
from tools.review.records import INFLUX, KEYSPACES_TABLE
from tools.review.shapes import always, each, listed, number, ordered, present, switch
from tools.review.values import properties

PASSWORD = SHARED["MasterUserPassword"]
MANAGED = SHARED["ManageMasterUserPassword"]
ROUTED = switch(
    on=harmless("data is loaded and unloaded through the network of the account only"),
    off=access("data is loaded and unloaded over the internet"),
)
ROLES = altered(
    listed(
        added=access("the warehouse may act by one more role"),
        removed=interruption("loads that used a removed role fail"),
    )
)
LOGGED = present(
    added=cost("what users do is logged"),
    removed=access("what users do is no longer logged"),
    changed=access("what users do may no longer be logged, or elsewhere"),
)
CLUSTER: dict[str, Rule] = {
    **described(
        "AllowVersionUpgrade",
        "AquaConfigurationStatus",
        "AvailabilityZoneRelocation",
        "Classic",
        "DeferMaintenance",
        "DeferMaintenanceDuration",
        "DeferMaintenanceEndTime",
        "DeferMaintenanceStartTime",
        "MaintenanceTrackName",
        "PreferredMaintenanceWindow",
    ),
    "AutomatedSnapshotRetentionPeriod": kept("each snapshot", default=1),
    "AvailabilityZone": restarted("another zone"),
    "ClusterParameterGroupName": restarted("other settings, which can also lower what is encrypted or recorded"),
    **each(groups("the warehouse"), "ClusterSecurityGroups", "VpcSecurityGroupIds"),
    "ClusterType": restarted("another number of machines"),
    "ClusterVersion": restarted("another version"),
    "DestinationRegion": present(
        added=cost("snapshots are copied to another region"),
        removed=data_loss("snapshots are no longer copied to another region"),
        changed=data_loss("snapshots are copied to another region than before"),
    ),
    "ElasticIp": always(interruption("callers of the old address no longer reach the warehouse")),
    "Encrypted": encrypted("the warehouse"),
    "EnhancedVpcRouting": ROUTED,
    **each(keyed("the warehouse"), "HsmClientCertificateIdentifier", "HsmConfigurationIdentifier"),
    "IamRoles": ROLES,
    "KmsKeyId": keyed("the warehouse"),
    "LoggingProperties": LOGGED,
    "ManageMasterPassword": MANAGED,
    "ManualSnapshotRetentionPeriod": always(data_loss("snapshots made by hand may be deleted earlier")),
    "MasterPasswordSecretKmsKeyId": keyed("the password of the administrator"),
    "MasterUserPassword": PASSWORD,
    "MultiAZ": switch(
        on=cost("a second warehouse stands by in another zone"), off=interruption("no warehouse stands by")
    ),
    "NodeType": INSTANCE_CLASS,
    "NumberOfNodes": number(
        up=cost("more machines are paid for, and the warehouse is read-only while it grows"),
        down=interruption("less fits and less load is carried, and the warehouse is read-only while it shrinks"),
    ),
    "Port": SHARED["Port"],
    "PubliclyAccessible": reachable(),
    "ResourceAction": always(interruption("the warehouse is paused, resumed or moved")),
    "RevisionTarget": restarted("another version"),
    "RotateEncryptionKey": switch(
        on=harmless("the key is rotated, the data stays"), off=harmless("the key is not rotated at this deployment")
    ),
    "SnapshotCopyGrantName": always(data_loss("snapshots may no longer be copied to another region")),
    "SnapshotCopyManual": always(harmless("only which snapshots the retention of copies holds for")),
    "SnapshotCopyRetentionPeriod": kept("each copied snapshot", default=7),
}


def _settings(change: Change) -> Verdict:
    """Parameters that are written as a list of names and values: TLS and the record of users have a direction."""
    if not all(isinstance(value or [], list) for value in (change.before, change.after)):
        return interruption("which settings of the engine change is unknown")
    before, after = ({str(item) for item in value or []} for value in (change.before, change.after))
    raised = {str(item) for item in change.after or [] if "true" in str(item).lower()}
    guards = ("require_ssl", "enable_user_activity_logging")
    changed = before ^ after
    if changed and all(any(guard in item for guard in guards) for item in changed):
        if after - before <= raised and after - before:
            return harmless("only encrypted connections are taken, or more is recorded")
        return access("connections may be unencrypted, or less is recorded")
    return interruption("the engine behaves otherwise, and a static parameter needs a restart")


WORKGROUP: dict[str, Rule] = {
    "BaseCapacity": sized("capacity"),
    "ConfigParameters": always(interruption("queries are cut or allowed by other limits, or connections unencrypted")),
    "EnhancedVpcRouting": ROUTED,
    "MaxCapacity": number(
        up=cost("more capacity can be used, and paid for"),
        down=interruption("queries beyond a lower capacity wait or fail"),
        default=float("inf"),
    ),
    "Port": SHARED["Port"],
    "PricePerformanceTarget": always(cost("capacity follows the load otherwise")),
    "PubliclyAccessible": reachable(),
    "SecurityGroupIds": groups("the warehouse"),
    "SubnetIds": always(interruption("the warehouse moves to other subnets")),
    "TrackName": always(harmless("only which releases come first")),
    **each(
        always(data_loss("the data is set back to that of a snapshot")),
        "RecoveryPointId",
        "SnapshotArn",
        "SnapshotName",
        "SnapshotOwnerAccount",
    ),
}
NAMESPACE: dict[str, Rule] = {
    "AdminPasswordSecretKmsKeyId": keyed("the password of the administrator"),
    **each(PASSWORD, "AdminUserPassword", "AdminUsername"),
    "DefaultIamRoleArn": always(interruption("loads that used the old role can fail")),
    **each(
        present(
            added=harmless("a last snapshot is made when the data is deleted"),
            removed=data_loss("no last snapshot is made when the data is deleted"),
            changed=data_loss("the last snapshot may be kept for a shorter time"),
        ),
        "FinalSnapshotName",
        "FinalSnapshotRetentionPeriod",
    ),
    "IamRoles": ROLES,
    "KmsKeyId": keyed("the warehouse"),
    "LogExports": exported("logs of the warehouse"),
    "ManageAdminPassword": MANAGED,
    "RedshiftIdcApplicationArn": altered(access("people of another directory may sign in")),
    "SnapshotCopyConfigurations": listed(
        added=cost("snapshots are copied to another region"),
        removed=data_loss("snapshots are no longer copied to another region, or not as long"),
    ),
}

PROPERTIES: PropertyRules = {
    "AWS::Redshift::Cluster": CLUSTER,
    "AWS::Redshift::ClusterParameterGroup": {"Parameters": _settings},
    "AWS::Redshift::ClusterSubnetGroup": {"SubnetIds": always(interruption("the warehouse may run in other subnets"))},
    "AWS::Redshift::EndpointAccess": {"VpcSecurityGroupIds": groups("the warehouse")},
    "AWS::Redshift::EndpointAuthorization": {"VpcIds": altered(access("other networks reach the warehouse"))},
    "AWS::Redshift::ScheduledAction": {
        path: always(interruption("the warehouse is paused, resumed or resized at another time"))
        for path in ("Enable", "EndTime", "IamRole", "Schedule", "StartTime", "TargetAction")
    },
    "AWS::Redshift::UsageLimit": {
        "Amount": number(up=cost("more can be used, and paid for"), down=interruption("use ends at a lower limit")),
        "BreachAction": always(interruption("use beyond the limit may be refused, or nobody be told")),
    },
    "AWS::Redshift::Snapshot": {"ManualSnapshotRetentionPeriod": always(data_loss("the snapshot may go earlier"))},
    "AWS::Redshift::SnapshotSchedule": {"ScheduleDefinitions": always(data_loss("snapshots may be made less often"))},
    "AWS::RedshiftServerless::Namespace": NAMESPACE,
    "AWS::RedshiftServerless::Workgroup": {
        **WORKGROUP,
        "Workgroup": always(harmless("only what the service reports, not what is set")),
    },
    "AWS::RedshiftServerless::Snapshot": {"RetentionPeriod": always(data_loss("the snapshot may go earlier"))},
    "AWS::Timestream::Database": {"KmsKeyId": keyed("the database")},
    "AWS::Timestream::Table": {
        "RetentionProperties.MagneticStoreRetentionPeriodInDays": kept("each record", default=73_000),
        "RetentionProperties.MemoryStoreRetentionPeriodInHours": number(
            up=cost("records stay longer in the dearer memory store"),
            down=interruption("records that arrive later than before are refused"),
            default=6,
        ),
        "MagneticStoreWriteProperties.EnableMagneticStoreWrites": switch(
            on=cost("late records are taken"), off=data_loss("late records are refused")
        ),
        "MagneticStoreWriteProperties.MagneticStoreRejectedDataLocation": present(
            added=harmless("refused records are kept"),
            removed=data_loss("refused records are no longer kept"),
            changed=interruption("refused records are kept in another place"),
        ),
        "Schema": always(data_loss("records are partitioned otherwise, or refused")),
    },
    "AWS::Timestream::InfluxDBInstance": INFLUX,
    "AWS::Timestream::InfluxDBCluster": INFLUX,
    "AWS::Cassandra::Table": KEYSPACES_TABLE,
    "AWS::Cassandra::Keyspace": {"ReplicationSpecification": always(data_loss("a region may keep no copy any more"))},
    "AWS::QLDB::Ledger": {
        "DeletionProtection": protected("the ledger", default=True),
        "KmsKey": keyed("the ledger"),
        "PermissionsMode": ordered(
            ("ALLOW_ALL", "STANDARD"),
            up=harmless("what each user may do is checked for each table"),
            down=access("what each user may do is no longer checked for each table"),
        ),
    },
}


def _added(change: Change) -> Verdict:
    if str(properties(change.head).get("PubliclyAccessible")).lower() == "true":
        return access("a new store gets an address on the internet")
    return cost("a new store is paid for by the hour, used or not")


BY_THE_HOUR = (
    "AWS::Redshift::Cluster",
    "AWS::RedshiftServerless::Workgroup",
    "AWS::Timestream::InfluxDBInstance",
    "AWS::Timestream::InfluxDBCluster",
)
BY_USE = (
    "AWS::RedshiftServerless::Namespace",
    "AWS::Timestream::Database",
    "AWS::Timestream::Table",
    "AWS::Cassandra::Keyspace",
    "AWS::Cassandra::Table",
    "AWS::QLDB::Ledger",
    "AWS::SDB::Domain",
)
SNAPSHOTS = ("AWS::Redshift::Snapshot", "AWS::RedshiftServerless::Snapshot")
REMOVED: dict[str, Rule] = {
    **each(removed("the store, with its data,"), *BY_THE_HOUR, *BY_USE),
    "AWS::Redshift::Cluster": removed("the warehouse, with its data,", by_default="Snapshot"),
    "AWS::RedshiftServerless::Workgroup": always(interruption("callers of the warehouse get errors")),
    **each(removed("the snapshot"), *SNAPSHOTS),
    "AWS::Redshift::SnapshotSchedule": always(data_loss("snapshots are no longer made at these times")),
    "AWS::Redshift::SnapshotCopyGrant": always(data_loss("snapshots can no longer be copied to another region")),
    "AWS::Redshift::UsageLimit": always(cost("nothing limits the use any more")),
    **each(
        always(interruption("callers get errors")),
        "AWS::Redshift::EndpointAccess",
        "AWS::Redshift::EndpointAuthorization",
    ),
    "AWS::Redshift::ScheduledAction": always(
        interruption("the warehouse is no longer paused, resumed or resized by itself")
    ),
    **each(
        always(harmless("only settings that no warehouse uses any more go")),
        "AWS::Redshift::ClusterParameterGroup",
        "AWS::Redshift::ClusterSubnetGroup",
    ),
    "AWS::Timestream::ScheduledQuery": always(interruption("what the query derived is no longer kept up to date")),
    "AWS::QLDB::Stream": always(interruption("readers of the stream get nothing any more")),
}
REPLACED: dict[str, Rule] = {
    **each(replaced("the old store, with its data,"), *BY_THE_HOUR, *BY_USE),
    "AWS::RedshiftServerless::Workgroup": always(interruption("callers of the old warehouse get errors")),
    **each(replaced("the old snapshot"), *SNAPSHOTS),
}
ADDED: dict[str, Rule] = {
    **each(_added, *BY_THE_HOUR),
    **each(always(harmless("it is new and empty, and costs only what it will hold and serve")), *BY_USE),
    **each(always(cost("a snapshot is paid for")), *SNAPSHOTS),
    **each(
        always(access("the warehouse can be reached by one more way")),
        "AWS::Redshift::EndpointAccess",
        "AWS::Redshift::EndpointAuthorization",
    ),
    **each(
        always(harmless("only settings that no warehouse uses yet")),
        "AWS::Redshift::ClusterParameterGroup",
        "AWS::Redshift::ClusterSubnetGroup",
    ),
}
