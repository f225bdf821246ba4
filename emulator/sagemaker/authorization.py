"""Which IAM resource a SageMaker request is about, so that policies are evaluated for real.

Source: the service authorization reference of Amazon SageMaker AI. Pure functions on the request.
"""

from __future__ import annotations

import json

from emulator.sagemaker.http_api import endpoint_name
from emulator.sagemaker.records import Scope

_NAMED = {"ModelName": "model", "EndpointConfigName": "endpoint-config", "EndpointName": "endpoint"}
_OF_OPERATION = {
    "CreateModel": ("ModelName",),
    "DescribeModel": ("ModelName",),
    "DeleteModel": ("ModelName",),
    "CreateEndpointConfig": ("EndpointConfigName",),
    "DescribeEndpointConfig": ("EndpointConfigName",),
    "DeleteEndpointConfig": ("EndpointConfigName",),
    "CreateEndpoint": ("EndpointName", "EndpointConfigName"),
    "UpdateEndpoint": ("EndpointName", "EndpointConfigName"),
    "UpdateEndpointWeightsAndCapacities": ("EndpointName",),
    "DescribeEndpoint": ("EndpointName",),
    "DeleteEndpoint": ("EndpointName",),
}


def invocation_resource(scope: Scope, path: str) -> str:
    """ARN that `sagemaker:InvokeEndpoint` is authorised on."""
    return scope.arn("endpoint", endpoint_name(path))


def control_resource(scope: Scope, target: str, body: bytes) -> str:
    """ARN that a control-plane action is authorised on; `*` for the List actions.

    CreateEndpoint and UpdateEndpoint name two resources on AWS; the endpoint decides here.
    """
    try:
        document = json.loads(body or b"{}")
    except (json.JSONDecodeError, UnicodeDecodeError):
        return "*"
    if not isinstance(document, dict):
        return "*"
    if isinstance(document.get("ResourceArn"), str):
        return str(document["ResourceArn"])
    for member in _OF_OPERATION.get(target.rpartition(".")[2], ()):
        if isinstance(document.get(member), str):
            return scope.arn(_NAMED[member], document[member])
    return "*"
