"""The one change of an endpoint's capacity that SageMaker refuses: from instances to serverless.

https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-update.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tools.review.rules.sagemaker_capacity import NOT_SERVERLESS

CONFIG = "AWS::SageMaker::EndpointConfig"
ENDPOINT = "AWS::SageMaker::Endpoint"
REMEDY = (
    "remove the stack of the endpoint and those that use it, with 'make destroy', and deploy again; "
    "nobody is served in between"
)


def serverless_refusals(deployed: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each endpoint with instances that would become serverless under the same name.

    Parameters
    ----------
    deployed, wanted
        Templates of one stack.
    """
    for logical_id, after in _endpoints(wanted).items():
        before = _endpoints(deployed).get(logical_id)
        if before is not None and _name(before) == _name(after):
            old, new = (_config_of(template, endpoint) for template, endpoint in ((deployed, before), (wanted, after)))
            if becomes_serverless(old.get("ProductionVariants"), new.get("ProductionVariants")):
                yield f"endpoint {_name(after) or logical_id} would become serverless: {NOT_SERVERLESS}: {REMEDY}"


def becomes_serverless(before: Any, after: Any) -> bool:
    """Whether variants with instances become serverless ones."""
    return bool(before and after) and not _any_serverless(before) and _any_serverless(after)


def _any_serverless(variants: Any) -> bool:
    return isinstance(variants, list) and any(
        isinstance(variant, dict) and variant.get("ServerlessConfig") for variant in variants
    )


def _endpoints(template: Mapping[str, Any]) -> dict[str, Any]:
    resources = template.get("Resources", {})
    return {name: resource for name, resource in resources.items() if resource.get("Type") == ENDPOINT}


def _name(endpoint: Mapping[str, Any]) -> Any:
    return endpoint.get("Properties", {}).get("EndpointName")


def _config_of(template: Mapping[str, Any], endpoint: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = endpoint.get("Properties", {}).get("EndpointConfigName")
    target = reference.get("Fn::GetAtt", [reference.get("Ref")])[0] if isinstance(reference, dict) else None
    resource = template.get("Resources", {}).get(target, {})
    properties: Mapping[str, Any] = resource.get("Properties", {}) if resource.get("Type") == CONFIG else {}
    return properties
