"""What must survive: the bucket of training data and models. Nothing here changes when a model or the code changes."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from contract.bucket_layout import CHANNELS_PREFIX, CHECKS_PREFIX, DEAD_LETTERS_PREFIX, JOBS_PREFIX, MODELS_PREFIX
from stacks.settings import Settings
from stacks.shared.lasting_reference import make_lasting
from stacks.shared.private_bucket import PrivateBucket, abandoned_uploads


class StorageStack(cdk.Stack):
    """The bucket, and its name for readers outside the application."""

    def __init__(self, scope: Construct, *, settings: Settings) -> None:
        super().__init__(
            scope,
            settings.stack_name("storage"),
            env=cdk.Environment(account=settings.account, region=settings.region),
            description="Digits: the bucket of training data and models",
            termination_protection=settings.retain_data,
        )
        data = PrivateBucket(
            self,
            "Data",
            lifecycle_rules=[_cool_channels(), *_expire_job_results(), _expire_dead_letters(), abandoned_uploads()],
            retain=settings.retain_data,
            access_log_days=365 if settings.retain_logs else 90,
            tells_events=settings.training.on_new_data,
        )
        self.bucket: s3.Bucket = data.bucket
        make_lasting(self.bucket, self.bucket.bucket_name, self.bucket.bucket_arn)
        for statement in _write_models_once(self.bucket):
            self.bucket.add_to_resource_policy(statement)
        ssm.StringParameter(
            self,
            "BucketName",
            parameter_name=f"/digits/{settings.environment}/bucket-name",
            string_value=self.bucket.bucket_name,
            description="Bucket of models and training data",
        )
        cdk.CfnOutput(self, "BucketNameOutput", value=self.bucket.bucket_name).override_logical_id("BucketName")


def _cool_channels() -> s3.LifecycleRule:
    """Training data is read for some days after it was written, then hardly ever.

    The rule has a prefix, and so has every rule that moves or expires anything: nothing may happen to models by itself.
    """
    return s3.LifecycleRule(
        id="cool-training-data",
        prefix=CHANNELS_PREFIX,
        transitions=[
            s3.Transition(storage_class=s3.StorageClass.INFREQUENT_ACCESS, transition_after=cdk.Duration.days(30)),
            s3.Transition(storage_class=s3.StorageClass.GLACIER, transition_after=cdk.Duration.days(90)),
        ],
        noncurrent_version_expiration=cdk.Duration.days(30),
    )


def _expire_job_results() -> list[s3.LifecycleRule]:
    """What jobs and checks wrote is of use for a while; what is worth keeping was published or registered by then.

    A registered model and its metrics are copies of their own below `pipeline/evaluations/`, which no rule names.
    """
    return [
        s3.LifecycleRule(
            id="forget-job-results",
            prefix=JOBS_PREFIX,
            transitions=[
                s3.Transition(storage_class=s3.StorageClass.INFREQUENT_ACCESS, transition_after=cdk.Duration.days(30))
            ],
            expiration=cdk.Duration.days(365),
            noncurrent_version_expiration=cdk.Duration.days(30),
        ),
        s3.LifecycleRule(
            id="forget-data-checks",
            prefix=CHECKS_PREFIX,
            expiration=cdk.Duration.days(90),
            noncurrent_version_expiration=cdk.Duration.days(30),
        ),
    ]


def _expire_dead_letters() -> s3.LifecycleRule:
    """Payloads of dead letters are kept longer than the messages about them, and expire."""
    return s3.LifecycleRule(
        id="forget-dead-letters",
        prefix=DEAD_LETTERS_PREFIX,
        expiration=cdk.Duration.days(30),
        noncurrent_version_expiration=cdk.Duration.days(7),
    )


def _write_models_once(bucket: s3.Bucket) -> list[iam.PolicyStatement]:
    """A model is written once and its versions stay, whatever other policies allow.

    An upload must say If-None-Match, which S3 refuses when the key exists. Parts of an upload cannot say
    it, its completion does. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
    Nobody is locked out: who may change the bucket policy may remove these statements.
    """
    models = [bucket.arn_for_objects(f"{MODELS_PREFIX}*")]
    return [
        iam.PolicyStatement(
            sid="WriteModelsOnce",
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=["s3:PutObject"],
            resources=models,
            conditions={"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}},
        ),
        iam.PolicyStatement(
            sid="KeepModelVersions",
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=["s3:DeleteObjectVersion"],
            resources=models,
        ),
    ]
