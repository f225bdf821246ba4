"""The endpoints in a template of CloudFormation, and the variants that they serve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CONFIG = "AWS::SageMaker::EndpointConfig"
ENDPOINT = "AWS::SageMaker::Endpoint"


def endpoints(template: Mapping[str, Any]) -> dict[str, Any]:
    """The endpoints of a template, by their logical ids."""
    resources = template.get("Resources", {})
    return {name: resource for name, resource in resources.items() if resource.get("Type") == ENDPOINT}


def endpoint_name(endpoint: Mapping[str, Any]) -> Any:
    """Its name, where the template gives it one."""
    return endpoint.get("Properties", {}).get("EndpointName")


def variants(template: Mapping[str, Any], endpoint: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The production variants of its configuration, if that is in the same template."""
    reference = endpoint.get("Properties", {}).get("EndpointConfigName")
    target = reference.get("Fn::GetAtt", [reference.get("Ref")])[0] if isinstance(reference, dict) else None
    resource = template.get("Resources", {}).get(target, {})
    found = resource.get("Properties", {}).get("ProductionVariants") if resource.get("Type") == CONFIG else None
    return [variant for variant in found if isinstance(variant, dict)] if isinstance(found, list) else []
