"""Target tracking of an endpoint's instances: Application Auto Scaling changes their number with the load.

Both resources come after the endpoint, since only a variant that exists can be registered, and go before it. SageMaker
refuses to change the instance type while the variant is registered: `make deploy` takes both out first
(`tools/scaling_change.py`), and the deployment makes them again.
https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html
"""

from __future__ import annotations

from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from stacks.inference.capacity import TargetTracking

NAMESPACE, DIMENSION = "sagemaker", "sagemaker:variant:DesiredInstanceCount"
METRIC = "SageMakerVariantInvocationsPerInstance"
"""Average invocations of each instance in a minute.
https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html
"""


class EndpointScaling(Construct):
    """The variant as a scalable target, and the one policy that scales it.

    No role is named: the service has a role of its own in each account, which it makes when it is first needed.
    https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-service-linked-roles.html

    Parameters
    ----------
    endpoint, variant_name
        What is scaled.
    minimum
        Instances that run at least.
    tracking
        How many at most, and which load each of them is to have.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint: sagemaker.CfnEndpoint,
        variant_name: str,
        minimum: int,
        tracking: TargetTracking,
    ) -> None:
        super().__init__(scope, construct_id)
        target = scaling.CfnScalableTarget(
            self,
            "Target",
            service_namespace=NAMESPACE,
            scalable_dimension=DIMENSION,
            resource_id=f"endpoint/{endpoint.endpoint_name}/variant/{variant_name}",
            min_capacity=minimum,
            max_capacity=tracking.maximum,
        )
        target.node.add_dependency(endpoint)
        configuration = scaling.CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty(
            target_value=tracking.invocations_per_minute,
            predefined_metric_specification=scaling.CfnScalingPolicy.PredefinedMetricSpecificationProperty(
                predefined_metric_type=METRIC
            ),
            scale_out_cooldown=tracking.scale_out_seconds,
            scale_in_cooldown=tracking.scale_in_seconds,
        )
        scaling.CfnScalingPolicy(
            self,
            "Policy",
            policy_name=f"{endpoint.endpoint_name}-invocations",
            policy_type="TargetTrackingScaling",
            scaling_target_id=target.ref,
            target_tracking_scaling_policy_configuration=configuration,
        )
