"""How big images come in: a bucket to upload to, a worker that reads what arrives, and the channels it publishes on."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from contract.manifest import Manifest
from stacks.inference.endpoint_variables import endpoint_variables
from stacks.inference.model_endpoint import ModelEndpoint
from stacks.settings import Settings
from stacks.upload.channels import JobChannels
from stacks.upload.inbox import UploadInbox
from stacks.upload.jobs_table import JobsTable
from stacks.upload.worker import UploadWorker


class UploadStack(cdk.Stack):
    """Everything behind an upload but the routes.

    Parameters
    ----------
    settings
        The environment.
    manifest
        The promoted model, which results name.
    model_endpoint
        The endpoint that the worker calls.
    user_pool
        Users who may subscribe to results; None where there are none.
    origins
        The web pages from which a browser may upload.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        settings: Settings,
        manifest: Manifest,
        model_endpoint: ModelEndpoint,
        user_pool: cognito.IUserPool | None,
        origins: Sequence[str],
    ) -> None:
        super().__init__(
            scope,
            settings.stack_name("upload"),
            env=cdk.Environment(account=settings.account, region=settings.region),
            description="Digits: uploads of pictures and their results",
        )
        self.inbox = UploadInbox(self, "Inbox", settings=settings, origins=origins)
        self.jobs = JobsTable(self, "Tables")
        self.channels = JobChannels(self, "Channels", settings=settings, user_pool=user_pool)
        self.worker = UploadWorker(
            self,
            "Reading",
            settings=settings,
            inbox=self.inbox,
            jobs=self.jobs,
            channels=self.channels,
            model_endpoint=model_endpoint,
            # The queue retries, with growing delays: the client need not.
            environment=endpoint_variables(settings, manifest, model_endpoint, attempts=1),
        )
        outputs = {
            "UploadBucketName": self.inbox.bucket.bucket_name,
            "QueueUrl": self.inbox.queue.queue_url,
            "DeadLettersUrl": self.inbox.dead_letters.queue_url,
            "JobsTableName": self.jobs.table.table_name,
            "WorkerName": self.worker.function.function_name,
            "EventsApiId": self.channels.api.api_id,
            "EventsHttpHost": self.channels.api.http_dns,
            "EventsRealtimeHost": self.channels.api.realtime_dns,
        }
        for name, value in outputs.items():
            cdk.CfnOutput(self, name, value=value)
