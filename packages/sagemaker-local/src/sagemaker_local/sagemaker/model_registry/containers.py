"""The container of a model package, for CreateModel."""

from __future__ import annotations

from sagemaker_local.sagemaker.errors import validation
from sagemaker_local.sagemaker.model_registry.registry import ModelRegistry
from sagemaker_local.sagemaker.shapes import Json


def resolved(container: Json, registry: ModelRegistry) -> Json:
    """The container definition with image and model data of the package that it names, if it names one.

    Raises
    ------
    ServiceError
        When the package does not exist, was not approved, or says nothing of exactly one container.
    """
    name = container.get("ModelPackageName")
    if not name:
        return container
    package = registry.package(name)
    approval = package.document.get("ModelApprovalStatus", "Approved")
    if approval != "Approved":
        raise validation(
            f"Model package {package.arn} is not Approved but {approval}; approve it to make a model of it."
        )
    containers = package.document.get("InferenceSpecification", {}).get("Containers", [])
    if len(containers) != 1:
        raise validation(
            f"Model package {package.arn} has {len(containers)} containers; this emulator runs exactly one."
        )
    known = ("Image", "ModelDataUrl", "Environment")
    return {**{key: containers[0][key] for key in known if key in containers[0]}, **container}
