"""AWS::SageMaker::NotebookInstance and its lifecycle configuration as CloudFormation resource types; `Ref` is the ARN.

An instance is stopped before it is changed or deleted, and started again after a change, as CloudFormation does it.
"""

from __future__ import annotations

import time

from sagemaker_local.sagemaker.cloudformation import Created, ResourceHandlers, ResourceType
from sagemaker_local.sagemaker.shapes import Json

NOTEBOOK_TYPE = ResourceType(
    kind="NotebookInstance",
    keeps=frozenset(
        {
            "AcceleratorTypes",
            "AdditionalCodeRepositories",
            "DefaultCodeRepository",
            "InstanceMetadataServiceConfiguration",
            "InstanceType",
            "LifecycleConfigName",
            "RoleArn",
            "RootAccess",
            "Tags",
            "VolumeSizeInGB",
        }
    ),
    operation_only=frozenset({"IpAddressType"}),
)
LIFECYCLE_CONFIG_TYPE = ResourceType(
    kind="NotebookInstanceLifecycleConfig", keeps=frozenset({"OnCreate", "OnStart", "Tags"})
)
_DISASSOCIATED = {
    "LifecycleConfigName": "DisassociateLifecycleConfig",
    "DefaultCodeRepository": "DisassociateDefaultCodeRepository",
    "AdditionalCodeRepositories": "DisassociateAdditionalCodeRepositories",
    "AcceleratorTypes": "DisassociateAcceleratorTypes",
}
_LOOK_SECONDS = 0.05
_UNDER_WAY = ("Pending", "Stopping", "Updating")


class NotebookHandlers(ResourceHandlers):
    """Create, update and delete of a notebook instance."""

    def create(self, logical_id: str, properties: Json, stack_name: str) -> Created:
        """Create the instance and wait until it is in service."""
        arn, attributes = super().create(logical_id, properties, stack_name)
        described = self._rested(arn)
        if described["NotebookInstanceStatus"] != "InService":
            self.delete(arn, properties)
            raise RuntimeError(described.get("FailureReason"))
        return arn, attributes

    def update(self, arn: str, old: Json, new: Json, stack_name: str) -> Created:
        """Stop the instance, change it, and start it again if it ran."""
        changed = {key for key in self._type.keeps - {"Tags"} if old.get(key) != new.get(key)}
        if changed:
            self._change(arn, changed, new)
        return super().update(arn, old, new, stack_name)

    def delete(self, arn: str, properties: Json) -> None:
        """Stop the instance and delete it; one that is gone is fine."""
        try:
            self._stopped(arn)
        except RuntimeError as error:
            if "RecordNotFound" in str(error):
                return
            raise
        super().delete(arn, properties)
        self._wait_until_gone(arn)

    def _change(self, arn: str, changed: set[str], new: Json) -> None:
        ran = self._stopped(arn)
        wanted = {key: new[key] for key in changed if key in new}
        name = arn.rpartition("/")[2]
        request = self._request("UpdateNotebookInstance", {**wanted, "NotebookInstanceName": name})
        request.update({_DISASSOCIATED[key]: True for key in changed - new.keys() if key in _DISASSOCIATED})
        self._call("UpdateNotebookInstance", request)
        self._rested(arn)
        if ran:
            self._call("StartNotebookInstance", {"NotebookInstanceName": name})
            described = self._rested(arn)
            if described["NotebookInstanceStatus"] != "InService":
                raise RuntimeError(described.get("FailureReason"))

    def _stopped(self, arn: str) -> bool:
        """Stop the instance if it runs, and return whether it did."""
        ran = bool(self._rested(arn)["NotebookInstanceStatus"] == "InService")
        if ran:
            self._call("StopNotebookInstance", {"NotebookInstanceName": arn.rpartition("/")[2]})
            self._rested(arn)
        return ran

    def _rested(self, arn: str) -> Json:
        described = self._describe(arn)
        while described["NotebookInstanceStatus"] in _UNDER_WAY:
            time.sleep(_LOOK_SECONDS)
            described = self._describe(arn)
        return described

    def _wait_until_gone(self, arn: str) -> None:
        try:
            while True:
                self._describe(arn)
                time.sleep(_LOOK_SECONDS)
        except RuntimeError as error:
            if "RecordNotFound" not in str(error):
                raise

    def _attributes(self, arn: str) -> Json:
        return {**super()._attributes(arn), "NotebookInstanceArn": arn}


class LifecycleConfigHandlers(ResourceHandlers):
    """Create, update and delete of a lifecycle configuration."""

    def update(self, arn: str, old: Json, new: Json, stack_name: str) -> Created:
        """Change the scripts; a hook that the template dropped has none any more."""
        hooks = {key: new.get(key, []) for key in ("OnCreate", "OnStart") if old.get(key) != new.get(key)}
        if hooks:
            name = {self._type.name_property: arn.rpartition("/")[2]}
            self._call(f"Update{self._type.kind}", {**name, **hooks})
        return super().update(arn, old, new, stack_name)

    def _attributes(self, arn: str) -> Json:
        return {**super()._attributes(arn), f"{self._type.kind}Arn": arn}
