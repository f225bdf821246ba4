"""Handler of the custom resource `Custom::ModelArtifactCheck` of CloudFormation.

Create and update check; delete has nothing to remove. Whatever happens CloudFormation gets a response, since it would
wait for one until the resource's time-out.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes.html
"""

from __future__ import annotations

import json
import logging
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

from artifact_check.checker import Artifact, ArtifactError, ObjectStore, check
from artifact_check.s3_store import S3Store

logger = logging.getLogger("artifact_check")
logger.setLevel(logging.INFO)

RESPONSE_SECONDS = 10

REASON_CHARACTERS = 2048
"""Of the reason: CloudFormation takes a response of 4,096 bytes, keys of S3 have up to 1,024."""


def handler(event: Mapping[str, Any], context: Any) -> None:
    """Entry point of the function."""
    respond(event, S3Store, _put, log_stream=getattr(context, "log_stream_name", "unknown"))


def respond(
    event: Mapping[str, Any],
    make_store: Callable[[], ObjectStore],
    put: Callable[[str, bytes], None],
    *,
    log_stream: str,
) -> None:
    """Check, then send the response to CloudFormation.

    Parameters
    ----------
    event
        CloudFormation's request.
    make_store
        Makes the store of objects; not called for a delete.
    put
        Sends a body to a URL.
    log_stream
        Name of the log stream of this call.
    """
    problem = _problem(event, make_store, log_stream)
    logger.info("%s: %s", event["RequestType"], problem or "the artifact matches the manifest")
    body = {
        "Status": "FAILED" if problem else "SUCCESS",
        "Reason": (problem or "")[:REASON_CHARACTERS],
        "PhysicalResourceId": event.get("PhysicalResourceId") or event["LogicalResourceId"],
        **{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")},
    }
    put(event["ResponseURL"], json.dumps(body).encode())


def _problem(event: Mapping[str, Any], make_store: Callable[[], ObjectStore], log_stream: str) -> str | None:
    if event["RequestType"] == "Delete":
        return None
    try:
        check(_artifact(event["ResourceProperties"]), make_store())
    except ArtifactError as problem:
        return str(problem)
    except Exception:
        # The last resort: without a response the deployment would hang until its time-out.
        logger.exception("the check itself failed")
        return f"the check of the model's artifact failed with an error; its log stream is {log_stream}"
    return None


def _artifact(properties: Mapping[str, str]) -> Artifact:
    return Artifact(
        bucket=properties["Bucket"],
        key=properties["Key"],
        sha256=properties["Sha256"],
        size_bytes=int(properties["SizeBytes"]),  # CloudFormation passes every value as text
    )


def _put(url: str, body: bytes) -> None:
    # A signed URL of S3: an empty content type is part of what is signed.
    request = urllib.request.Request(url, data=body, method="PUT", headers={"Content-Type": ""})  # noqa: S310
    with urllib.request.urlopen(request, timeout=RESPONSE_SECONDS):  # noqa: S310
        pass
