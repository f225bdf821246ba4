"""The one change of an endpoint's capacity that SageMaker refuses: from instances to serverless.

https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-update.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.review.rules.sagemaker_capacity import NOT_SERVERLESS
from tools.serving_templates import endpoint_name, endpoints, variants

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
    for logical_id, after in endpoints(wanted).items():
        before = endpoints(deployed).get(logical_id)
        if before is None or endpoint_name(before) != endpoint_name(after):
            continue
        if becomes_serverless(variants(deployed, before), variants(wanted, after)):
            name = endpoint_name(after) or logical_id
            yield f"endpoint {name} would become serverless: {NOT_SERVERLESS}: {REMEDY}"


def becomes_serverless(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> bool:
    """Whether variants with instances become serverless ones."""
    return bool(before and after) and not _any_serverless(before) and _any_serverless(after)


def _any_serverless(found: Sequence[Mapping[str, Any]]) -> bool:
    return any(variant.get("ServerlessConfig") for variant in found)
