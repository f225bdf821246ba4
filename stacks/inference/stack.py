"""What changes with every model: the check of its artifact, and the endpoint that serves it."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct

from contract.manifest import Manifest
from contract.xgboost_image import XgboostImage
from stacks.inference.artifact_check import ArtifactCheck
from stacks.inference.execution_role import LOG_GROUPS
from stacks.inference.model_endpoint import ModelEndpoint
from stacks.settings import Settings
from stacks.shared.log_group import make_log_group


class InferenceStack(cdk.Stack):
    """The endpoint of the model that the manifest names.

    Parameters
    ----------
    settings
        The environment.
    manifest
        The promoted model.
    bucket
        Where its artifact was published.
    """

    def __init__(self, scope: Construct, *, settings: Settings, manifest: Manifest, bucket: s3.IBucket) -> None:
        super().__init__(
            scope,
            settings.stack_name("inference"),
            env=cdk.Environment(account=settings.account, region=settings.region),
            description="Digits: the endpoint that serves the promoted model",
        )
        check = ArtifactCheck(self, "Artifact", settings=settings, bucket=bucket, manifest=manifest)
        self.model_endpoint = ModelEndpoint(
            self,
            "Serving",
            endpoint_name=settings.endpoint_name,
            bucket=bucket,
            manifest=manifest,
            image=XgboostImage(region=settings.region, tag=manifest.framework.image_tag),
            capacity=settings.capacity,
        )
        self.model_endpoint.model.node.add_dependency(check.resource)
        # SageMaker would make it by itself, without an end to its retention.
        logs = make_log_group(self, "EndpointLogs", settings, log_group_name=f"{LOG_GROUPS}/{settings.endpoint_name}")
        self.model_endpoint.endpoint.node.add_dependency(logs)
        cdk.CfnOutput(self, "EndpointName", value=settings.endpoint_name)
        # SageMaker may return to the old configuration by itself; whoever deploys compares with this name.
        cdk.CfnOutput(self, "EndpointConfigName", value=self.model_endpoint.config.attr_endpoint_config_name)
