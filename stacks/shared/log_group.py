"""A log group that does not grow for ever."""

from __future__ import annotations

from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.settings import Settings
from stacks.shared.retention import removal_policy

_RETENTION = {
    1: logs.RetentionDays.ONE_DAY,
    3: logs.RetentionDays.THREE_DAYS,
    5: logs.RetentionDays.FIVE_DAYS,
    7: logs.RetentionDays.ONE_WEEK,
    14: logs.RetentionDays.TWO_WEEKS,
    30: logs.RetentionDays.ONE_MONTH,
    60: logs.RetentionDays.TWO_MONTHS,
    90: logs.RetentionDays.THREE_MONTHS,
    120: logs.RetentionDays.FOUR_MONTHS,
    150: logs.RetentionDays.FIVE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
    400: logs.RetentionDays.THIRTEEN_MONTHS,
    545: logs.RetentionDays.EIGHTEEN_MONTHS,
    731: logs.RetentionDays.TWO_YEARS,
}


def make_log_group(
    scope: Construct, construct_id: str, settings: Settings, *, log_group_name: str | None = None
) -> logs.LogGroup:
    """Make a log group that keeps lines as long as `settings` say; without a name CloudFormation gives it one.

    Only a group without a fixed name can outlive its stack: another would be in the way of the next deployment.
    """
    is_retained = settings.retain_logs and log_group_name is None
    return logs.LogGroup(
        scope,
        construct_id,
        log_group_name=log_group_name,
        retention=_RETENTION[settings.log_retention_days],
        removal_policy=removal_policy(kept=is_retained),
    )
