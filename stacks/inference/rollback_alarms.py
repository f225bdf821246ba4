"""The alarms that return an endpoint to its old model while a new one is rolled out. Each is on a single metric.

They watch the new configuration alone: errors of the model that is to be replaced must not stop its replacement.
https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html
"""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from stacks.inference.capacity import Canary
from stacks.shared.alarm import RUNBOOK

MICROSECONDS = 1000


def rollback_alarm_prefix(endpoint_name: str) -> str:
    """How the names of an endpoint's rollback alarms begin."""
    return f"{endpoint_name}-rollback-"


class RollbackAlarms(Construct):
    """Server errors and slow responses. Missing data does not trigger them: an idle endpoint may be updated.

    Their names hold that of the configuration, so that every configuration gets alarms of its own: an alarm that is
    changed in place keeps the state that the old model brought it into.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html

    Parameters
    ----------
    endpoint_name, config_name
        The endpoint, and the configuration that is watched.
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
        endpoint_name: str,
        config_name: str,
        server_errors: cloudwatch.Metric,
        model_latency: cloudwatch.Metric,
        canary: Canary,
    ) -> None:
        super().__init__(scope, construct_id)
        self._name = f"{rollback_alarm_prefix(endpoint_name)}{config_name}"
        self._config = {"EndpointConfigName": config_name}
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
        """Names of the alarms."""
        return [alarm.alarm_name for alarm in self._alarms]

    def _alarm(self, construct_id: str, metric: cloudwatch.Metric, threshold: int, unit: str) -> cloudwatch.Alarm:
        dimensions: Mapping[str, str] = {**(metric.dimensions or {}), **self._config}
        return cloudwatch.Alarm(
            self,
            construct_id,
            alarm_name=f"{self._name}-{construct_id}",
            metric=metric.with_(dimensions_map=dimensions),
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=f"Returns the endpoint to its old model: {threshold} or more {unit}. "
            f"What to do: {RUNBOOK}#rollback",
        )
