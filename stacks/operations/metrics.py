"""The metrics of an environment: those of each of its parts, all in the one period of the settings.

Alarms and dashboard take their metrics from here, so that both use the same. A label is for the dashboard only: an
alarm on a metric with a label is written as metric math.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs

from stacks.api.prediction_api import STAGE_NAME, PredictionApi
from stacks.inference.model_endpoint import VARIANT_NAME, ModelEndpoint
from stacks.settings import Settings
from stacks.stream.digit_stream import DigitStream

NAMESPACE = "Digits"
"""Namespace of what the functions record themselves: `lambda_src/gateway/metrics.py`."""

PIPELINES = "AWS/Sagemaker/ModelBuildingPipeline"  # spelled like that


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """The user pool, and the app client of the page."""

    user_pool: cognito.IUserPool
    client: cognito.IUserPoolClient


@dataclass(frozen=True, kw_only=True)
class Uploads:
    """What an upload goes through.

    Attributes
    ----------
    function, worker
        The functions behind the routes, and behind the queue.
    queue, dead_letters
        The queue of uploads, and that of those that were given up.
    jobs_table
        The table of upload jobs.
    events_api_id
        The Event API that publishes results.
    """

    function: lambda_.Function
    worker: lambda_.Function
    queue: sqs.IQueue
    dead_letters: sqs.IQueue
    jobs_table: dynamodb.ITable
    events_api_id: str


@dataclass(frozen=True, kw_only=True)
class EnvironmentMetrics:
    """The parts of one environment, and their metrics.

    Attributes
    ----------
    settings
        The environment.
    apis
        By their name in alarms: `api`, `people-api`.
    prediction
        The function that predicts.
    endpoint
        The model's endpoint.
    uploads, stream, accounts, distribution_id
        None where there is no such part.
    """

    settings: Settings
    apis: Mapping[str, PredictionApi]
    prediction: lambda_.Function
    endpoint: ModelEndpoint
    uploads: Uploads | None
    stream: DigitStream | None
    accounts: Accounts | None
    distribution_id: str | None

    @property
    def period(self) -> cdk.Duration:
        """Period of every metric."""
        return cdk.Duration.minutes(self.settings.operations.minutes)

    @property
    def functions(self) -> Mapping[str, lambda_.Function]:
        """The functions that handle requests and uploads, by their name in alarms."""
        uploads = {"uploads": self.uploads.function, "worker": self.uploads.worker} if self.uploads else {}
        return {"prediction": self.prediction, **uploads}

    def own(self, service: str, name: str, statistic: str = "Sum", label: str | None = None) -> cloudwatch.Metric:
        """A metric that a function records itself."""
        dimensions = {"service": service, "environment": self.settings.environment}
        return self._metric(NAMESPACE, name, dimensions, statistic, label)

    def of_api(self, api: PredictionApi, name: str, statistic: str, label: str | None = None) -> cloudwatch.Metric:
        """A metric of the stage of an API, such as `5XXError`."""
        # The stage's name as it is, not a reference: each reference is looked up by itself when the stack is deployed.
        dimensions = {"ApiName": api.api.rest_api_name, "Stage": STAGE_NAME}
        return self._metric("AWS/ApiGateway", name, dimensions, statistic, label)

    def of_function(
        self, function: lambda_.IFunction, name: str, statistic: str, label: str | None = None
    ) -> cloudwatch.Metric:
        """A metric of a function, such as `Errors`."""
        return function.metric(name, statistic=statistic, label=label, period=self.period)

    def of_queue(self, queue: sqs.IQueue, name: str, label: str | None = None) -> cloudwatch.Metric:
        """The highest value of a metric of a queue."""
        return queue.metric(name, statistic="Maximum", label=label, period=self.period)

    def of_table(self, table: dynamodb.ITable, name: str, label: str | None = None) -> cloudwatch.Metric:
        """A metric that a table has for all operations, such as `WriteThrottleEvents`."""
        return self._metric("AWS/DynamoDB", name, {"TableName": table.table_name}, "Sum", label)

    def of_endpoint(self, name: str, statistic: str, label: str | None = None) -> cloudwatch.Metric:
        """A metric of the endpoint, such as `ModelLatency`, which is in microseconds."""
        dimensions = {"EndpointName": self.endpoint.endpoint_name, "VariantName": VARIANT_NAME}
        return self._metric("AWS/SageMaker", name, dimensions, statistic, label)

    def of_pipeline(self, name: str, label: str | None = None) -> cloudwatch.Metric:
        """How many executions of the pipeline did something, such as `ExecutionFailed`."""
        dimensions = {"PipelineName": self.settings.application_name}
        return self._metric(PIPELINES, name, dimensions, "Sum", label)

    def of_accounts(self, accounts: Accounts, name: str, statistic: str, label: str | None = None) -> cloudwatch.Metric:
        """A metric of the user pool, such as `SignInThrottles`."""
        dimensions = {
            "UserPool": accounts.user_pool.user_pool_id,
            "UserPoolClient": accounts.client.user_pool_client_id,
        }
        return self._metric("AWS/Cognito", name, dimensions, statistic, label)

    def of_events(self, uploads: Uploads, name: str, statistic: str, label: str | None = None) -> cloudwatch.Metric:
        """A metric of the Event API's HTTP side, such as `5XXError`."""
        return self._metric("AWS/AppSync", name, {"EventAPIId": uploads.events_api_id}, statistic, label)

    def of_site(self, distribution_id: str, name: str, statistic: str, label: str | None = None) -> cloudwatch.Metric:
        """A metric of CloudFront, which are in us-east-1 wherever the rest is."""
        return cloudwatch.Metric(
            namespace="AWS/CloudFront",
            metric_name=name,
            dimensions_map={"DistributionId": distribution_id, "Region": "Global"},
            statistic=statistic,
            label=label,
            period=self.period,
            region="us-east-1",
        )

    def _metric(
        self, namespace: str, name: str, dimensions: Mapping[str, str], statistic: str, label: str | None
    ) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=namespace,
            metric_name=name,
            dimensions_map={**dimensions},
            statistic=statistic,
            label=label,
            period=self.period,
        )
