"""The rules of model package groups and model packages in one account and region; nothing is read or started here.

A version is `Completed` at once: the emulator scans no image and validates no model. Texts of errors are the service's
as far as users have reported them.
"""

from __future__ import annotations

from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.errors import ServiceError, validation
from sagemaker_local.sagemaker.model_registry import model_card
from sagemaker_local.sagemaker.model_registry.records import PENDING_APPROVAL, Package, PackageGroup
from sagemaker_local.sagemaker.shapes import Json

GROUP, PACKAGE = "model-package-group", "model-package"
NO_GROUP = "Model Package Group does not exist."
"""What CreateModelPackage says; clients compare the text."""
_REPLACED = (
    "ModelApprovalStatus",
    "ModelPackageRegistrationType",
    "ApprovalDescription",
    "InferenceSpecification",
    "SourceUri",
    "ModelLifeCycle",
)


class ModelRegistry:
    """The model registry of one account and region.

    Parameters
    ----------
    control
        Gives scope, time and tags.
    """

    def __init__(self, control: ControlPlane) -> None:
        self._control = control
        self.groups: dict[str, PackageGroup] = {}
        self.packages: dict[str, Package] = {}
        self._tokens: dict[str, str] = {}

    # --- groups -------------------------------------------------------------------------------------------------

    def create_group(self, request: Json) -> PackageGroup:
        """Remember a group."""
        name = request["ModelPackageGroupName"]
        arn = self._control.scope.arn(GROUP, name)
        if arn in self.groups:
            raise validation(f"Model Package Group already exists: {arn}")
        group = PackageGroup(name=name, arn=arn, created=self._control.now(), request=request)
        self.groups[arn] = group
        self._control.register(arn, request.get("Tags", []))
        return group

    def group(self, name: str) -> PackageGroup:
        """The group of that name or ARN."""
        arn = self._arn(GROUP, name)
        if arn not in self.groups:
            raise validation(f"ModelPackageGroup {arn} does not exist.")
        return self.groups[arn]

    def delete_group(self, name: str) -> None:
        """Forget a group without versions."""
        group = self.group(name)
        if count := len(self.versions(group)):
            msg = (
                f"Model Package Group {group.arn} still contains {count} model package(s) and cannot be deleted; "
                "delete them first."
            )
            raise ServiceError("ConflictException", msg)
        del self.groups[group.arn]
        self._control.unregister(group.arn)

    def versions(self, group: PackageGroup) -> list[Package]:
        """The versions of a group that were not deleted."""
        return [package for package in self.packages.values() if package.group == group.name]

    # --- packages -----------------------------------------------------------------------------------------------

    def create_package(self, request: Json) -> Package:
        """Remember a version, or a package with a name of its own; the same `ClientToken` gives the same package."""
        token = request.get("ClientToken")
        if token in self._tokens and self._tokens[token] in self.packages:
            return self.packages[self._tokens[token]]
        model_card.check(request.get("ModelCard"))
        package = self._versioned(request) if _is_versioned(request) else self._named(request)
        self.packages[package.arn] = package
        if token is not None:
            self._tokens[token] = package.arn
        self._control.register(package.arn, request.get("Tags", []))
        return package

    def package(self, name: str) -> Package:
        """The package of that ARN, of that name, or `GROUP/VERSION`."""
        arn = self._arn(PACKAGE, name)
        if arn not in self.packages:
            raise validation(f"ModelPackage {arn} does not exist.")
        return self.packages[arn]

    def update_package(self, request: Json) -> Package:
        """Change approval, metadata, model card or specification of a package."""
        package = self.package(request["ModelPackageArn"])
        model_card.check(request.get("ModelCard"))
        if package.group is None and "ModelApprovalStatus" in request:
            raise validation("ModelApprovalStatus cannot be updated for an unversioned model package.")
        document = package.document
        document.update({key: request[key] for key in _REPLACED if key in request})
        if "ModelCard" in request:
            document["ModelCard"] = {**document.get("ModelCard", {}), **request["ModelCard"]}
        _update_metadata(document, request)
        if added := request.get("AdditionalInferenceSpecificationsToAdd"):
            document["AdditionalInferenceSpecifications"] = [
                *document.get("AdditionalInferenceSpecifications", []),
                *added,
            ]
        package.modified = self._control.now()
        return package

    def delete_package(self, name: str) -> None:
        """Forget a package; its version number is not used again."""
        package = self.package(name)
        del self.packages[package.arn]
        self._control.unregister(package.arn)

    # --- inside -------------------------------------------------------------------------------------------------

    def _versioned(self, request: Json) -> Package:
        name = request["ModelPackageGroupName"]
        if self._arn(GROUP, name) not in self.groups:
            raise validation(NO_GROUP)
        group = self.group(name)
        group.last_version += 1
        document = {"ModelApprovalStatus": PENDING_APPROVAL, **request}
        return Package(
            arn=self._control.scope.arn(PACKAGE, f"{group.name}/{group.last_version}"),
            created=self._control.now(),
            document=document,
            group=group.name,
            version=group.last_version,
        )

    def _named(self, request: Json) -> Package:
        arn = self._control.scope.arn(PACKAGE, request["ModelPackageName"])
        if arn in self.packages:
            raise validation(f"Model Package already exists: {arn}")
        return Package(arn=arn, created=self._control.now(), document=dict(request))

    def _arn(self, kind: str, name: str) -> str:
        return name.lower() if name.startswith("arn:") else self._control.scope.arn(kind, name)


def _is_versioned(request: Json) -> bool:
    group, name = request.get("ModelPackageGroupName"), request.get("ModelPackageName")
    if group and name:
        msg = (
            "Both ModelPackageName and ModelPackageGroupName are provided in the input. "
            "Cannot determine which one to use."
        )
        raise validation(msg)
    if not group and not name:
        raise validation("Missing ARN. Give ModelPackageGroupName or ModelPackageName.")
    return bool(group)


def _update_metadata(document: Json, request: Json) -> None:
    known = {**document.get("CustomerMetadataProperties", {}), **request.get("CustomerMetadataProperties", {})}
    for key in request.get("CustomerMetadataPropertiesToRemove", []):
        known.pop(key, None)
    document.pop("CustomerMetadataProperties", None)
    if known:
        document["CustomerMetadataProperties"] = known
