"""AWS::SageMaker::Model, EndpointConfig and Endpoint as CloudFormation resource types.

`Ref` is the ARN for all three, and the names are attributes, as in AWS. An endpoint is created, updated and deleted
once its processes are.

An update that SageMaker rolls back ends in an endpoint that is `InService` with its old configuration. Whether
CloudFormation notices is not known: here the update of the stack fails, or, with the fault `unnoticed` of the stack,
succeeds and the stack takes the new configuration for the one that serves.
"""

from __future__ import annotations

from sagemaker_local.faults.store import Request
from sagemaker_local.faults.targets import CLOUDFORMATION
from sagemaker_local.sagemaker.cloudformation import Created, ResourceHandlers, ResourceType
from sagemaker_local.sagemaker.records import Endpoint, Status
from sagemaker_local.sagemaker.shapes import Json

MODEL_TYPE = ResourceType(kind="Model", keeps=frozenset({"Tags"}))
CONFIG_TYPE = ResourceType(kind="EndpointConfig", keeps=frozenset({"Tags"}))
ENDPOINT_TYPE = ResourceType(
    kind="Endpoint",
    keeps=frozenset(
        {
            "DeploymentConfig",
            "EndpointConfigName",
            "ExcludeRetainedVariantProperties",
            "RetainAllVariantProperties",
            "RetainDeploymentConfig",
            "Tags",
        }
    ),
)
_DEPLOYS = ("EndpointConfigName", "DeploymentConfig")


class EndpointHandlers(ResourceHandlers):
    """Create, update and delete of an endpoint."""

    def create(self, logical_id: str, properties: Json, stack_name: str) -> Created:
        """Create the endpoint and wait until it is in service; one that fails is deleted again."""
        arn, attributes = super().create(logical_id, properties, stack_name)
        endpoint = self._settled(arn)
        if endpoint.status is not Status.IN_SERVICE:
            reason = endpoint.failure_reason
            self.delete(arn, properties)
            raise RuntimeError(reason)
        return arn, attributes

    def update(self, arn: str, old: Json, new: Json, stack_name: str) -> Created:
        """Deploy another configuration if it changed, and wait until it serves."""
        if any(old.get(key) != new.get(key) for key in _DEPLOYS):
            self._deploy(arn, new, stack_name)
        return super().update(arn, old, new, stack_name)

    def delete(self, arn: str, properties: Json) -> None:
        """Delete the endpoint once nothing is under way, and wait until its processes are gone."""
        self._wait_until_settled(arn)
        super().delete(arn, properties)
        self._wait_until_settled(arn)

    def _deploy(self, arn: str, new: Json, stack_name: str) -> None:
        name = str(self._describe(arn)[self._type.name_property])
        request = self._request("UpdateEndpoint", {**new, "EndpointName": name})
        request.pop("Tags", None)
        self._call("UpdateEndpoint", request)
        endpoint = self._settled(arn)
        if endpoint.config_name != request["EndpointConfigName"] or endpoint.failure_reason:
            rollback = Request(service=CLOUDFORMATION, resource=stack_name, operation="RollbackEndpoint")
            if self._service.fleet.faults.take_for(rollback) is None:
                raise RuntimeError(endpoint.failure_reason)

    def _settled(self, arn: str) -> Endpoint:
        self._wait_until_settled(arn)
        return self._service.control(self._scope()).endpoint(arn.rpartition("/")[2])

    def _wait_until_settled(self, arn: str) -> None:
        self._wait(self._service.fleet.settled(self._scope(), arn.rpartition("/")[2]))
