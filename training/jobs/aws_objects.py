"""Objects of buckets, and roles, at AWS or at the emulator: the protocols of `services` with boto3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError

from contract.json_text import read_json
from training.aws.bodies import whole_body
from training.aws.clients import client
from training.aws.errors import explained
from training.jobs.services import NotPermittedError, StoredObject

_NOT_PERMITTED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotImplemented", "InvalidAction")

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/archived-objects.html
_ARCHIVES = ("GLACIER", "DEEP_ARCHIVE")


class AwsObjects:
    """S3."""

    def __init__(self) -> None:
        with explained("S3"):
            self._client = client("s3")

    def region_of(self, bucket: str) -> str:
        """The region that the bucket is in."""
        with explained(f"s3://{bucket}"):
            try:
                response = self._client.head_bucket(Bucket=bucket)
            except ClientError as problem:
                headers = problem.response["ResponseMetadata"].get("HTTPHeaders", {})
                if problem.response["Error"]["Code"] in ("301", "400", "403") and "x-amz-bucket-region" in headers:
                    return str(headers["x-amz-bucket-region"])
                raise
        return response.get("BucketRegion") or self._client.meta.region_name

    def list(self, bucket: str, prefix: str) -> Iterator[StoredObject]:
        """Everything whose key begins so, in the order of keys."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, Prefix=prefix, OptionalObjectAttributes=["RestoreStatus"]
        )
        with explained(f"s3://{bucket}/{prefix}"):
            for page in pages:
                for each in page.get("Contents", []):
                    is_restored = "RestoreExpiryDate" in each.get("RestoreStatus", {})
                    is_archived = each.get("StorageClass") in _ARCHIVES and not is_restored
                    yield StoredObject(key=each["Key"], size_bytes=each["Size"], is_archived=is_archived)

    def beginning(self, bucket: str, key: str, count: int) -> bytes:
        """The first bytes of an object, at most so many."""
        with explained(f"s3://{bucket}/{key}"):
            response = self._client.get_object(Bucket=bucket, Key=key, Range=f"bytes=0-{count - 1}")
            return response["Body"].read()

    def content(self, bucket: str, key: str) -> bytes:
        """All bytes of an object."""
        with explained(f"s3://{bucket}/{key}"):
            return whole_body(self._client.get_object(Bucket=bucket, Key=key), f"s3://{bucket}/{key}")


class AwsRoles:
    """IAM."""

    def __init__(self) -> None:
        with explained("IAM"):
            self._client = client("iam")

    def trust_policy(self, role_name: str) -> Mapping[str, Any] | None:
        """Who may assume the role; None when there is no such role."""
        with explained(f"the role {role_name}"), _where_iam_is():
            try:
                document: Any = self._client.get_role(RoleName=role_name)["Role"]["AssumeRolePolicyDocument"]
            except ClientError as problem:
                if problem.response["Error"]["Code"] == "NoSuchEntity":
                    return None
                _raise_if_not_permitted(problem)
                raise
        policy: Mapping[str, Any] = read_json(unquote(document)) if isinstance(document, str) else document
        return policy

    def denied(self, role_arn: str, action: str, resources: Sequence[str], context: Mapping[str, str]) -> list[str]:
        """Those of the resources on which the role's own policies do not allow the action."""
        with explained(f"the role {role_arn}"), _where_iam_is():
            try:
                pages = self._client.get_paginator("simulate_principal_policy").paginate(
                    PolicySourceArn=role_arn,
                    ActionNames=[action],
                    ResourceArns=list(resources),
                    ContextEntries=[
                        {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
                        for key, value in context.items()
                    ],
                )
                results = [result for page in pages for result in page["EvaluationResults"]]
            except ClientError as problem:
                _raise_if_not_permitted(problem)
                raise
        return [result["EvalResourceName"] for result in results if result["EvalDecision"] != "allowed"]


@contextmanager
def _where_iam_is() -> Iterator[None]:
    """Who cannot get there may not look: no endpoint of a VPC leads to IAM, so an isolated notebook waits in vain."""
    try:
        yield
    except (ConnectTimeoutError, EndpointConnectionError) as problem:
        raise NotPermittedError(str(problem)) from None


def _raise_if_not_permitted(problem: ClientError) -> None:
    if problem.response["Error"]["Code"] in _NOT_PERMITTED:
        raise NotPermittedError(problem.response["Error"]["Code"]) from None
