"""The model registry as boto3 meets it: versions that are listed, and models that are made from them."""

from __future__ import annotations

from typing import Any

import pytest

from support.emulators import Emulator, World
from support.refusals import refusal


@pytest.fixture(scope="module")
def sagemaker(emulator: Emulator) -> Any:
    return emulator.client("sagemaker")


def test_packages_are_listed_by_approval_and_page(sagemaker: Any) -> None:
    sagemaker.create_model_package_group(ModelPackageGroupName="Listed")
    arns = [sagemaker.create_model_package(ModelPackageGroupName="Listed")["ModelPackageArn"] for _ in range(3)]
    sagemaker.update_model_package(ModelPackageArn=arns[1], ModelApprovalStatus="Approved")

    def listed(**filters: Any) -> list[str]:
        pages = sagemaker.get_paginator("list_model_packages").paginate(ModelPackageGroupName="listed", **filters)
        return [item["ModelPackageArn"] for page in pages for item in page["ModelPackageSummaryList"]]

    assert listed(SortOrder="Ascending", PaginationConfig={"PageSize": 2}) == arns
    assert listed(ModelApprovalStatus="Approved") == [arns[1]]
    missing = f"{arns[0][:-1]}9"
    found = sagemaker.batch_describe_model_package(ModelPackageArnList=[arns[0], missing])
    assert found["ModelPackageSummaries"][arns[0]]["ModelPackageVersion"] == 1
    assert list(found["BatchDescribeModelPackageErrorMap"]) == [missing]
    sagemaker.add_tags(ResourceArn=arns[0], Tags=[{"Key": "a", "Value": "b"}])
    assert sagemaker.list_tags(ResourceArn=arns[0])["Tags"] == [{"Key": "a", "Value": "b"}]


def test_a_model_is_made_from_a_version(world: World, sagemaker: Any) -> None:
    sagemaker.create_model_package_group(ModelPackageGroupName="Served")
    specification = {"Containers": [world.container("one")], "SupportedContentTypes": ["text/csv"]}
    created = sagemaker.create_model_package(ModelPackageGroupName="Served", InferenceSpecification=specification)
    arguments = {"ExecutionRoleArn": world.role, "PrimaryContainer": {"ModelPackageName": created["ModelPackageArn"]}}
    assert "is not Approved" in refusal(sagemaker.create_model, ModelName="versioned", **arguments)[1]
    sagemaker.update_model_package(ModelPackageArn=created["ModelPackageArn"], ModelApprovalStatus="Approved")
    sagemaker.create_model(ModelName="versioned", **arguments)
    described = sagemaker.describe_model(ModelName="versioned")["PrimaryContainer"]
    assert described == {**world.container("one"), "ModelPackageName": created["ModelPackageArn"]}
    sagemaker.delete_model(ModelName="versioned")
