"""Objects that a story leaves in the bucket of data and models, and their removal with all versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tools.accept.stage import Stage

BATCH = 1000
"""Objects that S3 deletes with one request."""


def keys_below(stage: Stage, prefix: str) -> set[str]:
    """Keys of the objects that are there now."""
    pages = stage.client("s3").get_paginator("list_objects_v2").paginate(Bucket=stage.bucket, Prefix=prefix)
    return {str(each["Key"]) for page in pages for each in page.get("Contents", [])}


def delete_below(stage: Stage, prefix: str, *, containing: str = "") -> None:
    """Delete every version of the objects below a prefix, or of those whose key contains something."""
    found = [each for each in _versions(stage, prefix) if containing in each["Key"]]
    for start in range(0, len(found), BATCH):
        batch = {"Objects": found[start : start + BATCH], "Quiet": True}
        answer = stage.client("s3").delete_objects(Bucket=stage.bucket, Delete=batch)
        if answer.get("Errors"):
            msg = f"s3://{stage.bucket}/{prefix}: {answer['Errors'][0]}"
            raise OSError(msg)


def _versions(stage: Stage, prefix: str) -> Iterator[dict[str, Any]]:
    pages = stage.client("s3").get_paginator("list_object_versions").paginate(Bucket=stage.bucket, Prefix=prefix)
    for page in pages:
        for each in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
            yield {"Key": each["Key"], "VersionId": each["VersionId"]}
