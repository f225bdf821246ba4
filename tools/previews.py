"""Remove a preview: every stack of it, with what its buckets and its registry hold. Nothing of it is kept.

It is done with CloudFormation itself, without a synthesis, so that a preview goes whatever its branch has become.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from stacks.previews import NAME_RULE, is_preview
from tools.deployment import Deployment, DeploymentError, delete_stack, deployed_parts, remove_replaced

ATTEMPTS = 3
"""S3 writes access logs up to hours later, also into a bucket that was just emptied."""

KEYS_MAX = 1000
"""Most objects that S3 deletes at once."""


def remove_preview(deployment: Deployment) -> None:
    """Delete the stacks in their order, each after what it holds.

    Raises
    ------
    DeploymentError
        If it is no preview, or CloudFormation does not delete a stack.
    """
    name = deployment.environment
    if not is_preview(name):
        msg = f"{name} is no preview, and is not removed with its data; a preview has the name {NAME_RULE}"
        raise DeploymentError(msg)
    parts = deployed_parts(deployment)
    for part in parts:
        print(f"Removing {deployment.stack(part)}", flush=True)
        _remove(deployment, part)
        if part == "inference":
            remove_replaced(deployment)
    print(f"{name} was removed: {len(parts)} stacks, with all that they held." if parts else f"{name} is not deployed.")


def _remove(deployment: Deployment, part: str) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        _empty(deployment, deployment.stack(part))
        try:
            delete_stack(deployment, part)
        except DeploymentError:
            if attempt == ATTEMPTS:
                raise
        else:
            return


def _empty(deployment: Deployment, stack: str) -> None:
    """Delete what CloudFormation refuses to delete together with its container."""
    for kind, name in _resources(deployment.client("cloudformation"), stack):
        if kind == "AWS::S3::Bucket":
            empty_bucket(deployment.client("s3"), name)
        elif kind == "AWS::SageMaker::ModelPackageGroup":
            empty_registry(deployment.client("sagemaker"), name.rpartition("/")[2])


def _resources(cloudformation: Any, stack: str) -> Iterator[tuple[str, str]]:
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack):
        for resource in page["StackResourceSummaries"]:
            if resource.get("PhysicalResourceId") and resource["ResourceStatus"] != "DELETE_COMPLETE":
                yield resource["ResourceType"], resource["PhysicalResourceId"]


def empty_bucket(s3: Any, bucket: str) -> None:
    """Delete every version of every object, after the policy that keeps the versions of models.

    Nothing happens where there is no such bucket.
    """
    try:
        s3.delete_bucket_policy(Bucket=bucket)
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            keys = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
            for start in range(0, len(keys), KEYS_MAX):
                answer = s3.delete_objects(
                    Bucket=bucket, Delete={"Objects": keys[start : start + KEYS_MAX], "Quiet": True}
                )
                for error in answer.get("Errors", [])[:1]:
                    msg = f"{error['Key']} in bucket {bucket} cannot be deleted: {error['Code']} {error['Message']}"
                    raise DeploymentError(msg)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise


def empty_registry(sagemaker: Any, group: str) -> None:
    """Delete the models that are registered in a group."""
    for page in sagemaker.get_paginator("list_model_packages").paginate(ModelPackageGroupName=group):
        for package in page["ModelPackageSummaryList"]:
            sagemaker.delete_model_package(ModelPackageName=package["ModelPackageArn"])
