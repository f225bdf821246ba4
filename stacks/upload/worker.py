"""The function that reads uploads from their queue, with no more rights than that takes."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.inference.model_endpoint import ModelEndpoint
from stacks.settings import Settings
from stacks.shared.function_bundle import FunctionSource
from stacks.shared.lambda_function import PythonFunction
from stacks.shared.picture_packages import PICTURE_PACKAGES
from stacks.upload.channels import JobChannels
from stacks.upload.inbox import UploadInbox
from stacks.upload.jobs_table import JobsTable
from stacks.upload.settings import READING_SECONDS

MEMORY_MB = 1769
"""One whole processor, and room for the largest picture: see `lambda_src/vision/limits.py`."""


class UploadWorker(Construct):
    """The worker and its subscription to the queue.

    Parameters
    ----------
    settings
        The environment.
    inbox, jobs, channels, model_endpoint
        What it reads from, ends, publishes on and calls.
    environment
        Variables about the endpoint and its model.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        inbox: UploadInbox,
        jobs: JobsTable,
        channels: JobChannels,
        model_endpoint: ModelEndpoint,
        environment: Mapping[str, str],
    ) -> None:
        super().__init__(scope, construct_id)
        upload = settings.upload
        worker = PythonFunction(
            self,
            "Worker",
            source=FunctionSource(package="upload_worker"),
            packages=PICTURE_PACKAGES,
            settings=settings,
            description="Reads uploaded pictures and ends their jobs",
            timeout_seconds=upload.worker_seconds,
            memory_mb=MEMORY_MB,
            environment={
                **environment,
                "JOBS_TABLE": jobs.table.table_name,
                "QUEUE_URL": inbox.queue.queue_url,
                "EVENTS_HOST": channels.api.http_dns,
                "UPLOAD_BYTES_MAX": str(upload.bytes_max),
                "PICTURE_SECONDS": str(upload.picture_seconds),
                "READING_SECONDS": str(READING_SECONDS),
                "PAUSE_SECONDS": str(upload.pause_seconds),
                "POWERTOOLS_SERVICE_NAME": "upload_worker",
            },
            statements=[*_rights(inbox, jobs), channels.publish],
        )
        model_endpoint.grant_invoke(worker.function)
        self.function: lambda_.Function = worker.function
        # The L1: the L2 would grant more than the statements do.
        lambda_.CfnEventSourceMapping(
            self,
            "Mapping",
            function_name=worker.function.function_name,
            event_source_arn=inbox.queue.queue_arn,
            batch_size=upload.batch_pictures,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config=lambda_.CfnEventSourceMapping.ScalingConfigProperty(maximum_concurrency=upload.concurrency),
        )


def _rights(inbox: UploadInbox, jobs: JobsTable) -> list[iam.PolicyStatement]:
    queue = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility")
    return [
        iam.PolicyStatement(actions=[f"sqs:{action}" for action in queue], resources=[inbox.queue.queue_arn]),
        iam.PolicyStatement(actions=["s3:GetObject", "s3:GetObjectVersion"], resources=[inbox.objects]),
        # Without it S3 answers 403 for a file that does not exist.
        iam.PolicyStatement(actions=["s3:ListBucket"], resources=[inbox.bucket.bucket_arn]),
        jobs.allow("GetItem", "UpdateItem"),
    ]
