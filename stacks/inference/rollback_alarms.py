"""The alarms that return an endpoint to its old model while a new one is rolled out. Each is on a single metric."""

from __future__ import annotations

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from stacks.inference.capacity import Canary
from stacks.shared.alarm import RUNBOOK

MICROSECONDS = 1000


class RollbackAlarms(Construct):
    """Server errors and slow responses. Missing data does not trigger them: an idle endpoint may be updated.

    Parameters
    ----------
    server_errors, model_latency
        The metrics of the endpoint; the latency is in microseconds.
    canary
        The thresholds.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        server_errors: cloudwatch.Metric,
        model_latency: cloudwatch.Metric,
        canary: Canary,
    ) -> None:
        super().__init__(scope, construct_id)
        self._alarms = [
            self._alarm("ServerErrors", server_errors, canary.server_errors_per_minute, "5xx answers in a minute"),
            self._alarm(
                "ModelLatency",
                model_latency,
                canary.latency_milliseconds * MICROSECONDS,
                "microseconds for the slowest of a hundred requests",
            ),
        ]

    @property
    def names(self) -> list[str]:
        """Names of the alarms, as CloudFormation gives them."""
        return [alarm.alarm_name for alarm in self._alarms]

    @property
    def arns(self) -> list[str]:
        """The alarms for a policy."""
        return [alarm.alarm_arn for alarm in self._alarms]

    def _alarm(self, construct_id: str, metric: cloudwatch.Metric, threshold: int, unit: str) -> cloudwatch.Alarm:
        return cloudwatch.Alarm(
            self,
            construct_id,
            metric=metric,
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=f"Returns the endpoint to its old model: {threshold} or more {unit}. "
            f"What to do: {RUNBOOK}#rollback",
        )
