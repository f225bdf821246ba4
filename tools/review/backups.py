"""Rules for the parts of backups: the rules of a plan, the lock of a vault, the policies of snapshots.

The paths are those below the part; `tools/review/rules/files.py` puts them into place.
"""

from __future__ import annotations

from typing import Any

from tools.review.change import Change, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.holders import kept
from tools.review.schedules import schedule
from tools.review.shapes import always, each, listed, number, present, switch, under


def backup_rules(change: Change) -> Verdict | None:
    """Rules of a plan by name: one that goes, or keeps for a shorter time, loses backups."""
    if not all(isinstance(value or [], list) for value in (change.before, change.after)):
        return data_loss("which backups are made is unknown")
    before, after = (_rules(value) for value in (change.before, change.after))
    if any(name not in after for name in before):
        return data_loss("backups that a removed rule made are made no longer")
    if any(name not in before for name in after):
        return cost("more backups are made and paid for")
    return None


def _rules(value: Any) -> list[str]:
    return [str(item.get("RuleName")) for item in (value if isinstance(value, list) else []) if isinstance(item, dict)]


LIFECYCLE: dict[str, Rule] = {
    "DeleteAfterDays": number(
        up=cost("backups are kept, and paid for, longer"),
        down=data_loss("backups are deleted earlier than before"),
        default=float("inf"),
    ),
    "MoveToColdStorageAfterDays": number(
        up=cost("backups stay longer in the dearer storage"),
        down=interruption("backups move earlier to cold storage, from where a restore takes hours"),
        default=float("inf"),
    ),
    "OptInToArchiveForSupportedResources": always(harmless("only which backups may move to cold storage")),
}
BACKUP_RULE: dict[str, Rule] = {
    "CompletionWindowMinutes": number(
        up=harmless("a backup may take longer"), down=data_loss("a backup that takes longer is given up")
    ),
    "StartWindowMinutes": number(
        up=harmless("a backup may start later"), down=data_loss("a backup that cannot start sooner is given up")
    ),
    "CopyActions": listed(
        added=cost("backups are also copied"), removed=data_loss("backups are no longer copied, or not as long")
    ),
    "EnableContinuousBackup": switch(
        on=cost("it is possible to go back to any second"),
        off=data_loss("only the times of backups are left"),
    ),
    **under("Lifecycle", LIFECYCLE),
    "IndexActions": always(harmless("only whether backups can be searched")),
    "RecoveryPointTags": always(harmless("only tags of backups")),
    "ScanActions": listed(
        added=cost("backups are scanned"), removed=access("backups are no longer scanned for malware")
    ),
    "ScheduleExpression": schedule(
        same=harmless("backups are made as often as before"),
        more=cost("backups are made more often, and paid for"),
        fewer=data_loss("backups may be made less often"),
    ),
    "ScheduleExpressionTimezone": always(harmless("only the hour of the backup")),
    **each(
        always(data_loss("backups go to another vault, which may be protected less")),
        "TargetBackupVault",
        "TargetLogicallyAirGappedBackupVaultArn",
    ),
}
VAULT: dict[str, Rule] = {
    "LockConfiguration": present(
        added=cost("backups cannot be deleted, and are paid for, until their time is over"),
        removed=data_loss("backups are no longer locked against deletion"),
    ),
    "LockConfiguration.ChangeableForDays": always(data_loss("the lock can be taken away, or for longer")),
    "LockConfiguration.MinRetentionDays": number(
        up=cost("backups are kept longer at least"),
        down=data_loss("backups may be deleted earlier than before"),
        default=0,
    ),
    "LockConfiguration.MaxRetentionDays": number(
        up=cost("backups may be kept longer"),
        down=data_loss("backups may be kept for a shorter time only"),
        default=float("inf"),
    ),
    "Notifications": present(
        added=harmless("a recipient is notified of events of backups"),
        removed=access("there is no notification of failed backups"),
        changed=access("other recipients are notified, or of other events of backups"),
    ),
}
FEWER = always(data_loss("other disks are backed up, less often, or for a shorter time"))
SNAPSHOT_POLICY: dict[str, Rule] = {
    "State": switch(on=cost("snapshots are made by the policy"), off=data_loss("snapshots are no longer made")),
    "PolicyDetails": FEWER,
    "CreateInterval": number(
        up=data_loss("snapshots are made less often"), down=cost("more snapshots are made"), default=1
    ),
    "RetainInterval": kept("each snapshot", default=7),
    "CopyTags": always(harmless("only tags of snapshots")),
    "CrossRegionCopyTargets": listed(
        added=cost("snapshots are also copied"), removed=data_loss("snapshots are no longer copied to a region")
    ),
    "Exclusions": FEWER,
    "ExecutionRoleArn": always(data_loss("no snapshots are made if the other role lacks a right")),
    "ExtendDeletion": always(cost("snapshots are kept, or deleted, after their source is gone")),
    "DefaultPolicy": FEWER,
}
