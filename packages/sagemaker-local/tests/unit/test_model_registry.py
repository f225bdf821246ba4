"""The model registry without HTTP: groups, versions, approval, metadata, model cards."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.model_registry import descriptions
from sagemaker_local.sagemaker.model_registry.registry import ModelRegistry
from support.emulated_pipelines import control_plane

ARN = "arn:aws:sagemaker:us-east-1:123456789012"


@pytest.fixture
def registry() -> ModelRegistry:
    registry = control_plane().resources(ModelRegistry)
    registry.create_group({"ModelPackageGroupName": "Churn", "ModelPackageGroupDescription": "d"})
    return registry


def refusal(call: Any, *arguments: Any) -> tuple[str, str]:
    with pytest.raises(ServiceError) as caught:
        call(*arguments)
    return caught.value.code, caught.value.message


def test_versions_count_up_and_are_never_used_again(registry: ModelRegistry) -> None:
    request = {"ModelPackageGroupName": "churn"}
    assert registry.create_package(request).arn == f"{ARN}:model-package/churn/1"
    assert registry.create_package(request).version == 2
    registry.delete_package("Churn/2")
    assert registry.create_package({"ModelPackageGroupName": f"{ARN}:model-package-group/churn"}).version == 3
    assert [package.version for package in registry.versions(registry.group("churn"))] == [1, 3]


def test_a_version_waits_for_approval_and_is_described_as_it_was_registered(registry: ModelRegistry) -> None:
    specification = {"Containers": [{"Image": "i", "ModelDataUrl": "s3://b/k"}]}
    metrics = {"ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": "s3://b/m"}}}
    request = {
        "ModelPackageGroupName": "Churn",
        "InferenceSpecification": specification,
        "ModelMetrics": metrics,
        "CustomerMetadataProperties": {"sha256": "abc"},
        "ModelCard": {"ModelCardContent": "{}"},
        "Tags": [{"Key": "a", "Value": "b"}],
        "ClientToken": "one",
    }
    package = registry.create_package(request)
    assert registry.create_package(request) is package
    described = descriptions.package(package)
    assert described["ModelApprovalStatus"] == "PendingManualApproval"
    assert described["ModelPackageStatus"] == "Completed"
    assert (described["ModelPackageGroupName"], described["ModelPackageVersion"]) == ("Churn", 1)
    assert (described["InferenceSpecification"], described["ModelMetrics"]) == (specification, metrics)
    assert described["ModelCard"] == {"ModelCardStatus": "Draft", "ModelCardContent": "{}"}
    assert "Tags" not in described
    assert described["ModelPackageName"] == "Churn"


def test_approval_and_metadata_are_updated(registry: ModelRegistry) -> None:
    created = {"ModelPackageGroupName": "Churn", "CustomerMetadataProperties": {"a": "1", "b": "2"}}
    arn = registry.create_package(created).arn
    registry.update_package(
        {
            "ModelPackageArn": arn,
            "ModelApprovalStatus": "Approved",
            "ApprovalDescription": "good",
            "CustomerMetadataProperties": {"b": "3", "c": "4"},
            "CustomerMetadataPropertiesToRemove": ["a"],
            "ModelCard": {"ModelCardStatus": "Approved"},
        }
    )
    described = descriptions.package(registry.package(arn))
    assert (described["ModelApprovalStatus"], described["ApprovalDescription"]) == ("Approved", "good")
    assert described["CustomerMetadataProperties"] == {"b": "3", "c": "4"}
    assert described["LastModifiedTime"] > described["CreationTime"]
    registry.update_package({"ModelPackageArn": arn, "CustomerMetadataPropertiesToRemove": ["b", "c"]})
    assert "CustomerMetadataProperties" not in descriptions.package(registry.package(arn))


def test_a_group_with_versions_cannot_be_deleted(registry: ModelRegistry) -> None:
    package = registry.create_package({"ModelPackageGroupName": "Churn"})
    code, message = refusal(registry.delete_group, "churn")
    assert (code, message[:80]) == ("ConflictException", f"Model Package Group {ARN}:model-package-group/churn"[:80])
    registry.delete_package(package.arn)
    registry.delete_group("churn")
    assert refusal(registry.group, "churn")[1] == f"ModelPackageGroup {ARN}:model-package-group/churn does not exist."


def test_what_a_request_must_name(registry: ModelRegistry) -> None:
    both = {"ModelPackageGroupName": "Churn", "ModelPackageName": "x"}
    assert "Cannot determine which one to use" in refusal(registry.create_package, both)[1]
    assert refusal(registry.create_package, {})[1].startswith("Missing ARN.")
    of_nothing = {"ModelPackageGroupName": "other"}
    assert refusal(registry.create_package, of_nothing)[1] == "Model Package Group does not exist."
    assert "does not exist" in refusal(registry.package, f"{ARN}:model-package/churn/9")[1]
    assert refusal(registry.create_group, {"ModelPackageGroupName": "CHURN"})[1].startswith(
        "Model Package Group already"
    )


def test_a_package_may_have_a_name_of_its_own(registry: ModelRegistry) -> None:
    package = registry.create_package({"ModelPackageName": "Single"})
    described = descriptions.package(package)
    assert described["ModelPackageName"] == "Single"
    assert "ModelPackageVersion" not in described
    assert "ModelApprovalStatus" not in described
    assert "already exists" in refusal(registry.create_package, {"ModelPackageName": "single"})[1]
    approval = {"ModelPackageArn": package.arn, "ModelApprovalStatus": "Approved"}
    assert "unversioned" in refusal(registry.update_package, approval)[1]


METRIC = {"name": "accuracy", "type": "number", "value": 0.97}


def evaluations(**metric: Any) -> dict[str, Any]:
    groups = [{"name": "quality", "metric_data": [{**METRIC, **metric}]}]
    return {"evaluation_details": [{"name": "test", "metric_groups": groups}]}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{", "it is not JSON"),
        ("[]", "it must be a JSON object"),
        ({"colour": {}}, "extraneous key [colour] is not permitted"),
        ({"model_overview": []}, "#/model_overview: expected an object"),
        ({"evaluation_details": {}}, "#/evaluation_details: expected an array"),
        ({"evaluation_details": [{}]}, "#/evaluation_details/0: required key [name] not found"),
        ({"evaluation_details": [{"name": "x", "metric_groups": [{}]}]}, "required keys [name, metric_data] not found"),
        (evaluations(type="pie"), "type 'pie' is not one of bar_chart, boolean"),
        (
            {"evaluation_details": [{"name": "x", "metric_groups": [{"name": "y", "metric_data": [{}]}]}]},
            "type, value]",
        ),
        ({"intended_uses": {"risk_rating": "Enormous"}}, "'Enormous' is not one of High, Medium, Low, Unknown"),
    ],
)
def test_a_model_card_that_is_none_is_refused(registry: ModelRegistry, content: Any, expected: str) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    request = {"ModelPackageGroupName": "Churn", "ModelCard": {"ModelCardContent": text}}
    assert expected in refusal(registry.create_package, request)[1]
    assert registry.versions(registry.group("Churn")) == []


def test_a_model_card_is_taken(registry: ModelRegistry) -> None:
    content = {"model_overview": {"model_name": "churn"}, "intended_uses": {"risk_rating": "Low"}, **evaluations()}
    request = {"ModelPackageGroupName": "Churn", "ModelCard": {"ModelCardContent": json.dumps(content)}}
    assert registry.create_package(request).version == 1
