"""What everything else in the account uses of SageMaker's quotas: other endpoints and notebook instances.

Jobs of others are not counted: they come and go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial

from tools.preflight.check import Check, Client, asked
from tools.preflight.needs import ENDPOINT_INSTANCES, NOTEBOOKS, SERVERLESS, Templates, of_type

ENDPOINTS = "what other endpoints use"
RUNNING = ("Pending", "InService", "Updating", "Stopping")
"""States in which a notebook instance has a machine."""


def used_by_others(client: Client, wanted: Templates, used: Counter[str]) -> Iterator[Check]:
    """Count what others use, by the names of the quotas; a check comes of what could not be asked.

    Parameters
    ----------
    wanted
        The environment's own templates: what they name is not of others.
    used
        Is added to.
    """
    own = {
        name
        for kind, member in (
            ("AWS::SageMaker::Endpoint", "EndpointName"),
            ("AWS::SageMaker::NotebookInstance", "NotebookInstanceName"),
        )
        for _, _, properties in of_type(wanted, kind)
        if isinstance(name := properties.get(member), str)
    }
    yield from asked("quota", "sagemaker:ListEndpoints", partial(_endpoints, client, own, used), item=ENDPOINTS)
    ask = partial(_notebooks, client, own, used)
    yield from asked("quota", "sagemaker:ListNotebookInstances", ask, item="what other notebook instances use")


def _endpoints(client: Client, own: set[str], used: Counter[str]) -> Iterator[Check]:
    sagemaker = client("sagemaker")
    for page in sagemaker.get_paginator("list_endpoints").paginate():
        for name in {endpoint["EndpointName"] for endpoint in page["Endpoints"]} - own:
            endpoint = sagemaker.describe_endpoint(EndpointName=name)
            config = sagemaker.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
            kinds = {variant["VariantName"]: variant.get("InstanceType") for variant in config["ProductionVariants"]}
            for variant in endpoint.get("ProductionVariants", []):
                serverless = variant.get("CurrentServerlessConfig")
                used[SERVERLESS] += serverless["MaxConcurrency"] if serverless else 0
                count = 0 if serverless else variant.get("CurrentInstanceCount", 0)
                used[f"{kinds.get(variant['VariantName'])} for endpoint usage"] += count
                used[ENDPOINT_INSTANCES] += count
    yield from ()


def _notebooks(client: Client, own: set[str], used: Counter[str]) -> Iterator[Check]:
    for page in client("sagemaker").get_paginator("list_notebook_instances").paginate():
        for notebook in page["NotebookInstances"]:
            if notebook["NotebookInstanceName"] in own:
                continue
            used[NOTEBOOKS] += 1
            running = notebook.get("NotebookInstanceStatus") in RUNNING
            used[f"{notebook.get('InstanceType')} for notebook instance usage"] += running
    yield from ()
