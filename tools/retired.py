"""What updates of an endpoint have replaced: found by its tag, and removed once the endpoint runs something else.

CloudFormation keeps roles, models and endpoint configurations that an update replaced, because SageMaker may return to
them by itself (`stacks/inference/model_endpoint.py`). Only a deployment that has seen the endpoint run the new
configuration removes them; a plain `cdk deploy` never does, and the next `make deploy` finds what it left.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

SERVING_TAG = "digits:serving"
"""As `stacks/inference/model_endpoint.py` has it; its value is the name of the endpoint."""


@dataclass(frozen=True, kw_only=True)
class Retired:
    """Names of what no longer serves an endpoint."""

    configurations: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    roles: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.configurations) + len(self.models) + len(self.roles)


def find_retired(sagemaker: Any, iam: Any, endpoint_name: str, keep: frozenset[str]) -> Retired:
    """Find what has the tag of an endpoint and serves it no more.

    Parameters
    ----------
    sagemaker, iam
        Clients of botocore.
    endpoint_name
        The endpoint. What it runs now, and what it is being updated to, is kept.
    keep
        Physical ids (names or ARNs) of what the stack owns now; they are kept whatever the endpoint runs.
    """
    used = _used(sagemaker, endpoint_name, keep)
    configurations = [
        name
        for name in _tagged(sagemaker, "EndpointConfig", endpoint_name)
        if name not in used.configurations and not _names(keep, name)
    ]
    models = [
        name
        for name in _tagged(sagemaker, "Model", endpoint_name)
        if name not in used.models and not _names(keep, name)
    ]
    roles = [name for name in _roles(iam, endpoint_name) if name not in used.roles and not _names(keep, name)]
    return Retired(configurations=tuple(configurations), models=tuple(models), roles=tuple(roles))


def remove_retired(sagemaker: Any, iam: Any, retired: Retired) -> None:
    """Remove it: configurations before the models that they name, models before their roles."""
    for name in retired.configurations:
        sagemaker.delete_endpoint_config(EndpointConfigName=name)
    for name in retired.models:
        sagemaker.delete_model(ModelName=name)
    for name in retired.roles:
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
        iam.delete_role(RoleName=name)


def owned_by(cloudformation: Any, stack: str) -> frozenset[str]:
    """Physical ids of what a stack owns now; empty when it is not there."""
    try:
        pages = list(cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack))
    except cloudformation.exceptions.ClientError as error:
        if "does not exist" in str(error):
            return frozenset()
        raise
    found = [summary for page in pages for summary in page["StackResourceSummaries"]]
    here = [summary for summary in found if not summary["ResourceStatus"].startswith("DELETE_")]
    return frozenset(summary["PhysicalResourceId"] for summary in here if summary.get("PhysicalResourceId"))


def _used(sagemaker: Any, endpoint_name: str, keep: frozenset[str]) -> Retired:
    """What the endpoint runs now or is being updated to, without the roles of models that are kept with theirs.

    Nothing when there is no endpoint.
    """
    try:
        endpoint = sagemaker.describe_endpoint(EndpointName=endpoint_name)
    except sagemaker.exceptions.ClientError as error:
        if "Could not find" in str(error):
            return Retired()
        raise
    names = {endpoint["EndpointConfigName"]}
    if pending := endpoint.get("PendingDeploymentSummary", {}).get("EndpointConfigName"):
        names.add(pending)
    variants = [
        variant
        for name in names
        for variant in sagemaker.describe_endpoint_config(EndpointConfigName=name)["ProductionVariants"]
    ]
    models = {variant["ModelName"] for variant in variants}
    # Whoever deploys need not be allowed to look at a model without the tag, as one has that was deployed before it.
    unknown = [name for name in models if not _names(keep, name)]
    arns = [sagemaker.describe_model(ModelName=name)["ExecutionRoleArn"] for name in unknown]
    roles = {arn.rpartition("/")[2] for arn in arns}
    return Retired(configurations=tuple(names), models=tuple(models), roles=tuple(roles))


def _tagged(sagemaker: Any, kind: str, endpoint_name: str) -> Iterator[str]:
    """Names of the models or configurations that have the tag."""
    operation = {"Model": "list_models", "EndpointConfig": "list_endpoint_configs"}[kind]
    for page in sagemaker.get_paginator(operation).paginate():
        for item in page[f"{kind}s"]:
            tags = sagemaker.list_tags(ResourceArn=item[f"{kind}Arn"])["Tags"]
            if {"Key": SERVING_TAG, "Value": endpoint_name} in tags:
                yield item[f"{kind}Name"]


def _roles(iam: Any, endpoint_name: str) -> Iterator[str]:
    """Names of the roles that have the tag; their path begins with the name of the endpoint."""
    for page in iam.get_paginator("list_roles").paginate(PathPrefix=f"/{endpoint_name}/"):
        for role in page["Roles"]:
            tags = iam.list_role_tags(RoleName=role["RoleName"])["Tags"]
            if {"Key": SERVING_TAG, "Value": endpoint_name} in tags:
                yield role["RoleName"]


def _names(keep: frozenset[str], name: str) -> bool:
    """Whether one of the physical ids is this name, or an ARN of it. SageMaker writes names in ARNs in lower case."""
    return any(each.rpartition("/")[2].lower() == name.lower() for each in keep)
