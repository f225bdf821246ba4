"""Rules for caches: ElastiCache, MemoryDB, DAX."""

from __future__ import annotations

from tools.review.change import PropertyRules, Rule, access, cost, data_loss, harmless, interruption
from tools.review.holders import altered, described, encrypted, groups, kept, keyed, removed, replaced
from tools.review.shapes import always, each, listed, number, ordered, present, switch

ENGINE = always(interruption("connections are cut while the cache changes to another version or engine"))
MACHINE = always(interruption("connections are cut while the cache moves to other machines, which may cost more"))
SETTINGS = always(interruption("the cache behaves otherwise, and can throw away items sooner"))
STANDBY = switch(
    on=harmless("a copy takes over when a machine fails"),
    off=interruption("no copy takes over by itself when a machine fails"),
)
COPIES = number(
    up=cost("more copies are paid for"),
    down=interruption("fewer copies answer readers, or take over when a machine fails"),
)
SHARDS = number(
    up=cost("more shards are paid for"),
    down=interruption("less fits into the cache and less load is carried while shards are merged"),
)
IN_TRANSIT = switch(
    on=harmless("connections are encrypted; clients have to connect so"),
    off=access("connections are no longer encrypted"),
)
SNAPSHOTS = kept("each snapshot", default=0)
TOLD = present(
    added=harmless("somebody is told of events of the cache"),
    removed=access("nobody is told of events of the cache"),
    changed=access("others are told of events of the cache"),
)
DELIVERED = listed(
    added=cost("more logs are delivered"), removed=access("logs that showed what happened are no longer delivered")
)
QUIET = described(
    "AutoMinorVersionUpgrade",
    "IpDiscovery",
    "MaintenanceWindow",
    "NetworkType",
    "PreferredMaintenanceWindow",
    "ReplicationGroupDescription",
    "SnapshotWindow",
    "SnapshottingClusterId",
)
GROUP: dict[str, Rule] = {
    **QUIET,
    "AtRestEncryptionEnabled": encrypted("the cache"),
    "AuthToken": present(
        added=harmless("clients need a password"),
        removed=access("clients need no password any more"),
        changed=interruption("clients with the old password are refused"),
    ),
    "AutomaticFailoverEnabled": STANDBY,
    "CacheNodeType": MACHINE,
    "CacheParameterGroupName": SETTINGS,
    **each(groups("the cache"), "CacheSecurityGroupNames", "SecurityGroupIds", "VpcSecurityGroupIds"),
    "ClusterMode": always(interruption("clients have to connect in another mode")),
    "Durability": always(data_loss("writes that were answered can be lost in another way")),
    **each(ENGINE, "Engine", "EngineVersion"),
    "KmsKeyId": keyed("the cache"),
    "LogDeliveryConfigurations": DELIVERED,
    "MultiAZEnabled": STANDBY,
    "NodeGroupConfiguration": always(data_loss("shards are laid out otherwise, and items can be lost")),
    "NotificationTopicArn": TOLD,
    "NumCacheClusters": COPIES,
    "NumNodeGroups": SHARDS,
    "PrimaryClusterId": always(data_loss("another machine becomes the first, and its copy counts")),
    "ReplicasPerNodeGroup": COPIES,
    "SnapshotRetentionLimit": SNAPSHOTS,
    "TransitEncryptionEnabled": IN_TRANSIT,
    "TransitEncryptionMode": ordered(
        ("preferred", "required"),
        up=harmless("only encrypted connections are taken"),
        down=access("connections may be unencrypted"),
        default="required",
    ),
    "UserGroupIds": altered(
        listed(added=access("more users may use the cache"), removed=interruption("users are refused by the cache"))
    ),
    "GlobalReplicationGroupId": always(data_loss("the cache is no longer the copy that it was")),
}
USER: dict[str, Rule] = {
    "AccessString": altered(access("the user may do something else, or more")),
    "AuthenticationMode": altered(access("the user proves who he is in another way, or not at all")),
    "NoPasswordRequired": switch(
        on=access("the user needs no password"), off=harmless("the user needs a password"), default=False
    ),
    "Passwords": listed(
        added=access("one more password opens the cache"),
        removed=interruption("clients with the old password are refused"),
    ),
}
USERS = listed(added=access("more users may use the cache"), removed=interruption("users are refused by the cache"))

PROPERTIES: PropertyRules = {
    "AWS::ElastiCache::ReplicationGroup": GROUP,
    "AWS::ElastiCache::CacheCluster": {
        **GROUP,
        "AZMode": always(interruption("machines stand in other zones")),
        "NumCacheNodes": number(
            up=cost("more machines are paid for"), down=data_loss("items on the removed machines are lost")
        ),
        **each(
            always(data_loss("machines are made anew in other zones, without what they held")),
            "PreferredAvailabilityZone",
            "PreferredAvailabilityZones",
        ),
    },
    "AWS::ElastiCache::GlobalReplicationGroup": {
        "AutomaticFailoverEnabled": STANDBY,
        "CacheNodeType": MACHINE,
        "CacheParameterGroupName": SETTINGS,
        **each(ENGINE, "Engine", "EngineVersion"),
        "GlobalNodeGroupCount": SHARDS,
        "Members": listed(
            added=cost("one more region keeps a copy"), removed=data_loss("a region keeps no copy any more")
        ),
        "RegionalConfigurations": always(harmless("only where shards stand in a region")),
    },
    "AWS::ElastiCache::ServerlessCache": {
        "CacheUsageLimits.DataStorage.Maximum": number(
            up=cost("more can be kept, and paid for"), down=data_loss("items beyond a lower limit are thrown away")
        ),
        "CacheUsageLimits.DataStorage.Minimum": number(
            up=cost("more is always paid for"), down=harmless("less is always paid for")
        ),
        "CacheUsageLimits.ECPUPerSecond.Maximum": number(
            up=cost("more requests can be served, and paid for"), down=interruption("requests beyond are throttled")
        ),
        "CacheUsageLimits.ECPUPerSecond.Minimum": number(
            up=cost("more capacity is always paid for"), down=interruption("sudden load is throttled")
        ),
        "DailySnapshotTime": always(harmless("only when snapshots are made")),
        **each(ENGINE, "Engine", "MajorEngineVersion"),
        "KmsKeyId": keyed("the cache"),
        "SecurityGroupIds": groups("the cache"),
        "SnapshotRetentionLimit": SNAPSHOTS,
        "UserGroupId": altered(access("other users may use the cache")),
    },
    "AWS::ElastiCache::ParameterGroup": {"Properties": SETTINGS},
    "AWS::ElastiCache::User": USER,
    "AWS::ElastiCache::UserGroup": {"UserIds": USERS},
    "AWS::MemoryDB::Cluster": {
        **QUIET,
        "ACLName": altered(access("other users may use the database")),
        "Description": always(harmless("only a description")),
        **each(ENGINE, "Engine", "EngineVersion"),
        "FinalSnapshotName": present(
            added=harmless("a last snapshot is made when the database is deleted"),
            removed=data_loss("no last snapshot is made when the database is deleted"),
            changed=always(harmless("only the name of the last snapshot")),
        ),
        "KmsKeyId": keyed("the database"),
        "NodeType": MACHINE,
        "NumReplicasPerShard": COPIES,
        "NumShards": SHARDS,
        "ParameterGroupName": SETTINGS,
        "SecurityGroupIds": groups("the database"),
        "SnapshotRetentionLimit": SNAPSHOTS,
        "SnsTopicArn": TOLD,
        "SnsTopicStatus": switch(
            on=harmless("somebody is told of events of the database"),
            off=access("nobody is told of events of the database"),
        ),
        "TLSEnabled": switch(
            on=harmless("connections are encrypted; clients have to connect so"),
            off=access("connections are no longer encrypted"),
            default=True,
        ),
    },
    "AWS::MemoryDB::MultiRegionCluster": {"NodeType": MACHINE, "NumShards": SHARDS, "EngineVersion": ENGINE},
    "AWS::MemoryDB::ACL": {"UserNames": USERS},
    "AWS::MemoryDB::User": USER,
    "AWS::MemoryDB::ParameterGroup": {"Parameters": SETTINGS},
    "AWS::DAX::Cluster": {
        "NodeType": MACHINE,
        "NotificationTopicARN": TOLD,
        "ParameterGroupName": SETTINGS,
        "ReplicationFactor": COPIES,
        "SecurityGroupIds": groups("the cache"),
        "SSESpecification.SSEEnabled": encrypted("the cache"),
        "ClusterEndpointEncryptionType": ordered(
            ("NONE", "TLS"),
            up=harmless("connections are encrypted"),
            down=access("connections are no longer encrypted"),
            default="NONE",
        ),
        **described("AvailabilityZones", "Description", "PreferredMaintenanceWindow"),
    },
    "AWS::DAX::ParameterGroup": {"ParameterNameValues": SETTINGS},
}
STORES = (
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ServerlessCache",
    "AWS::MemoryDB::Cluster",
    "AWS::MemoryDB::MultiRegionCluster",
    "AWS::DAX::Cluster",
)
SETTING_TYPES = (
    "AWS::ElastiCache::ParameterGroup",
    "AWS::ElastiCache::SubnetGroup",
    "AWS::MemoryDB::ParameterGroup",
    "AWS::MemoryDB::SubnetGroup",
    "AWS::DAX::ParameterGroup",
    "AWS::DAX::SubnetGroup",
)
USER_TYPES = (
    "AWS::ElastiCache::User",
    "AWS::ElastiCache::UserGroup",
    "AWS::MemoryDB::User",
    "AWS::MemoryDB::ACL",
)
REMOVED: dict[str, Rule] = {
    **each(removed("the cache, with what it holds,"), *STORES),
    **each(always(harmless("only settings that no cache uses any more go")), *SETTING_TYPES),
    **each(always(interruption("users are refused by the cache")), *USER_TYPES),
    "AWS::ElastiCache::GlobalReplicationGroup": always(data_loss("the cache is no longer copied to other regions")),
    "AWS::MemoryDB::Snapshot": removed("the snapshot"),
}
REPLACED: dict[str, Rule] = {
    **each(replaced("the old cache, with what it holds,"), *STORES),
    **each(SETTINGS, *SETTING_TYPES),
    **each(always(interruption("users are refused by the cache until they are made anew")), *USER_TYPES),
    "AWS::MemoryDB::Snapshot": replaced("the old snapshot"),
}
ADDED: dict[str, Rule] = {
    **each(always(cost("a new cache is paid for by the hour, used or not")), *STORES),
    **each(always(harmless("only settings that no cache uses yet")), *SETTING_TYPES),
    **each(always(access("somebody may use the cache")), *USER_TYPES),
    "AWS::ElastiCache::GlobalReplicationGroup": always(cost("the cache is copied to other regions")),
    "AWS::MemoryDB::Snapshot": always(cost("a snapshot is paid for")),
}
