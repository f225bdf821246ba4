"""AWS::SageMaker::ModelPackageGroup as a CloudFormation resource type; `Ref` is the ARN.

A group that still has versions cannot be deleted, so its stack cannot either. `ModelPackageGroupPolicy` is accepted and
not in force: there is one account.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sagemaker_local.sagemaker.cloudformation import ResourceHandlers, ResourceType
from sagemaker_local.sagemaker.shapes import Json

GROUP_TYPE = ResourceType(
    kind="ModelPackageGroup",
    keeps=frozenset({"ModelPackageGroupPolicy", "Tags"}),
    operation_only=frozenset({"ManagedConfiguration"}),
)


class GroupHandlers(ResourceHandlers):
    """Create, update and delete of a model package group."""

    def _attributes(self, arn: str) -> Json:
        described = self._describe(arn)
        created = datetime.fromtimestamp(described["CreationTime"], UTC).isoformat()
        return {
            "ModelPackageGroupArn": arn,
            "CreationTime": created,
            "ModelPackageGroupStatus": described["ModelPackageGroupStatus"],
        }
