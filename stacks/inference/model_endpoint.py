"""An endpoint that serves one XGBoost model, and is updated in place to the next one.

The endpoint's name never changes. Model and endpoint configuration have none of their own: CloudFormation replaces them
when the manifest changes, which needs a new name, and then updates the endpoint. What was replaced stays until the
deployment has seen the endpoint run what replaced it.
"""

from __future__ import annotations

from typing import Any, cast

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from contract.manifest import Manifest
from contract.xgboost_image import XgboostImage
from stacks.inference.capacity import Canary, Capacity, InstanceCapacity, ServerlessCapacity, canary_of, is_scaled
from stacks.inference.endpoint_scaling import EndpointScaling
from stacks.inference.execution_role import make_execution_role
from stacks.inference.rollback_alarms import RollbackAlarms

VARIANT_NAME = "AllTraffic"
"""Name of the one variant. An update that changes it cannot be rolled out step by step."""

SERVING_TAG = "digits:serving"
"""Tag of roles, models and configurations; its value is the name of the endpoint that they serve."""


class ModelEndpoint(Construct):
    """Model, endpoint configuration and endpoint, with the role they need.

    Parameters
    ----------
    endpoint_name
        The stable name, lower case.
    bucket, manifest
        Where the artifact is, and which.
    image
        The container that serves it.
    capacity
        Its capacity, and how the next model is deployed to it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint_name: str,
        bucket: s3.IBucket,
        manifest: Manifest,
        image: XgboostImage,
        capacity: Capacity,
    ) -> None:
        super().__init__(scope, construct_id)
        self.endpoint_name = endpoint_name
        role = make_execution_role(
            self,
            bucket=bucket,
            manifest=manifest,
            image=image,
            endpoint_name=endpoint_name,
            watches_alarms=canary_of(capacity) is not None,
        )
        self.model = sagemaker.CfnModel(
            self,
            "Model",
            execution_role_arn=role.role_arn,
            # A serverless variant cannot have it:
            # https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html#serverless-endpoints-how-it-works-exclusions
            enable_network_isolation=isinstance(capacity, InstanceCapacity),
            primary_container=sagemaker.CfnModel.ContainerDefinitionProperty(
                image=image.uri, model_data_url=bucket.s3_url_for_object(manifest.artifact.key)
            ),
        )
        self.config = sagemaker.CfnEndpointConfig(
            self, "Config", production_variants=[production_variant(self.model.attr_model_name, capacity)]
        )
        alarms = self._rollback_alarms(canary_of(capacity))
        self.endpoint = sagemaker.CfnEndpoint(
            self,
            "Endpoint",
            endpoint_name=endpoint_name,
            endpoint_config_name=self.config.attr_endpoint_config_name,
            deployment_config=_deployment_config(canary_of(capacity), alarms),
            # An update would otherwise begin with as few instances as the configuration has, whatever the load is.
            retain_all_variant_properties=True if is_scaled(capacity) else None,
        )
        if isinstance(capacity, InstanceCapacity) and capacity.scaling:
            EndpointScaling(
                self,
                "Scaling",
                endpoint=self.endpoint,
                variant_name=VARIANT_NAME,
                minimum=capacity.count,
                tracking=capacity.scaling,
            )
        _keep_when_replaced(endpoint_name, cast("iam.CfnRole", role.node.default_child), self.model, self.config)

    def grant_invoke(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow `grantee` to invoke this endpoint, and no other."""
        return iam.Grant.add_to_principal(
            grantee=grantee, actions=["sagemaker:InvokeEndpoint"], resource_arns=[self.endpoint_arn]
        )

    @property
    def endpoint_arn(self) -> str:
        """The endpoint for a policy. It is in lower case, as SageMaker writes it; a policy that differs denies."""
        return self.endpoint.ref

    def metric_server_errors(self, **options: Any) -> cloudwatch.Metric:
        """Responses with a 5xx status, as a sum over a minute."""
        return self._metric("Invocation5XXErrors", {"statistic": "Sum", **options})

    def metric_model_latency(self, **options: Any) -> cloudwatch.Metric:
        """Time that the model container takes for a request, in microseconds, 99th percentile."""
        return self._metric("ModelLatency", {"statistic": "p99", **options})

    def _metric(self, name: str, options: dict[str, Any]) -> cloudwatch.Metric:
        # The name and not a reference: alarms exist before the endpoint that they guard.
        dimensions = {"EndpointName": self.endpoint_name, "VariantName": VARIANT_NAME}
        period = cdk.Duration.minutes(1)
        return cloudwatch.Metric(
            namespace="AWS/SageMaker", metric_name=name, dimensions_map=dimensions, **{"period": period, **options}
        )

    def _rollback_alarms(self, canary: Canary | None) -> RollbackAlarms | None:
        if canary is None:
            return None
        return RollbackAlarms(
            self,
            "Rollback",
            endpoint_name=self.endpoint_name,
            config_name=self.config.attr_endpoint_config_name,
            server_errors=self.metric_server_errors(),
            model_latency=self.metric_model_latency(),
            canary=canary,
        )


def _keep_when_replaced(endpoint_name: str, *resources: cdk.CfnResource) -> None:
    """Keep what an update replaces, under a tag by which the deployment finds it.

    SageMaker may return to the old configuration while CloudFormation takes the update for done and deletes what the
    endpoint then runs on: configuration, model and role. The deployment removes them once the endpoint runs the new one
    (`tools/retired.py`); a plain `cdk deploy` never does.
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteEndpointConfig.html
    """
    for resource in resources:
        resource.cfn_options.deletion_policy = cdk.CfnDeletionPolicy.DELETE
        resource.cfn_options.update_replace_policy = cdk.CfnDeletionPolicy.RETAIN
        cdk.Tags.of(resource).add(SERVING_TAG, endpoint_name)


def production_variant(model_name: str, capacity: Capacity) -> sagemaker.CfnEndpointConfig.ProductionVariantProperty:
    """The one variant of a configuration, with that capacity."""
    if isinstance(capacity, ServerlessCapacity):
        return sagemaker.CfnEndpointConfig.ProductionVariantProperty(
            variant_name=VARIANT_NAME,
            model_name=model_name,
            initial_variant_weight=1,
            serverless_config=sagemaker.CfnEndpointConfig.ServerlessConfigProperty(
                memory_size_in_mb=capacity.memory_mb,
                max_concurrency=capacity.max_concurrency,
                provisioned_concurrency=capacity.provisioned_concurrency,
            ),
        )
    return sagemaker.CfnEndpointConfig.ProductionVariantProperty(
        variant_name=VARIANT_NAME,
        model_name=model_name,
        initial_variant_weight=1,
        instance_type=capacity.instance_type,
        initial_instance_count=capacity.count,
        model_data_download_timeout_in_seconds=capacity.download_seconds,
        container_startup_health_check_timeout_in_seconds=capacity.startup_seconds,
    )


def _deployment_config(
    canary: Canary | None, alarms: RollbackAlarms | None
) -> sagemaker.CfnEndpoint.DeploymentConfigProperty | None:
    """How an update is deployed. By default SageMaker moves all traffic when the new model passes health checks."""
    if canary is None or alarms is None:
        return None
    return sagemaker.CfnEndpoint.DeploymentConfigProperty(
        auto_rollback_configuration=sagemaker.CfnEndpoint.AutoRollbackConfigProperty(
            alarms=[sagemaker.CfnEndpoint.AlarmProperty(alarm_name=name) for name in alarms.names]
        ),
        blue_green_update_policy=sagemaker.CfnEndpoint.BlueGreenUpdatePolicyProperty(
            maximum_execution_timeout_in_seconds=canary.execution_seconds,
            termination_wait_in_seconds=canary.bake_seconds,
            traffic_routing_configuration=sagemaker.CfnEndpoint.TrafficRoutingConfigProperty(
                type="CANARY",
                canary_size=sagemaker.CfnEndpoint.CapacitySizeProperty(type="CAPACITY_PERCENT", value=canary.percent),
                wait_interval_in_seconds=canary.wait_seconds,
            ),
        ),
    )
