"""What Describe and List answer about notebook instances and lifecycle configurations."""

from __future__ import annotations

import hashlib

from sagemaker_local.sagemaker.notebooks.records import LifecycleConfig, Notebook, NotebookStatus
from sagemaker_local.sagemaker.shapes import Json

_RENAMED = {"LifecycleConfigName": "NotebookInstanceLifecycleConfigName", "SecurityGroupIds": "SecurityGroups"}


def notebook(record: Notebook, region: str) -> Json:
    """Answer of DescribeNotebookInstance."""
    settings = {_RENAMED.get(key, key): value for key, value in record.document.items()}
    answer = {**settings, **_identity(record, region), "FailureReason": record.failure_reason}
    if record.document.get("SubnetId"):
        answer["NetworkInterfaceId"] = f"eni-{hashlib.sha256(record.arn.encode()).hexdigest()[:17]}"
    return {name: value for name, value in answer.items() if value is not None}


def notebook_summary(record: Notebook, region: str) -> Json:
    """One item of ListNotebookInstances."""
    listed = ("InstanceType", "LifecycleConfigName", "DefaultCodeRepository", "AdditionalCodeRepositories")
    settings = {_RENAMED.get(key, key): record.document[key] for key in listed if key in record.document}
    return {**settings, **_identity(record, region)}


def config(record: LifecycleConfig) -> Json:
    """Answer of DescribeNotebookInstanceLifecycleConfig."""
    return {**record.hooks, **config_summary(record)}


def config_summary(record: LifecycleConfig) -> Json:
    """One item of ListNotebookInstanceLifecycleConfigs."""
    return {
        "NotebookInstanceLifecycleConfigName": record.name,
        "NotebookInstanceLifecycleConfigArn": record.arn,
        "CreationTime": record.created,
        "LastModifiedTime": record.modified,
    }


def _identity(record: Notebook, region: str) -> Json:
    answer: Json = {
        "NotebookInstanceName": record.name,
        "NotebookInstanceArn": record.arn,
        "NotebookInstanceStatus": str(record.status),
        "CreationTime": record.created,
        "LastModifiedTime": record.modified,
    }
    if record.status is not NotebookStatus.PENDING:
        answer["Url"] = f"{record.name.lower()}.notebook.{region}.sagemaker.aws"
    return answer
