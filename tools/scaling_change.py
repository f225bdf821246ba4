"""Changes of an endpoint that SageMaker refuses while Application Auto Scaling scales it, and what makes them possible.

Another instance type, or a variant that goes. CloudFormation would meet the refusal in the middle of the update, since
it changes the endpoint first and has no reason to touch what scales it. So the deployment updates the stack twice: at
first to the deployed template without the scaling, which CloudFormation then deregisters, and then to the wanted one,
which registers it again. In between, and after a failure, the endpoint keeps the instances that it has.
https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tools.serving_templates import endpoint_name, endpoints, variants

SCALING = "AWS::ApplicationAutoScaling::"
TARGET = f"{SCALING}ScalableTarget"


def scaled_and_changed(deployed: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """Names of the endpoints of a stack that are scaled and would get other machines.

    Parameters
    ----------
    deployed, wanted
        Templates of one stack.
    """
    found = []
    for logical_id, before in endpoints(deployed).items():
        name, after = endpoint_name(before), endpoints(wanted).get(logical_id)
        if after is None or endpoint_name(after) != name:  # goes with its target
            continue
        machines = _machines(wanted, after)
        for variant, machine in _machines(deployed, before).items():
            if f"endpoint/{name}/variant/{variant}" in _scaled(deployed) and machines.get(variant) != machine:
                found.append(str(name))
                break
    return found


def take_scaling_out(cloudformation: Any, stack: str) -> None:
    """Update a deployed stack to its own template without what scales, and wait until that is done.

    Raises
    ------
    botocore.exceptions.ClientError, botocore.exceptions.WaiterError
        If CloudFormation does not do it.
    """
    (described,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    body = cloudformation.get_template(StackName=stack, TemplateStage="Original")["TemplateBody"]
    template = json.loads(body) if isinstance(body, str) else body
    cloudformation.update_stack(
        StackName=stack,
        TemplateBody=json.dumps(without_scaling(template), separators=(",", ":")),
        Parameters=[
            {"ParameterKey": parameter["ParameterKey"], "UsePreviousValue": True}
            for parameter in described.get("Parameters", [])
        ],
        Capabilities=described.get("Capabilities", []),
    )
    cloudformation.get_waiter("stack_update_complete").wait(StackName=stack, WaiterConfig={"Delay": 5})


def without_scaling(template: Mapping[str, Any]) -> dict[str, Any]:
    """The template without scalable targets and their policies, to which nothing else refers."""
    resources = template["Resources"]
    kept = {name: each for name, each in resources.items() if not str(each.get("Type")).startswith(SCALING)}
    return {**template, "Resources": kept}


def _machines(template: Mapping[str, Any], endpoint: Mapping[str, Any]) -> dict[str, Any]:
    """The instance type of each variant."""
    return {str(each.get("VariantName")): each.get("InstanceType") for each in variants(template, endpoint)}


def _scaled(template: Mapping[str, Any]) -> set[str]:
    """What the scalable targets of a template are about."""
    resources = template.get("Resources", {}).values()
    return {str(each.get("Properties", {}).get("ResourceId")) for each in resources if each.get("Type") == TARGET}
