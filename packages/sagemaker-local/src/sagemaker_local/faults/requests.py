"""Finds the service, the operation and the resource of an HTTP request; only of services with faults.

Pure. Hosts and paths are those of AWS, of path-style S3, and of the emulator's own `/_aws/appsync-events/`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, unquote

from sagemaker_local.faults.store import Request
from sagemaker_local.faults.targets import APPSYNC, DYNAMODB, S3, SQS
from sagemaker_local.json_text import read_json

_BUCKET_HOST = re.compile(r"([a-z0-9][a-z0-9.-]*?)\.(s3[.-].*|localhost(:\d+)?)", re.IGNORECASE)
_APPSYNC_HOST = re.compile(r"([a-z0-9]+)\.appsync-api\.", re.IGNORECASE)
_APPSYNC_PATH = re.compile(r"/_aws/appsync-events/([^/]+)/event")
_SIGNED_FOR = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")
_FORM = "multipart/form-data"
_UPLOADS = {"uploads": "CreateMultipartUpload"}
_PARTS = {"PUT": "UploadPart", "POST": "CompleteMultipartUpload", "DELETE": "AbortMultipartUpload", "GET": "ListParts"}
_SUBRESOURCES = {
    "acl": "Acl",
    "cors": "Cors",
    "encryption": "Encryption",
    "lifecycle": "LifecycleConfiguration",
    "location": "Location",
    "logging": "Logging",
    "notification": "NotificationConfiguration",
    "ownershipControls": "OwnershipControls",
    "policy": "Policy",
    "tagging": "Tagging",
    "versioning": "Versioning",
}
_VERBS = {"GET": "Get", "PUT": "Put", "DELETE": "Delete", "HEAD": "Head", "POST": "Post"}


def service_of(method: str, path: str, query: str, headers: Mapping[str, str]) -> str:
    """The service that a request is for, as a fault's target names it; empty for the others.

    Parameters
    ----------
    method, path, query
        Path and query as they were sent.
    headers
        With names in lower case.
    """
    host, target = headers.get("host", ""), headers.get("x-amz-target", "")
    if target.startswith("DynamoDB_"):
        return DYNAMODB
    if target.startswith("AmazonSQS."):
        return SQS
    if method == "POST" and (_APPSYNC_PATH.fullmatch(path) or (_APPSYNC_HOST.match(host) and path == "/event")):
        return APPSYNC
    # The signature of a browser's form is in its body, that of a presigned address in its query.
    signed = _SIGNED_FOR.search(headers.get("authorization", "") or unquote(query))
    if signed is not None:
        return {"s3": S3, "sqs": SQS}.get(signed[1], "")
    is_form = method == "POST" and not path.startswith("/_") and headers.get("content-type", "").startswith(_FORM)
    return S3 if is_form or _BUCKET_HOST.fullmatch(host) else ""


def read(service: str, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Request:
    """What a request for that service is about.

    Parameters
    ----------
    service
        From `service_of`.
    method, path, query, headers, body
        Of the request; the body matters to DynamoDB and SQS only.
    """
    if service == S3:
        return _s3(method, path, parse_qs(query, keep_blank_values=True), headers)
    if service == APPSYNC:
        found = _APPSYNC_PATH.fullmatch(path) or _APPSYNC_HOST.match(headers.get("host", ""))
        return Request(service=service, resource=found[1] if found else "", operation="Publish")
    operation = headers.get("x-amz-target", "").rpartition(".")[2]
    if operation:
        return Request(service=service, resource=_resource(service, _json(body)), operation=operation)
    form = {name: values[0] for name, values in parse_qs(body.decode("latin-1")).items()}
    return Request(service=service, resource=_resource(service, form), operation=form.get("Action", ""))


def _json(body: bytes) -> object:
    try:
        return read_json(body or b"{}")
    except ValueError:
        return {}


def _resource(service: str, document: object) -> str:
    """Name of the queue, or of the table; a request for several tables is about the first."""
    if not isinstance(document, dict):
        return ""
    if service == SQS:
        return str(document.get("QueueUrl") or document.get("QueueName") or "").rpartition("/")[2]
    name = document.get("TableName") or next(iter(document.get("RequestItems") or [""]))
    for item in document.get("TransactItems") or ():
        name = name or next((action.get("TableName") for action in item.values()), "")
    return str(name).rpartition("/")[2]


def _s3(method: str, path: str, query: Mapping[str, list[str]], headers: Mapping[str, str]) -> Request:
    host = _BUCKET_HOST.fullmatch(headers.get("host", ""))
    bucket, _, key = (host[1], "", path[1:]) if host else path[1:].partition("/")
    return Request(
        service=S3, resource=bucket, key=unquote(key), operation=_operation(method, bool(key), query, headers)
    )


def _operation(method: str, has_key: bool, query: Mapping[str, list[str]], headers: Mapping[str, str]) -> str:
    if "uploadId" in query:
        return _PARTS.get(method, "")
    for name, operation in _UPLOADS.items():
        if name in query and method == "POST":
            return operation
    what = "Object" if has_key else "Bucket"
    for name, ending in _SUBRESOURCES.items():
        if name in query:
            return f"{_VERBS.get(method, method)}{what}{ending}"
    if has_key:
        return "CopyObject" if method == "PUT" and "x-amz-copy-source" in headers else f"{_VERBS.get(method, '')}Object"
    if method == "POST":
        return "DeleteObjects" if "delete" in query else "PostObject"
    created = {"PUT": "CreateBucket", "DELETE": "DeleteBucket", "HEAD": "HeadBucket"}
    return created.get(method, "ListObjectsV2" if "list-type" in query else "ListObjects")
