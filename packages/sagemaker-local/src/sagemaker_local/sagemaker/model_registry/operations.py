"""The operations of the model registry, by name; merged into the service's table."""

from __future__ import annotations

from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.listing import ASCENDING, listed
from sagemaker_local.sagemaker.model_registry import descriptions
from sagemaker_local.sagemaker.model_registry.records import Package
from sagemaker_local.sagemaker.model_registry.registry import ModelRegistry
from sagemaker_local.sagemaker.service import Operation, SageMaker
from sagemaker_local.sagemaker.shapes import Json

# The summary of a version has no member with a name of its own.
_LISTED_BY = "name of the package"


async def _create_group(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    return {"ModelPackageGroupArn": control.resources(ModelRegistry).create_group(request).arn}


async def _describe_group(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    return descriptions.group(control.resources(ModelRegistry).group(request["ModelPackageGroupName"]))


async def _delete_group(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    control.resources(ModelRegistry).delete_group(request["ModelPackageGroupName"])
    return {}


async def _list_groups(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    groups = control.resources(ModelRegistry).groups.values()
    shared = request.get("CrossAccountFilterOption") == "CrossAccount"  # by other accounts, of which there are none
    items = [] if shared else [descriptions.group_summary(group) for group in groups]
    return listed(
        "ModelPackageGroupSummaryList",
        items,
        request,
        name_key="ModelPackageGroupName",
        default_order=ASCENDING,
    )


async def _create_package(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    return {"ModelPackageArn": control.resources(ModelRegistry).create_package(request).arn}


async def _describe_package(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    return descriptions.package(control.resources(ModelRegistry).package(request["ModelPackageName"]))


async def _update_package(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    return {"ModelPackageArn": control.resources(ModelRegistry).update_package(request).arn}


async def _delete_package(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    control.resources(ModelRegistry).delete_package(request["ModelPackageName"])
    return {}


async def _list_packages(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    registry = control.resources(ModelRegistry)
    group = request.get("ModelPackageGroupName")
    packages = registry.versions(registry.group(group)) if group else list(registry.packages.values())
    kind = request.get("ModelPackageType", "Versioned" if group else "Unversioned")
    items = [
        {**descriptions.package_summary(package), _LISTED_BY: package.name}
        for package in packages
        if _is_asked_for(package, kind, request.get("ModelApprovalStatus"))
    ]
    return listed(
        "ModelPackageSummaryList",
        items,
        request,
        name_key=_LISTED_BY,
        default_order=ASCENDING,
        hidden=(_LISTED_BY,),
    )


def _is_asked_for(package: Package, kind: str, approval: str | None) -> bool:
    is_kind = kind == "Both" or (kind == "Versioned") == (package.group is not None)
    return is_kind and approval in (None, package.document.get("ModelApprovalStatus"))


async def _batch_describe(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    found: Json = {}
    missing: Json = {}
    for arn in request["ModelPackageArnList"]:
        try:
            found[arn] = descriptions.batch_summary(control.resources(ModelRegistry).package(arn))
        except ServiceError as error:
            missing[arn] = {"ErrorCode": error.code, "ErrorResponse": error.message}
    return {"ModelPackageSummaries": found, "BatchDescribeModelPackageErrorMap": missing}


OPERATIONS: dict[str, Operation] = {
    "BatchDescribeModelPackage": _batch_describe,
    "CreateModelPackage": _create_package,
    "CreateModelPackageGroup": _create_group,
    "DeleteModelPackage": _delete_package,
    "DeleteModelPackageGroup": _delete_group,
    "DescribeModelPackage": _describe_package,
    "DescribeModelPackageGroup": _describe_group,
    "ListModelPackageGroups": _list_groups,
    "ListModelPackages": _list_packages,
    "UpdateModelPackage": _update_package,
}
