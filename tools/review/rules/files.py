"""Rules for file systems, disks and backups: EFS, FSx, EBS volumes, AWS Backup, Data Lifecycle Manager."""

from __future__ import annotations

from tools.review.backups import BACKUP_RULE, SNAPSHOT_POLICY, VAULT, backup_rules
from tools.review.change import PropertyRules, Rule, access, cost, data_loss, harmless, interruption
from tools.review.holders import altered, described, encrypted, groups, grown, kept, keyed, removed, replaced
from tools.review.shapes import always, each, listed, number, present, switch, under

SLOWER = number(up=cost("more throughput is paid for"), down=interruption("files are read and written more slowly"))
EFS: dict[str, Rule] = {
    "BackupPolicy.Status": switch(
        on=cost("the files are backed up, and the backups paid for"), off=data_loss("the files are no longer backed up")
    ),
    "Encrypted": encrypted("the file system"),
    "FileSystemProtection": always(data_loss("a copy from elsewhere may overwrite the files")),
    "KmsKeyId": keyed("the file system"),
    "LifecyclePolicies": listed(
        added=cost("files that nobody reads move to storage that is cheaper to keep and dearer to read"),
        removed=cost("files that nobody reads stay in the dearer storage"),
    ),
    "ProvisionedThroughputInMibps": SLOWER,
    "ReplicationConfiguration": present(
        added=cost("the files are copied to another file system"),
        removed=data_loss("the files are no longer copied to another file system"),
        changed=data_loss("the files may no longer be copied, or not to the same place"),
    ),
    "ThroughputMode": always(interruption("files may be read more slowly, or throughput is paid for otherwise")),
    "BypassPolicyLockoutSafetyCheck": switch(
        on=access("the policy may lock everybody out"), off=harmless("a policy that locks everybody out is refused")
    ),
}
FSX_KIND: dict[str, Rule] = {
    "AutomaticBackupRetentionDays": kept("each backup"),
    "DailyAutomaticBackupStartTime": always(harmless("only when backups are made")),
    "WeeklyMaintenanceStartTime": always(harmless("only when maintenance happens")),
    "ThroughputCapacity": SLOWER,
    "ThroughputCapacityPerHAPair": SLOWER,
    "HAPairs": number(up=cost("more servers are paid for"), down=interruption("fewer servers serve files")),
    "DiskIopsConfiguration": always(cost("the speed of disks is paid for otherwise")),
    "DataCompressionType": always(harmless("only how files are compressed")),
    "AuditLogConfiguration": altered(access("who opens which file may no longer be recorded")),
    "LogConfiguration": altered(access("events may no longer be recorded")),
    "FsxAdminPassword": always(interruption("the password of the administrator changes")),
    "SelfManagedActiveDirectoryConfiguration": always(interruption("users may no longer be recognised")),
    "DeploymentType": always(data_loss("files do not move to a file system of another kind, which takes the place")),
    "AutoImportPolicy": always(interruption("files of the bucket appear later, or no longer")),
    "RouteTableIds": always(interruption("callers of some subnets no longer reach the files")),
    "Aliases": listed(added=harmless("one more name"), removed=interruption("callers of an old name get errors")),
    **each(always(harmless("only tags of backups or volumes")), "CopyTagsToBackups", "CopyTagsToVolumes"),
}
FSX: dict[str, Rule] = {
    **{
        f"{kind}Configuration.{path}": rule
        for kind in ("Lustre", "Ontap", "OpenZFS", "Windows")
        for path, rule in FSX_KIND.items()
    },
    "StorageCapacity": grown("the file system"),
    "StorageType": always(cost("storage of another kind is paid for otherwise")),
    "SecurityGroupIds": groups("the files"),
    "NetworkType": always(harmless("only the kind of addresses")),
}
VOLUME: dict[str, Rule] = {
    "AutoEnableIO": switch(
        on=data_loss("a disk that may be damaged is used on without a check"),
        off=harmless("a disk that may be damaged is not used until somebody looks"),
    ),
    **each(always(data_loss("a new disk in another zone has no data")), "AvailabilityZone", "AvailabilityZoneId"),
    "Encrypted": encrypted("the disk"),
    "Iops": number(up=cost("a faster disk is paid for"), down=interruption("the disk gets slower")),
    "KmsKeyId": keyed("the disk"),
    "MultiAttachEnabled": switch(
        on=access("more than one machine can use the disk"), off=interruption("only one machine can use the disk")
    ),
    "Size": grown("the disk"),
    **each(always(data_loss("a new disk is made from another source")), "SnapshotId", "SourceVolumeId"),
    "Throughput": number(up=cost("a faster disk is paid for"), down=interruption("the disk gets slower")),
    "VolumeInitializationRate": always(harmless("only how fast a new disk is filled")),
    "VolumeType": always(cost("a disk of another kind is paid for otherwise, and can be slower")),
}

PROPERTIES: PropertyRules = {
    "AWS::EFS::FileSystem": EFS,
    "AWS::EFS::MountTarget": {"SecurityGroups": groups("the files")},
    "AWS::FSx::FileSystem": FSX,
    "AWS::FSx::Volume": {
        "OntapConfiguration.JunctionPath": always(interruption("callers no longer find the files at the old path")),
        "OntapConfiguration.SnaplockConfiguration": always(data_loss("files may be deleted earlier than before")),
        "OntapConfiguration.SnapshotPolicy": always(data_loss("snapshots may be made less often or be kept shorter")),
        "OntapConfiguration.SecurityStyle": altered(access("who may open a file is decided otherwise")),
        "OntapConfiguration.TieringPolicy": always(cost("files that nobody reads move otherwise")),
        **each(
            number(up=cost("more can be kept"), down=interruption("less fits, and writers get errors")),
            "OntapConfiguration.SizeInBytes",
            "OntapConfiguration.SizeInMegabytes",
        ),
        "OntapConfiguration.StorageEfficiencyEnabled": always(harmless("only how files are compressed")),
        "OpenZFSConfiguration.NfsExports": altered(access("other clients may open the files")),
        "OpenZFSConfiguration.ReadOnly": switch(
            on=interruption("writers get errors"), off=access("files may be changed")
        ),
        **each(
            number(up=cost("more can be kept"), down=interruption("less fits, and writers get errors")),
            "OpenZFSConfiguration.StorageCapacityQuotaGiB",
            "OpenZFSConfiguration.StorageCapacityReservationGiB",
        ),
        "OpenZFSConfiguration.UserAndGroupQuotas": always(interruption("users may keep less")),
        **described("OpenZFSConfiguration.DataCompressionType", "OpenZFSConfiguration.RecordSizeKiB"),
    },
    "AWS::FSx::DataRepositoryAssociation": {
        "S3": always(data_loss("files may no longer be copied to, or from, the bucket")),
        "ImportedFileChunkSize": always(harmless("only how large files are spread")),
    },
    "AWS::EC2::Volume": VOLUME,
    "AWS::EC2::SnapshotBlockPublicAccess": {"State": altered(access("snapshots may be shared with everybody"))},
    "AWS::Backup::BackupPlan": {
        "BackupPlan.AdvancedBackupSettings": always(data_loss("backups may be less consistent")),
        "BackupPlan.BackupPlanRule": backup_rules,
        **under("BackupPlan.BackupPlanRule[]", BACKUP_RULE),
        "BackupPlan.ScanSettings": altered(access("backups may no longer be scanned for malware")),
        "BackupPlan.BackupPlanName": always(harmless("only the name of the plan")),
    },
    "AWS::Backup::BackupSelection": {
        "BackupSelection": always(data_loss("other resources are backed up, and some may no longer be")),
    },
    "AWS::Backup::BackupVault": VAULT,
    "AWS::Backup::LogicallyAirGappedBackupVault": {
        **VAULT,
        "MpaApprovalTeamArn": altered(access("others approve who uses the vault")),
    },
    "AWS::Backup::RestoreTestingPlan": each(
        altered(access("restores are tried otherwise, and a backup that cannot be restored may be noticed later")),
        "RecoveryPointSelection",
        "ScheduleExpression",
        "StartWindowHours",
    ),
    "AWS::DLM::LifecyclePolicy": SNAPSHOT_POLICY,
}
STORES = (
    "AWS::EFS::FileSystem",
    "AWS::FSx::FileSystem",
    "AWS::FSx::Volume",
    "AWS::FSx::StorageVirtualMachine",
    "AWS::FSx::Snapshot",
    "AWS::Backup::BackupVault",
    "AWS::Backup::LogicallyAirGappedBackupVault",
)
BACKUPS = ("AWS::Backup::BackupPlan", "AWS::Backup::BackupSelection", "AWS::DLM::LifecyclePolicy")
MOUNTS = ("AWS::EFS::AccessPoint", "AWS::EFS::MountTarget", "AWS::EC2::VolumeAttachment")
TESTS = ("AWS::Backup::RestoreTestingPlan", "AWS::Backup::RestoreTestingSelection")
REPORTS = ("AWS::Backup::Framework", "AWS::Backup::ReportPlan")
REMOVED: dict[str, Rule] = {
    **each(removed("the store of files or backups, with what it holds,"), *STORES),
    "AWS::EC2::Volume": removed("the disk, with its data,"),
    **each(always(data_loss("backups that it made are made no longer")), *BACKUPS),
    **each(always(interruption("what used the files or the disk this way gets errors")), *MOUNTS),
    **each(always(access("it is no longer tried whether backups can be restored")), *TESTS),
    **each(always(access("nobody is told any more whether backups are as they should be")), *REPORTS),
    "AWS::Backup::LegalHold": always(data_loss("backups that had to be kept may be deleted")),
    "AWS::FSx::DataRepositoryAssociation": always(data_loss("files are no longer copied to, or from, the bucket")),
    "AWS::EC2::SnapshotBlockPublicAccess": always(access("snapshots may be shared with everybody")),
}
REPLACED: dict[str, Rule] = {
    **each(replaced("the old store of files or backups, with what it holds,"), *STORES),
    "AWS::EC2::Volume": replaced("the old disk, with its data,"),
    **each(always(data_loss("backups of the time between may be missing")), *BACKUPS),
    **each(
        always(interruption("what used the files or the disk this way gets errors until it connects anew")), *MOUNTS
    ),
}
ADDED: dict[str, Rule] = {
    **each(always(cost("it is paid for by its size, used or not")), "AWS::FSx::FileSystem", "AWS::EC2::Volume"),
    **each(
        always(harmless("it is new and empty, and costs only what it will hold")),
        "AWS::EFS::FileSystem",
        "AWS::Backup::BackupVault",
        "AWS::Backup::LogicallyAirGappedBackupVault",
    ),
    **each(always(harmless("it has no price of its own")), "AWS::FSx::Volume", "AWS::FSx::StorageVirtualMachine"),
    "AWS::FSx::Snapshot": always(cost("a snapshot is paid for")),
    **each(always(cost("more backups are made and paid for")), *BACKUPS),
    **each(always(harmless("only who is let in by a security group or the machine gains by it")), *MOUNTS),
    **each(always(cost("restores are tried, and paid for")), *TESTS),
    **each(always(harmless("only reports about backups")), *REPORTS),
    "AWS::Backup::LegalHold": always(cost("backups are kept, and paid for, until the hold ends")),
    "AWS::EC2::SnapshotBlockPublicAccess": always(harmless("snapshots can no longer be shared with everybody")),
}
