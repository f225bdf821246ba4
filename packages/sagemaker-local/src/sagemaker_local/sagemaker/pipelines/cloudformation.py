"""AWS::SageMaker::Pipeline as a CloudFormation resource type; `Ref` is the name, and all but it changes in place.

The definition is a property with `PipelineDefinitionBody` or `PipelineDefinitionS3Location` in it, which the operations
take one by one.
"""

from __future__ import annotations

import uuid

from sagemaker_local.sagemaker.cloudformation import Created, ResourceHandlers, ResourceType
from sagemaker_local.sagemaker.shapes import Json

PIPELINE_TYPE = ResourceType(
    kind="Pipeline",
    keeps=frozenset(
        {
            "ParallelismConfiguration",
            "PipelineDefinition",
            "PipelineDescription",
            "PipelineDisplayName",
            "RoleArn",
            "Tags",
        }
    ),
    operation_only=frozenset({"ClientRequestToken", "PipelineDefinitionS3Location"}),
)


class PipelineHandlers(ResourceHandlers):
    """Create, update and delete of a pipeline; its physical id is its name."""

    def create(self, logical_id: str, properties: Json, stack_name: str) -> Created:
        """Create the pipeline; returns its name."""
        name = properties.get("PipelineName") or self._generated_name(stack_name, logical_id)
        request = self._pipeline_request("CreatePipeline", {**properties, "PipelineName": name})
        self._call("CreatePipeline", {**request, "ClientRequestToken": str(uuid.uuid4())})
        return name, {}

    def update(self, name: str, old: Json, new: Json, _stack_name: str) -> Created:
        """Change the pipeline in place; executions under way keep the definition that they began with."""
        request = self._pipeline_request("UpdatePipeline", {**new, "PipelineName": name})
        request.pop("Tags", None)
        arn = str(self._call("UpdatePipeline", request)["PipelineArn"])
        self._tag(arn, old, new)
        return name, {}

    def delete(self, name: str, _properties: Json) -> None:
        """Delete the pipeline; one that is gone is fine."""
        request = {"PipelineName": name, "ClientRequestToken": str(uuid.uuid4())}
        try:
            self._call("DeletePipeline", request)
        except RuntimeError as error:
            if "does not exist" not in str(error):
                raise

    def _pipeline_request(self, operation: str, properties: Json) -> Json:
        definition = _definition(properties.get("PipelineDefinition"))
        request = self._request(operation, {**properties, "PipelineDefinition": ""})
        del request["PipelineDefinition"]
        return {**request, **definition}


def _definition(value: object) -> Json:
    """The property as members of a request.

    Raises
    ------
    ValueError
        When it is neither a text nor a place in S3.
    """
    body, place = (value.get(key) for key in _KEYS) if isinstance(value, dict) else (None, None)
    if isinstance(body, str):
        return {"PipelineDefinition": body}
    if isinstance(place, dict) and {"Bucket", "Key"} <= place.keys():
        return {"PipelineDefinitionS3Location": {"Bucket": place["Bucket"], "ObjectKey": place["Key"]}}
    msg = f"PipelineDefinition must have {_KEYS[0]}, a string, or {_KEYS[1]} with Bucket and Key; got {value!r}"
    raise ValueError(msg)


_KEYS = ("PipelineDefinitionBody", "PipelineDefinitionS3Location")
