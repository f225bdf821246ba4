"""Makers and tables of rules that the relational and document databases share: RDS, Aurora, DocumentDB, Neptune."""

from __future__ import annotations

from tools.review.change import Change, Rule, Verdict, access, cost, data_loss, harmless, interruption, worst
from tools.review.holders import altered, described, encrypted, exported, groups, kept, keyed, protected, reachable
from tools.review.shapes import always, each, number, present, switch
from tools.review.values import properties

TLS = frozenset({"rds.force_ssl", "require_secure_transport", "require_ssl", "tls", "neptune_enforce_ssl"})
"""Parameters that refuse plain connections."""
AUDIT = frozenset({"audit_logs", "neptune_enable_audit_log", "server_audit_logging", "pgaudit.log"})
"""Parameters that record who did what."""

DURABLE = frozenset(
    {"fsync", "innodb_doublewrite", "innodb_flush_log_at_trx_commit", "sync_binlog", "synchronous_commit"}
)
"""Parameters that keep a write, once it is answered, through a crash."""


def restarted(why: str) -> Rule:
    """For what the database restarts for."""
    return always(interruption(f"connections are cut while the database restarts: {why}"))


def parameters(change: Change) -> Verdict:
    """Parameters of an engine by name: those that guard have a direction, the others make it behave otherwise."""
    before, after = ((value if isinstance(value, dict) else {}) for value in (change.before, change.after))
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if not names:
        return interruption("which settings of the engine change is unknown")
    return worst(*(_parameter(name, after.get(name)) for name in sorted(names)))


def _parameter(name: str, after: object) -> Verdict:
    raised = str(after).lower() in ("1", "on", "true", "enabled", "all", "fips-140-3", "tls1.2+", "tls1.3+")
    if name in TLS:
        if raised:
            return harmless("only encrypted connections are taken from now on")
        return access("connections may be unencrypted")
    if name in AUDIT:
        if raised:
            return harmless("what users do is recorded")
        return access("what users do is no longer recorded, or less of it")
    if name in DURABLE and not raised and after not in (None, "remote_apply", "remote_write"):
        return data_loss("writes that were answered can be lost when the database crashes")
    return interruption(f"the engine behaves otherwise ({name}), and a static parameter needs a restart")


BACKUP = kept("each backup, with the points in time to go back to,", default=1)


def _public(change: Change) -> Verdict | None:
    """Left out, RDS decides by the network: without a subnet group the default one may be public."""
    if change.after is None and change.head is not None and "DBSubnetGroupName" not in properties(change.head):
        return access("it is no longer kept off the internet, and the default network may give it an address")
    return reachable()(change)


SHARED: dict[str, Rule] = {
    **described(
        "AllowMajorVersionUpgrade",
        "AutoMinorVersionUpgrade",
        "CertificateRotationRestart",
        "CopyTagsToSnapshot",
        "NetworkType",
        "PreferredBackupWindow",
        "PreferredMaintenanceWindow",
        "PromotionTier",
    ),
    "AssociatedRoles": altered(access("the engine may act by another role, or can no longer")),
    "BackupRetentionPeriod": BACKUP,
    "CACertificateIdentifier": restarted("its certificate is of another authority, which clients may not trust"),
    "DeletionProtection": protected("the database"),
    "EnableCloudwatchLogsExports": exported("logs of the database"),
    "EngineVersion": restarted("another version, which cannot be taken back"),
    **each(keyed("the database"), "KmsKeyId"),
    "ManageMasterUserPassword": switch(
        on=interruption("the password of the administrator changes, and what holds the old one is refused"),
        off=access("the password of the administrator is no longer rotated by itself"),
    ),
    "MasterUserPassword": always(
        interruption("the password of the administrator changes, and what holds the old one is refused")
    ),
    **each(keyed("the password of the administrator"), "MasterUserSecret.KmsKeyId", "MasterUserSecretKmsKeyId"),
    **each(always(interruption("clients that use the old port no longer reach the database")), "Port", "DBPort"),
    "PubliclyAccessible": _public,
    "RotateMasterUserPassword": always(
        interruption("the password of the administrator changes, and what holds the old one is refused")
    ),
    "StorageEncrypted": encrypted("the database"),
    "StorageType": always(cost("storage of another kind is paid for otherwise, and is slow while it is converted")),
    **each(groups("the database"), "VPCSecurityGroups", "VpcSecurityGroupIds", "DBSecurityGroups"),
    **each(
        restarted("other settings, which can also lower what is encrypted or recorded"),
        "DBParameterGroupName",
        "DBClusterParameterGroupName",
        "DBInstanceParameterGroupName",
        "OptionGroupName",
    ),
    "GlobalClusterIdentifier": present(
        added=cost("the database is copied to other regions"),
        removed=data_loss("the database is no longer copied to other regions"),
        changed=data_loss("the database belongs to other copies in other regions"),
    ),
    **{
        f"{part}.{path}": rule
        for part in ("ServerlessV2ScalingConfiguration", "ServerlessScalingConfiguration", "ScalingConfiguration")
        for path, rule in {
            "MaxCapacity": number(
                up=cost("more capacity can be used, and paid for"),
                down=interruption("load beyond a lower capacity is slowed or refused"),
            ),
            "MinCapacity": number(
                up=cost("more capacity is always paid for"),
                down=interruption("less capacity is ready for sudden load"),
            ),
            "AutoPause": switch(
                on=interruption("the database stops when nobody uses it, and the next caller waits or fails"),
                off=cost("the database runs, and is paid for, when nobody uses it"),
                default=True,
            ),
            **each(
                number(
                    up=cost("the database runs longer when nobody uses it"),
                    down=interruption("the database stops earlier when nobody uses it, and the next caller waits"),
                ),
                "SecondsUntilAutoPause",
                "SecondsBeforeTimeout",
            ),
            "TimeoutAction": always(interruption("connections may be cut when the capacity changes")),
        }.items()
    },
}
INSTANCE_CLASS = restarted("another machine, which may also cost more or carry less")
IAM_SIGN_IN = switch(
    on=harmless("users of IAM whom both IAM and the database let can sign in without a password"),
    off=interruption("users of IAM can no longer sign in to the database"),
)
WATCHED: dict[str, Rule] = {
    "MonitoringInterval": present(
        added=cost("the machine is measured more finely"),
        removed=access("the machine is no longer measured finely, and alarms on it see nothing"),
        changed=always(harmless("only how often the machine is measured")),
    ),
    "MonitoringRoleArn": altered(access("measuring stops if the other role lacks a right")),
    **each(
        switch(
            on=harmless("what slows the database is recorded"),
            off=access("what slows the database is no longer recorded"),
        ),
        "EnablePerformanceInsights",
        "PerformanceInsightsEnabled",
    ),
    **each(keyed("what is recorded of queries"), "PerformanceInsightsKMSKeyId", "PerformanceInsightsKmsKeyId"),
    "PerformanceInsightsRetentionPeriod": kept("what is recorded of queries", default=7),
    "DatabaseInsightsMode": always(cost("more, or less, is recorded of what slows the database")),
}
STORED: dict[str, Rule] = {
    "AllocatedStorage": number(
        up=cost("more storage is paid for"),
        down=data_loss("storage cannot shrink: the update fails, or a new database takes the place"),
    ),
    "Iops": number(up=cost("faster storage is paid for"), down=interruption("storage gets slower")),
    "StorageThroughput": number(up=cost("faster storage is paid for"), down=interruption("storage gets slower")),
}
