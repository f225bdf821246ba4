"""A preview goes with all that it holds, and nothing else does."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from tools.deployment import Deployment, DeploymentError
from tools.previews import remove_preview

BUCKET = [("AWS::S3::Bucket", "data"), ("AWS::S3::BucketPolicy", "data")]
GROUP = [("AWS::SageMaker::ModelPackageGroup", "arn:aws:sagemaker:us-east-1:1:model-package-group/digits-pr12")]


@dataclass
class SmallCloud:
    """Stacks with resources, and what buckets and registry hold; every call that deletes is written down."""

    stacks: dict[str, list[tuple[str, str]]]
    refusals: int = 0
    calls: list[str] = field(default_factory=list)

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803 - as botocore names it
        if StackName not in self.stacks:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "does not exist"}}, "DescribeStacks")
        return {"Stacks": [{"StackName": StackName}]}

    def get_paginator(self, operation: str) -> Pages:
        return Pages(self, operation)

    def delete_stack(self, *, StackName: str) -> None:  # noqa: N803
        self.calls.append(StackName)

    def get_waiter(self, _: str) -> SmallCloud:
        return self

    def wait(self, *, StackName: str) -> None:  # noqa: N803
        if self.refusals:
            self.refusals -= 1
            raise WaiterError("stack_delete_complete", "DELETE_FAILED", {})
        del self.stacks[StackName]

    def delete_bucket_policy(self, *, Bucket: str) -> None:  # noqa: N803
        self.calls.append(f"policy of {Bucket}")

    def delete_objects(self, *, Bucket: str, Delete: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        self.calls.append(f"{len(Delete['Objects'])} versions in {Bucket}")
        return {}

    def delete_model_package(self, *, ModelPackageName: str) -> None:  # noqa: N803
        self.calls.append(ModelPackageName)


@dataclass
class Pages:
    cloud: SmallCloud
    operation: str

    def paginate(self, **arguments: str) -> list[dict[str, Any]]:
        if self.operation == "list_stack_resources":
            rows = self.cloud.stacks[arguments["StackName"]]
            return [
                {
                    "StackResourceSummaries": [
                        {"ResourceType": kind, "PhysicalResourceId": name, "ResourceStatus": "CREATE_COMPLETE"}
                        for kind, name in rows
                    ]
                }
            ]
        if self.operation == "list_object_versions":
            versions = [{"Key": f"models/{number}", "VersionId": "v"} for number in range(1200)]
            return [{"Versions": versions, "DeleteMarkers": [{"Key": "models/0", "VersionId": "w"}]}]
        return [{"ModelPackageSummaryList": [{"ModelPackageArn": f"package of {arguments['ModelPackageGroupName']}"}]}]


@dataclass(frozen=True, kw_only=True)
class SmallDeployment(Deployment):
    cloud: SmallCloud

    def client(self, service: str) -> Any:
        return self.cloud


def deployment(name: str, cloud: SmallCloud) -> SmallDeployment:
    return SmallDeployment(environment=name, manifest=Path("m.json"), variables={}, folder=Path("x"), cloud=cloud)


def test_everything_goes_each_stack_after_what_it_holds() -> None:
    cloud = SmallCloud({"digits-pr12-storage": BUCKET, "digits-pr12-training": GROUP, "digits-dev-storage": BUCKET})
    remove_preview(deployment("pr12", cloud))
    assert cloud.calls == [
        "package of digits-pr12",
        "digits-pr12-training",
        "policy of data",
        "1000 versions in data",
        "201 versions in data",
        "digits-pr12-storage",
    ]
    assert list(cloud.stacks) == ["digits-dev-storage"]


def test_a_bucket_that_was_written_to_meanwhile_is_emptied_again() -> None:
    cloud = SmallCloud({"digits-pr12-storage": BUCKET}, refusals=2)
    remove_preview(deployment("pr12", cloud))
    assert cloud.calls.count("policy of data") == 3


def test_what_cannot_be_deleted_is_said() -> None:
    cloud = SmallCloud({"digits-pr12-storage": BUCKET}, refusals=9)
    with pytest.raises(DeploymentError, match="CloudFormation did not delete digits-pr12-storage"):
        remove_preview(deployment("pr12", cloud))


@pytest.mark.parametrize("name", ["dev", "prod", "local"])
def test_nothing_but_a_preview_is_removed(name: str) -> None:
    cloud = SmallCloud({f"digits-{name}-storage": BUCKET})
    with pytest.raises(DeploymentError, match=f"{name} is no preview"):
        remove_preview(deployment(name, cloud))
    assert not cloud.calls
