"""A step of the deployment that fails early, with a sentence, when the model's artifact is not in the bucket.

Without it SageMaker tries for minutes and then says that it could not download something.
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from contract.bucket_layout import MODELS_PREFIX
from contract.manifest import Manifest
from stacks.settings import Settings
from stacks.shared.function_bundle import FunctionSource
from stacks.shared.lambda_function import PythonFunction

TIMEOUT_SECONDS = 30


class ArtifactCheck(Construct):
    """Checks that the object exists in S3, with the size and digest of the manifest. What needs it depends on this."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, bucket: s3.IBucket, manifest: Manifest
    ) -> None:
        super().__init__(scope, construct_id)
        check = PythonFunction(
            self,
            "Check",
            source=FunctionSource(package="artifact_check"),
            packages=None,
            settings=settings,
            description="Checks that the artifact of the model is in the bucket before it is served",
            timeout_seconds=TIMEOUT_SECONDS,
            memory_mb=256,
            # Every model and not this one: the right of a new key might not have reached S3 when the check asks.
            statements=[
                iam.PolicyStatement(actions=["s3:GetObject"], resources=[bucket.arn_for_objects(f"{MODELS_PREFIX}*")])
            ],
        )
        self.resource = cdk.CustomResource(
            self,
            "Resource",
            resource_type="Custom::ModelArtifactCheck",
            service_token=check.function.function_arn,
            service_timeout=cdk.Duration.seconds(2 * TIMEOUT_SECONDS),
            properties={
                "Bucket": bucket.bucket_name,
                "Key": manifest.artifact.key,
                "Sha256": manifest.artifact.sha256,
                "SizeBytes": manifest.artifact.size_bytes,
            },
        )
