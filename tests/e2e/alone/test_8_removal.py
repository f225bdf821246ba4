"""`cdk destroy` leaves nothing of the application behind."""

from __future__ import annotations

from tools.deployment import Deployment, destroy, synthesised_parts

OF_THE_ACCOUNT = {f"/aws/sagemaker/{kind}" for kind in ("TrainingJobs", "ProcessingJobs", "NotebookInstances")}
"""Log groups that SageMaker makes for all jobs of an account; no stack has them."""


def test_destroying_leaves_nothing(deployment: Deployment) -> None:
    _empty_registry(deployment)
    destroy(deployment, *synthesised_parts(deployment))
    sagemaker, logs = deployment.client("sagemaker"), deployment.client("logs")
    assert sagemaker.list_endpoints()["Endpoints"] == []
    assert sagemaker.list_endpoint_configs()["EndpointConfigs"] == []
    assert sagemaker.list_models()["Models"] == []
    assert deployment.client("lambda").list_functions()["Functions"] == []
    assert deployment.client("apigateway").get_rest_apis()["items"] == []
    assert sagemaker.list_pipelines()["PipelineSummaries"] == []
    assert sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"] == []
    assert {group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]} <= OF_THE_ACCOUNT
    assert [name for name in _buckets(deployment) if not name.startswith("cdk-")] == []
    stacks = deployment.client("cloudformation").list_stacks()["StackSummaries"]
    left = {stack["StackName"] for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"}
    assert left == {"CDKToolkit"}


def _empty_registry(deployment: Deployment) -> None:
    """Delete the registered models: a group that has some is not deleted, here as in AWS."""
    sagemaker = deployment.client("sagemaker")
    for package in sagemaker.list_model_packages(ModelPackageGroupName="digits-local")["ModelPackageSummaryList"]:
        sagemaker.delete_model_package(ModelPackageName=package["ModelPackageArn"])


def _buckets(deployment: Deployment) -> list[str]:
    return [bucket["Name"] for bucket in deployment.client("s3").list_buckets()["Buckets"]]
