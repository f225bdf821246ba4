"""Registered models at AWS, or at the emulator: the protocol of `registry` with boto3."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from training.aws.bodies import whole_body
from training.aws.clients import client
from training.aws.errors import explained
from training.common.errors import PublicationError
from training.pipeline.registry import RegisteredModel

_ABSENT = ("ValidationException", "ResourceNotFound", "ResourceNotFoundException")


class AwsRegistry:
    """The registry of the account and region that the environment's credentials lead to."""

    def __init__(self) -> None:
        with explained("SageMaker"):
            self._client = client("sagemaker")
            self._s3 = client("s3")

    def version(self, group: str, number: int) -> RegisteredModel | None:
        """The version of that number, or None."""
        found = (each for each in self._versions(group) if each["ModelPackageVersion"] == number)
        return self._describe(next(found, None))

    def latest(self, group: str, *, approval: str) -> RegisteredModel | None:
        """The newest version with that approval, or None."""
        return self._describe(next(iter(self._versions(group, ModelApprovalStatus=approval)), None))

    def approve(self, model: RegisteredModel, *, approval: str, because: str) -> None:
        """Set the approval of a version, with the reason beside it."""
        with explained(f"the model {model.name}"):
            self._client.update_model_package(
                ModelPackageArn=model.arn,
                ModelApprovalStatus=approval,  # type: ignore[arg-type]
                ApprovalDescription=because,
            )

    def content(self, uri: str) -> bytes:
        """The object at an address `s3://BUCKET/KEY`."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        with explained(uri):
            try:
                return whole_body(self._s3.get_object(Bucket=bucket, Key=key), uri)
            except ClientError as problem:
                if problem.response["Error"]["Code"] == "NoSuchKey":
                    raise PublicationError(f"there is no {uri}; run the pipeline again") from None
                raise

    def _versions(self, group: str, **wanted: Any) -> list[Any]:
        """Summaries, newest first; none when the group is not there."""
        with explained(f"the model package group {group}"):
            try:
                pages = self._client.get_paginator("list_model_packages").paginate(
                    ModelPackageGroupName=group, SortBy="CreationTime", SortOrder="Descending", **wanted
                )
                return [each for page in pages for each in page["ModelPackageSummaryList"]]
            except ClientError as problem:
                if problem.response["Error"]["Code"] in _ABSENT:
                    return []
                raise

    def _describe(self, summary: Any) -> RegisteredModel | None:
        if summary is None:
            return None
        arn = summary["ModelPackageArn"]
        with explained(f"the model {arn}"):
            description: Any = self._client.describe_model_package(ModelPackageName=arn)
        containers = description.get("InferenceSpecification", {}).get("Containers", [{}])
        return RegisteredModel(
            arn=arn,
            version=description["ModelPackageVersion"],
            approval=description["ModelApprovalStatus"],
            model_uri=containers[0].get("ModelDataUrl", ""),
            properties=description.get("CustomerMetadataProperties", {}),
        )
