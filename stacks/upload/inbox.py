"""Where pictures arrive: a bucket that clients upload to with signed forms, and the queue of S3's events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from contract.upload_layout import KEY_PREFIX
from stacks.settings import Settings
from stacks.shared.private_bucket import PrivateBucket, abandoned_uploads

STACK_NAME_LEFT = 25
"""What CloudFormation leaves of a stack's name where the name of a bucket would have more than 63 characters.

Observed, not documented: https://github.com/KensioSoftware/yulin/issues/1113
"""


class UploadInbox(Construct):
    """The bucket, its queue and the dead-letter queue.

    Parameters
    ----------
    settings
        The environment.
    origins
        The web pages from which a browser may upload.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings, origins: Sequence[str]) -> None:
        super().__init__(scope, construct_id)
        upload = settings.upload
        self.dead_letters = _queue(self, "DeadLetters", retention=cdk.Duration.days(upload.dead_letter_days))
        self.queue = _queue(
            self,
            "Queue",
            # Longer than any client waits for a result.
            retention=cdk.Duration.days(4),
            visibility_timeout=cdk.Duration.seconds(upload.visibility_seconds),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=upload.receives),
        )
        self._files = PrivateBucket(
            self,
            "Pictures",
            lifecycle_rules=[_expire(upload.object_days), abandoned_uploads()],
            retain=settings.retain_data,
            access_log_days=365 if settings.retain_logs else 90,
        )
        self.bucket: s3.Bucket = self._files.bucket
        if origins:
            self.bucket.add_cors_rule(
                allowed_methods=[s3.HttpMethods.POST],
                allowed_origins=list(origins),
                allowed_headers=["*"],
                exposed_headers=["ETag"],
                max_age=3000,
            )
        self._notify_queue()

    @property
    def objects(self) -> str:
        """All uploads, for a policy."""
        return self.bucket.arn_for_objects(f"{KEY_PREFIX}*")

    def _notify_queue(self) -> None:
        """Let S3 send every new upload to the queue; `add_event_notification` would deploy a function for it."""
        stack = cdk.Stack.of(self)
        allowed = self.queue.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sqs:SendMessage"],
                principals=[iam.ServicePrincipal("s3.amazonaws.com")],
                resources=[self.queue.queue_arn],
                # Its full name would be a circular dependency.
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    "ArnLike": {"aws:SourceArn": f"arn:{stack.partition}:s3:::{name_begins(stack.stack_name)}*"},
                },
            )
        )
        resource = cast("s3.CfnBucket", self.bucket.node.default_child)
        below = s3.CfnBucket.S3KeyFilterProperty(
            rules=[s3.CfnBucket.FilterRuleProperty(name="prefix", value=KEY_PREFIX)]
        )
        resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            queue_configurations=[
                s3.CfnBucket.QueueConfigurationProperty(
                    event="s3:ObjectCreated:*",
                    queue=self.queue.queue_arn,
                    filter=s3.CfnBucket.NotificationFilterProperty(s3_key=below),
                )
            ]
        )
        if allowed.policy_dependable is not None:
            self.bucket.node.add_dependency(allowed.policy_dependable)


def name_begins(stack_name: str) -> str:
    """How the generated name of a bucket begins: with the stack's, of which 25 characters are left if it is long."""
    return f"{stack_name}-"[:STACK_NAME_LEFT]


def _queue(
    scope: Construct,
    construct_id: str,
    *,
    retention: cdk.Duration,
    visibility_timeout: cdk.Duration | None = None,
    dead_letter_queue: sqs.DeadLetterQueue | None = None,
) -> sqs.Queue:
    return sqs.Queue(
        scope,
        construct_id,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=retention,
        visibility_timeout=visibility_timeout,
        dead_letter_queue=dead_letter_queue,
    )


def _expire(days: int) -> s3.LifecycleRule:
    return s3.LifecycleRule(
        id="expire-uploads",
        expiration=cdk.Duration.days(days),
        noncurrent_version_expiration=cdk.Duration.days(days),
    )
