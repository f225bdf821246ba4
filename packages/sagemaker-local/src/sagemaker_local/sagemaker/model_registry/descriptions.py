"""What Describe and List answer about the model registry."""

from __future__ import annotations

from sagemaker_local.sagemaker.model_registry.records import Package, PackageGroup
from sagemaker_local.sagemaker.shapes import Json

COMPLETED = "Completed"
_NOT_DESCRIBED = ("Tags", "ClientToken", "ModelPackageGroupName")


def group(record: PackageGroup) -> Json:
    """Answer of DescribeModelPackageGroup."""
    return {**group_summary(record), "CreatedBy": {}}


def group_summary(record: PackageGroup) -> Json:
    """One item of ListModelPackageGroups."""
    answer = {
        "ModelPackageGroupName": record.name,
        "ModelPackageGroupArn": record.arn,
        "ModelPackageGroupDescription": record.request.get("ModelPackageGroupDescription"),
        "CreationTime": record.created,
        "ModelPackageGroupStatus": COMPLETED,
    }
    return _present(answer)


def package(record: Package) -> Json:
    """Answer of DescribeModelPackage."""
    document = {key: value for key, value in record.document.items() if key not in _NOT_DESCRIBED}
    answer = {
        "ModelPackageName": record.group,  # a required member, also of a version, which has no name of its own
        **document,
        **_identity(record),
        "CertifyForMarketplace": record.document.get("CertifyForMarketplace", False),
        "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
        "LastModifiedTime": record.modified,
        "CreatedBy": {},
    }
    if "ModelCard" in document:
        answer["ModelCard"] = {"ModelCardStatus": "Draft", **document["ModelCard"]}
    return _present(answer)


def package_summary(record: Package) -> Json:
    """One item of ListModelPackages, and of the map that BatchDescribeModelPackage answers."""
    more = ("ModelPackageDescription", "ModelApprovalStatus", "ModelLifeCycle", "ModelPackageRegistrationType")
    own = {"ModelPackageName": record.document.get("ModelPackageName")}
    return _present({**own, **_identity(record), **{key: record.document.get(key) for key in more}})


def batch_summary(record: Package) -> Json:
    """One item of the map that BatchDescribeModelPackage answers."""
    known = package_summary(record)
    known.pop("ModelLifeCycle", None)
    return {**known, "InferenceSpecification": record.document.get("InferenceSpecification", {"Containers": []})}


def _identity(record: Package) -> Json:
    return {
        "ModelPackageGroupName": record.group,
        "ModelPackageVersion": record.version,
        "ModelPackageArn": record.arn,
        "CreationTime": record.created,
        "ModelPackageStatus": COMPLETED,
    }


def _present(answer: Json) -> Json:
    return {name: value for name, value in answer.items() if value is not None}
