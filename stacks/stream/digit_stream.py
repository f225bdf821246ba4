"""A Kinesis stream of labelled digits, the function that consumes it, and its dead-letter queue."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from contract.bucket_layout import DEAD_LETTERS_PREFIX, PARTS_PREFIX
from stacks.settings import Settings
from stacks.shared.function_bundle import SOURCES, FunctionSource
from stacks.shared.function_packages import FunctionPackages
from stacks.shared.lambda_function import PythonFunction
from stacks.shared.retention import removal_policy
from stacks.stream.settings import OnDemand, StreamSettings

TIMEOUT_SECONDS = 60
"""All attempts of the function's clients for one part and a few dead letters; far more than a batch takes."""
MEMORY_MB = 1024
STREAM_PACKAGES = FunctionPackages(
    name="StreamPackages",
    requirements=SOURCES / "requirements-stream.txt",
    left_out=(
        "pyarrow/include",
        "pyarrow/includes",
        "pyarrow/src",
        "pyarrow/tests",
        "pyarrow/_flight*",
        "pyarrow/libarrow_flight*",
        "pyarrow/libarrow_python_flight*",
        "pyarrow/_pyarrow_cpp_tests*",
        "pyarrow/*.p[xy][dxi]",
        # Copies of libraries under further names that only linkers use.
        "pyarrow/*.so.2500.*",
        "pyarrow/libarrow_python.so",
        "pyarrow/libarrow_python_parquet_encryption.so",
    ),
)
"""PyArrow without what is not needed to write Parquet: about a third of it."""


class DigitStream(Construct):
    """From the stream to parts in the bucket, or to the dead-letter queue.

    Parameters
    ----------
    settings
        The environment.
    stream_settings
        Capacity, batching and retries.
    bucket
        Where parts go, below `stream/`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        stream_settings: StreamSettings,
        bucket: s3.IBucket,
    ) -> None:
        super().__init__(scope, construct_id)
        self.stream = _make_stream(self, settings, stream_settings)
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=cdk.Duration.days(stream_settings.dead_letter_days),
            removal_policy=removal_policy(kept=settings.retain_data),
        )
        self.consumer = self._make_consumer(settings, bucket)
        self._map(stream_settings)

    def _make_consumer(self, settings: Settings, bucket: s3.IBucket) -> PythonFunction:
        return PythonFunction(
            self,
            "Consumer",
            source=FunctionSource(package="stream_consumer"),
            packages=STREAM_PACKAGES,
            settings=settings,
            description="Puts labelled digits from the stream into the bucket as Parquet parts",
            timeout_seconds=TIMEOUT_SECONDS,
            memory_mb=MEMORY_MB,
            environment={
                "BUCKET": bucket.bucket_name,
                "PARTS_PREFIX": PARTS_PREFIX,
                "DEAD_LETTERS_PREFIX": DEAD_LETTERS_PREFIX,
                "DEAD_LETTERS_URL": self.dead_letters.queue_url,
                "LOG_LEVEL": settings.log_level,
                "POWERTOOLS_SERVICE_NAME": "stream_consumer",
            },
            statements=self._rights(bucket),
        )

    def _rights(self, bucket: s3.IBucket) -> list[iam.PolicyStatement]:
        """Read this stream, write below two prefixes, send to this queue; the mapping acts with the same role."""
        read = ("DescribeStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards")
        objects = [bucket.arn_for_objects(f"{prefix}*") for prefix in (PARTS_PREFIX, DEAD_LETTERS_PREFIX)]
        return [
            iam.PolicyStatement(actions=[f"kinesis:{action}" for action in read], resources=[self.stream.stream_arn]),
            iam.PolicyStatement(actions=["s3:PutObject"], resources=objects),
            iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[self.dead_letters.queue_arn]),
        ]

    def _map(self, settings: StreamSettings) -> None:
        # The L1: the L2 would grant more than the statements above do.
        lambda_.CfnEventSourceMapping(
            self,
            "Mapping",
            function_name=self.consumer.function.function_name,
            event_source_arn=self.stream.stream_arn,
            # Records from before the consumer existed are consumed too; what is read twice is merged once.
            starting_position="TRIM_HORIZON",
            batch_size=settings.batch_records,
            maximum_batching_window_in_seconds=settings.batch_window_seconds,
            parallelization_factor=settings.parallelization,
            function_response_types=["ReportBatchItemFailures"],
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=settings.retries,
            maximum_record_age_in_seconds=settings.record_age_seconds,
            destination_config={"onFailure": {"destination": self.dead_letters.queue_arn}},
        )


def _make_stream(scope: Construct, settings: Settings, stream_settings: StreamSettings) -> kinesis.Stream:
    capacity = stream_settings.capacity
    return kinesis.Stream(
        scope,
        "Stream",
        stream_name=f"digits-{settings.environment}",
        stream_mode=kinesis.StreamMode.ON_DEMAND if isinstance(capacity, OnDemand) else kinesis.StreamMode.PROVISIONED,
        shard_count=None if isinstance(capacity, OnDemand) else capacity.shards,
        retention_period=cdk.Duration.hours(stream_settings.retention_hours),
        # An AWS-managed key: users of the stream need no right to a key.
        encryption=kinesis.StreamEncryption.MANAGED,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
