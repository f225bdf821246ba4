"""`cdk destroy` leaves nothing of the application behind."""

from __future__ import annotations

from tools.deployment import Deployment, destroy, synthesise


def test_destroying_leaves_nothing(deployment: Deployment) -> None:
    synthesise(deployment)
    destroy(deployment, "api", "inference", "stream", "storage")
    sagemaker, logs = deployment.client("sagemaker"), deployment.client("logs")
    assert sagemaker.list_endpoints()["Endpoints"] == []
    assert sagemaker.list_endpoint_configs()["EndpointConfigs"] == []
    assert sagemaker.list_models()["Models"] == []
    assert deployment.client("lambda").list_functions()["Functions"] == []
    assert deployment.client("apigateway").get_rest_apis()["items"] == []
    assert [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]] == []
    assert [name for name in _buckets(deployment) if not name.startswith("cdk-")] == []
    stacks = deployment.client("cloudformation").list_stacks()["StackSummaries"]
    left = {stack["StackName"] for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"}
    assert left == {"CDKToolkit"}


def _buckets(deployment: Deployment) -> list[str]:
    return [bucket["Name"] for bucket in deployment.client("s3").list_buckets()["Buckets"]]
