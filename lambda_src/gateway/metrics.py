"""The metrics of a function: one record a request, in CloudWatch's embedded metric format.

The record is a line on standard output, of which CloudWatch makes metrics by itself: no call, no waiting. Measuring
never fails a request, and no record holds a pixel, a name or an address. The dimensions are few: the service, the
environment, and the kind of a problem; each combination of them is a metric that is paid for.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricResolution, MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

NAMESPACE = "Digits"

VALUES_MAX = 100
"""Values that one metric may have in a record."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One metric of a record.

    Attributes
    ----------
    name
        Such as `Confidence`.
    values
        One or more; CloudWatch sees each.
    unit
        Of the values.
    """

    name: str
    values: Sequence[float]
    unit: MetricUnit = MetricUnit.Count


def count(name: str, number: int = 1) -> Measure:
    """Count how often something happened."""
    return Measure(name=name, values=[number])


def problem_measures(status: int, *, is_picture: bool) -> list[Measure]:
    """Measure a problem: a rejected request (4xx), or a failure of the service (5xx)."""
    if status >= 500:
        return [count("FailedRequests")]
    return [count("RejectedRequests"), *([count("RejectedImages")] if is_picture else [])]


@dataclass(frozen=True, kw_only=True)
class FunctionMetrics:
    """The metrics of one function in one environment."""

    service: str
    environment: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> FunctionMetrics | None:
        """Read service and environment; None where they are not set, as in a test: then nothing is measured."""
        service, name = environment.get("POWERTOOLS_SERVICE_NAME"), environment.get("ENVIRONMENT")
        return cls(service=service, environment=name) if service and name else None

    def record(self, measures: Sequence[Measure], *, logger: Logger, correlation_id: str, problem: str = "") -> None:
        """Write one record; nothing if there are no measures. Never raises.

        Parameters
        ----------
        measures
            What is recorded.
        logger
            Logs a record that could not be written.
        correlation_id
            A member of the record, so that it is found with the log lines; it is no dimension.
        problem
            Kind of the problem, if there was one: the same metrics are then also kept for it alone.
        """
        if not measures:
            return
        try:
            self._write(measures, correlation_id, problem)
        except Exception:  # the last resort: whoever is waiting gets an answer, the log the reason
            logger.exception("metrics")

    def _write(self, measures: Sequence[Measure], correlation_id: str, problem: str) -> None:
        dimensions = {"service": self.service, "environment": self.environment}
        metrics = AmazonCloudWatchEMFProvider(
            namespace=NAMESPACE,
            service=self.service,
            # All values of a metric at once: `add_metric` takes one, and gets slower with each.
            metric_set={
                each.name: {
                    "Unit": each.unit.value,
                    "StorageResolution": MetricResolution.Standard,
                    "Value": each.values,
                }
                for each in measures
            },
            dimension_set=dict(dimensions),
            metadata_set={"correlation_id": correlation_id},
        )
        if problem:
            metrics.add_dimensions(**dimensions, problem=problem)
        metrics.flush_metrics()
