"""Rules for RDS, Aurora, DocumentDB and Neptune: instances, clusters, proxies, parameter groups.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_RDS.html
"""

from __future__ import annotations

from tools.review.change import Change, PropertyRules, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.databases import (
    IAM_SIGN_IN,
    INSTANCE_CLASS,
    SHARED,
    STORED,
    WATCHED,
    parameters,
    restarted,
)
from tools.review.holders import altered, described, groups, kept, keyed, protected, removed, replaced, sized
from tools.review.shapes import always, each, listed, number, present, switch
from tools.review.values import properties

AUTOMATED_BACKUPS = switch(
    on=data_loss("backups are deleted together with the database"),
    off=cost("backups stay, and are paid for, when the database is deleted"),
    default=True,
)
SUPPORT = always(harmless("only whether old versions are supported after their end, which is paid for then"))
DIRECTORY = altered(access("another directory tells who can sign in"))
CREDENTIAL = always(interruption("the key for encrypted columns is another, and they may not open"))

INSTANCE: dict[str, Rule] = {
    **SHARED,
    **WATCHED,
    **STORED,
    "AdditionalStorageVolumes": listed(
        added=cost("more storage is paid for"), removed=data_loss("a volume goes, with what is on it")
    ),
    "ApplyImmediately": switch(
        on=interruption("changes that need a restart happen at the deployment, not in the maintenance window"),
        off=harmless("changes that need a restart wait for the maintenance window"),
        default=True,
    ),
    **each(
        present(
            added=cost("backups are copied to another region"),
            removed=data_loss("backups are no longer copied to another region"),
            changed=data_loss("backups are copied to another region than before"),
        ),
        "AutomaticBackupReplicationRegion",
    ),
    "AutomaticBackupReplicationKmsKeyId": keyed("each copied backup"),
    "AutomaticBackupReplicationRetentionPeriod": kept("each copied backup"),
    "AvailabilityZone": always(data_loss("another zone makes a new, empty database")),
    "DBInstanceClass": INSTANCE_CLASS,
    "DBSnapshotIdentifier": always(data_loss("a new database is made from another snapshot, or empty")),
    "DBClusterSnapshotIdentifier": always(data_loss("a new database is made from another snapshot, or empty")),
    "DedicatedLogVolume": switch(
        on=cost("logs get storage of their own"), off=interruption("writes get slower, and the database restarts")
    ),
    "DeleteAutomatedBackups": AUTOMATED_BACKUPS,
    **each(DIRECTORY, "Domain", "DomainFqdn", "DomainOu", "DomainDnsIps", "DomainAuthSecretArn", "DomainIAMRoleName"),
    "EnableIAMDatabaseAuthentication": IAM_SIGN_IN,
    "Engine": always(data_loss("another engine makes a new, empty database")),
    "EngineLifecycleSupport": SUPPORT,
    "LicenseModel": restarted("another licence, which is paid for otherwise"),
    "MasterUserAuthenticationType": altered(access("the administrator signs in another way")),
    "MaxAllocatedStorage": number(
        up=cost("storage may grow further by itself"),
        down=interruption("storage grows by itself only to a lower limit, and a full database stops"),
        default=0,
    ),
    "MultiAZ": switch(
        on=cost("a second machine stands by in another zone"),
        off=interruption("no machine stands by, so the database stops when its machine or zone fails"),
    ),
    "ProcessorFeatures": restarted("another number of processors"),
    "ReplicaMode": always(interruption("the copy is opened in another way, or not at all")),
    "UseDefaultProcessorFeatures": restarted("another number of processors"),
    **each(CREDENTIAL, "TdeCredentialArn", "TdeCredentialPassword"),
}
CLUSTER: dict[str, Rule] = {
    **SHARED,
    **WATCHED,
    **STORED,
    "BacktrackWindow": kept("each change that can be rolled back", default=0),
    "DBClusterInstanceClass": INSTANCE_CLASS,
    "DeleteAutomatedBackups": AUTOMATED_BACKUPS,
    **each(DIRECTORY, "Domain", "DomainIAMRoleName"),
    **each(
        switch(
            on=access("copies take writes and pass them on"), off=interruption("copies that took writes refuse them")
        ),
        "EnableGlobalWriteForwarding",
        "EnableLocalWriteForwarding",
    ),
    "EnableHttpEndpoint": switch(
        on=access("the database takes queries over HTTP from whoever IAM lets"),
        off=interruption("callers of the HTTP interface get errors"),
    ),
    "EnableIAMDatabaseAuthentication": IAM_SIGN_IN,
    "IamAuthEnabled": switch(
        on=harmless("only callers that IAM lets are served"),
        off=access("callers need not prove who they are"),
    ),
    "Engine": always(data_loss("another engine makes a new, empty database")),
    "EngineMode": always(data_loss("another mode makes a new, empty database")),
    "EngineLifecycleSupport": SUPPORT,
    "MasterUserAuthenticationType": altered(access("the administrator signs in another way")),
    "ReplicationSourceIdentifier": always(data_loss("the copy is no longer kept up to date from its source")),
}
GLOBAL: dict[str, Rule] = {
    "DeletionProtection": protected("the database"),
    "EngineVersion": restarted("another version, which cannot be taken back"),
    "EngineLifecycleSupport": SUPPORT,
}
SUBNETS = listed(
    added=harmless("the database may also run in another subnet"),
    removed=interruption("the database can no longer run in a subnet, or the update fails"),
)
EVENTS: dict[str, Rule] = {
    "Enabled": switch(
        on=harmless("events of databases are told"),
        off=access("events of databases are no longer told"),
        default=True,
    ),
    **each(
        listed(added=harmless("more events are told"), removed=access("fewer events are told")),
        "EventCategories",
        "SourceIds",
    ),
    "SourceType": altered(access("events of other things are told")),
}
PROXY: dict[str, Rule] = {
    "Auth": altered(access("other secrets or users open the database through the proxy")),
    "DefaultAuthScheme": altered(access("callers prove who they are in another way")),
    "DebugLogging": switch(
        on=access("queries, with what is in them, are written to the logs"), off=harmless("queries are not logged")
    ),
    "IdleClientTimeout": number(
        up=harmless("idle connections stay open longer"), down=interruption("idle connections are cut earlier")
    ),
    "RequireTLS": switch(
        on=harmless("only encrypted connections are taken"), off=access("connections may be unencrypted")
    ),
    "RoleArn": always(interruption("connections fail if the other role cannot read the secrets")),
    "VpcSecurityGroupIds": groups("the proxy"),
}
TARGETS: dict[str, Rule] = {
    **each(
        always(interruption("callers of the proxy reach another database, or none")),
        "DBClusterIdentifiers",
        "DBInstanceIdentifiers",
    ),
    "ConnectionPoolConfigurationInfo": always(interruption("callers may wait longer for a connection, or get none")),
}
PARAMETER_TYPES = (
    "AWS::RDS::DBParameterGroup",
    "AWS::RDS::DBClusterParameterGroup",
    "AWS::DocDB::DBClusterParameterGroup",
    "AWS::Neptune::DBParameterGroup",
    "AWS::Neptune::DBClusterParameterGroup",
)
SUBNET_TYPES = ("AWS::RDS::DBSubnetGroup", "AWS::DocDB::DBSubnetGroup", "AWS::Neptune::DBSubnetGroup")
EVENT_TYPES = ("AWS::RDS::EventSubscription", "AWS::Neptune::EventSubscription", "AWS::DMS::EventSubscription")
CLUSTERS = ("AWS::RDS::DBCluster", "AWS::DocDB::DBCluster", "AWS::Neptune::DBCluster")
INSTANCES = ("AWS::RDS::DBInstance", "AWS::DocDB::DBInstance", "AWS::Neptune::DBInstance")
GLOBALS = ("AWS::RDS::GlobalCluster", "AWS::Neptune::GlobalCluster")
SNAPSHOTS = ("AWS::RDS::DBSnapshot", "AWS::RDS::ClusterSnapshot")

PROPERTIES: PropertyRules = {
    **dict.fromkeys(INSTANCES, INSTANCE),
    **dict.fromkeys(CLUSTERS, CLUSTER),
    **dict.fromkeys(GLOBALS, GLOBAL),
    **{kind: {"Parameters": parameters} for kind in PARAMETER_TYPES},
    **{kind: {"SubnetIds": SUBNETS, **described("DBSubnetGroupDescription")} for kind in SUBNET_TYPES},
    **dict.fromkeys(EVENT_TYPES, EVENTS),
    "AWS::DocDBElastic::Cluster": {
        "AdminUserPassword": SHARED["MasterUserPassword"],
        "BackupRetentionPeriod": SHARED["BackupRetentionPeriod"],
        **described("PreferredBackupWindow", "PreferredMaintenanceWindow"),
        "ShardCapacity": sized("capacity of each shard"),
        "ShardCount": sized("shards"),
        "ShardInstanceCount": sized("machines for each shard"),
        "VpcSecurityGroupIds": groups("the database"),
        "SubnetIds": SUBNETS,
    },
    "AWS::RDS::DBProxy": PROXY,
    "AWS::RDS::DBProxyEndpoint": {
        "VpcSecurityGroupIds": groups("the proxy"),
        "TargetRole": always(interruption("callers of the endpoint may no longer write, or read older data")),
    },
    "AWS::RDS::DBProxyTargetGroup": TARGETS,
    "AWS::RDS::DBShardGroup": {
        "ComputeRedundancy": number(
            up=cost("more machines stand by"), down=interruption("fewer machines stand by when one fails"), default=0
        ),
        "MaxACU": sized("capacity at most"),
        "MinACU": number(
            up=cost("more capacity is always paid for"), down=interruption("less capacity is ready for sudden load")
        ),
    },
    "AWS::RDS::DBSecurityGroup": {
        "DBSecurityGroupIngress": listed(
            added=access("more addresses reach the database"),
            removed=interruption("callers from a removed address no longer reach the database"),
        ),
    },
    "AWS::RDS::OptionGroup": {
        "OptionConfigurations": restarted("other options, which can also lower what is encrypted or recorded"),
    },
    "AWS::RDS::Integration": {"DataFilter": always(interruption("other tables are copied than before"))},
}


def _added(change: Change) -> Verdict:
    if str(properties(change.head).get("PubliclyAccessible")).lower() == "true":
        return access("a new database gets an address on the internet")
    return cost("a new database is paid for by the hour, used or not")


def _instance_removed(change: Change) -> Verdict | None:
    """A member of a cluster holds no data of its own."""
    if properties(change.base).get("DBClusterIdentifier"):
        return interruption("a machine of the cluster goes, and those who are connected to it are cut off")
    return removed("the database, with its data,", by_default="Snapshot")(change)


def _instance_replaced(change: Change) -> Verdict | None:
    if properties(change.base).get("DBClusterIdentifier"):
        return interruption("a machine of the cluster is made anew, and those who are connected to it are cut off")
    return replaced("the old database, with its data,", by_default="Delete")(change)


STORES = (*CLUSTERS, "AWS::DocDBElastic::Cluster", "AWS::RDS::DBShardGroup")
UNUSED = always(harmless("only settings that no database uses any more go"))
REMOVED: dict[str, Rule] = {
    **each(_instance_removed, *INSTANCES),
    **each(removed("the database, with its data,", by_default="Snapshot"), *STORES),
    **each(always(data_loss("the database is no longer copied to other regions")), *GLOBALS),
    **each(removed("the snapshot"), *SNAPSHOTS),
    **each(UNUSED, *PARAMETER_TYPES, *SUBNET_TYPES, "AWS::RDS::OptionGroup"),
    **each(always(access("events of databases are no longer told")), *EVENT_TYPES),
    **each(
        always(interruption("callers of the proxy get errors")),
        "AWS::RDS::DBProxy",
        "AWS::RDS::DBProxyEndpoint",
        "AWS::RDS::DBProxyTargetGroup",
    ),
    **each(
        always(interruption("callers no longer reach the database")),
        "AWS::RDS::DBSecurityGroup",
        "AWS::RDS::DBSecurityGroupIngress",
    ),
    "AWS::RDS::Integration": always(interruption("the warehouse gets no new data of the database")),
}
REPLACED: dict[str, Rule] = {
    **each(_instance_replaced, *INSTANCES),
    **each(replaced("the old database, with its data,"), *STORES),
    **each(always(data_loss("the database is copied anew to other regions")), *GLOBALS),
    **each(replaced("the old snapshot"), *SNAPSHOTS),
    **each(restarted("it gets settings under another name"), *PARAMETER_TYPES, *SUBNET_TYPES, "AWS::RDS::OptionGroup"),
    **each(
        always(interruption("callers of the old proxy get errors")),
        "AWS::RDS::DBProxy",
        "AWS::RDS::DBProxyEndpoint",
        "AWS::RDS::DBProxyTargetGroup",
    ),
    "AWS::RDS::Integration": always(interruption("the warehouse is filled anew")),
}
ADDED: dict[str, Rule] = {
    **each(_added, *INSTANCES, *STORES),
    **each(always(cost("the database is copied to other regions")), *GLOBALS),
    **each(always(cost("a snapshot is paid for")), *SNAPSHOTS),
    **each(
        always(harmless("only settings that no database uses yet")),
        *PARAMETER_TYPES,
        *SUBNET_TYPES,
        "AWS::RDS::OptionGroup",
    ),
    **each(always(harmless("events of databases are told")), *EVENT_TYPES),
    "AWS::RDS::DBProxy": always(cost("a proxy is paid for by the hour")),
    "AWS::RDS::DBProxyEndpoint": always(access("the database can be reached by one more way")),
    "AWS::RDS::DBProxyTargetGroup": always(harmless("only which database a proxy serves")),
    **each(
        always(access("more addresses may reach the database")),
        "AWS::RDS::DBSecurityGroup",
        "AWS::RDS::DBSecurityGroupIngress",
    ),
    "AWS::RDS::Integration": always(cost("data of the database is copied to a warehouse")),
}
