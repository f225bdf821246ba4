"""Private buckets, over TLS only, with access logs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.shared.retention import removal_policy


class PrivateBucket(Construct):
    """A versioned bucket, and a second one that keeps the log of who read and wrote it.

    Encrypted with keys that S3 manages; why not KMS is in docs/adr/0004-bucket.md.

    Parameters
    ----------
    lifecycle_rules
        Lifecycle rules.
    retain
        Whether both buckets outlive their stack.
    access_log_days
        How long the access log is kept.
    tells_events
        Whether EventBridge receives an event for every new object.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        lifecycle_rules: Sequence[s3.LifecycleRule],
        retain: bool,
        access_log_days: int,
        tells_events: bool = False,
    ) -> None:
        super().__init__(scope, construct_id)
        policy = removal_policy(kept=retain)
        self.access_logs = s3.Bucket(
            self,
            "AccessLogs",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            removal_policy=policy,
            lifecycle_rules=[
                s3.LifecycleRule(id="expire-log-lines", expiration=cdk.Duration.days(access_log_days)),
                abandoned_uploads(),
            ],
        )
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            removal_policy=policy,
            lifecycle_rules=list(lifecycle_rules),
            server_access_logs_bucket=self.access_logs,
            server_access_logs_prefix="bucket/",
        )
        if tells_events:
            _tell_events(self.bucket)


def _tell_events(bucket: s3.Bucket) -> None:
    """Switch events on in the bucket itself; `event_bridge_enabled` would deploy a function that does so."""
    resource = cast("s3.CfnBucket", bucket.node.default_child)
    events = s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
    resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
        event_bridge_configuration=events
    )


def old_versions(days: int) -> s3.LifecycleRule:
    """The rule that removes versions which were replaced so many days ago. It cannot touch a current one."""
    return s3.LifecycleRule(id="expire-old-versions", noncurrent_version_expiration=cdk.Duration.days(days))


def abandoned_uploads() -> s3.LifecycleRule:
    """The rule that removes the parts of incomplete multipart uploads. It does not affect objects."""
    return s3.LifecycleRule(id="abort-unfinished-uploads", abort_incomplete_multipart_upload_after=cdk.Duration.days(7))
