"""Creates an alarm with a name, a description, and an entry in the runbook.

Each watches a single metric. No data is no alarm: what is counted or timed here is only there while somebody asks for
something, so that nothing at all means that nobody did, and SQS stops reporting queues that lie empty.
"""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

RUNBOOK = "docs/operations.md"


class Alarms(Construct):
    """All alarms of an environment.

    Parameters
    ----------
    prefix
        Prefix of their names, such as `digits-dev-`.
    topic
        Topic that they notify, only when something is wrong: an alarm that also notifies when it is over would do so
        for the first time when it is deployed.
    """

    def __init__(self, scope: Construct, construct_id: str, *, prefix: str, topic: sns.ITopic) -> None:
        super().__init__(scope, construct_id)
        self._prefix, self._action = prefix, actions.SnsAction(topic)
        self._alarms: list[cloudwatch.Alarm] = []

    @property
    def alarms(self) -> Sequence[cloudwatch.Alarm]:
        """Those made so far."""
        return self._alarms

    def add(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        threshold: float,
        says: str,
        *,
        entry: str | None = None,
        periods: int = 1,
    ) -> None:
        """Make one.

        Parameters
        ----------
        name
            Such as `upload-dead-letters`.
        metric
            What it watches, with its statistic and period.
        threshold
            The first value that is too high.
        says
            What it means, for the recipient.
        entry
            Heading of its entry in the runbook, if not its name.
        periods
            How many periods in a row are too high.
        """
        alarm = cloudwatch.Alarm(
            self,
            "".join(word.capitalize() for word in name.split("-")),
            alarm_name=f"{self._prefix}{name}",
            alarm_description=f"{says}. What to do: {RUNBOOK}#{entry or name}",
            metric=metric,
            threshold=threshold,
            evaluation_periods=periods,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(self._action)
        self._alarms.append(alarm)
