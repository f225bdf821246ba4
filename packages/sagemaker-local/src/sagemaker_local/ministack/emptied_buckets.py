"""The CDK's Custom::S3AutoDeleteObjects without its Lambda: empties the bucket when the resource is deleted.

The CDK's handler is JavaScript and needs a package that AWS has in its runtime and this machine has not.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

Json = dict[str, Any]
_TAG = "aws-cdk:auto-delete-objects"


def handlers(*, buckets: MutableMapping[str, Json], tags: MutableMapping[str, Json]) -> dict[str, Callable[..., Any]]:
    """Create, update and delete of the resource type, on the emulator's own buckets and their tags."""

    def create(_logical_id: str, properties: Json, _stack_name: str) -> tuple[str, Json]:
        return f"empty-{properties['BucketName']}", {}

    def update(physical_id: str, _old: Json, _new: Json, _stack_name: str) -> tuple[str, Json]:
        return physical_id, {}

    def delete(_physical_id: str, properties: Json) -> None:
        name = properties["BucketName"]
        if name in buckets and tags.get(name, {}).get(_TAG) == "true":
            buckets[name]["objects"].clear()

    return {"create": create, "update": update, "delete": delete}
