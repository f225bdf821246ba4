"""The error answers of the services that can fail on demand, as they come over the wire. Pure.

Codes and statuses are those of the services' API references; the texts are what their users have reported.
"""

from __future__ import annotations

import base64
import json
import os
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from sagemaker_local.faults.fault import Kind
from sagemaker_local.faults.store import Request
from sagemaker_local.faults.targets import APPSYNC, DYNAMODB, S3, SQS
from sagemaker_local.json_text import read_json

Answer = tuple[int, dict[str, str], bytes]


@dataclass(frozen=True, kw_only=True)
class _Error:
    """An error of a service; in JSON 1.0 its code stands behind the name of the model that it is from."""

    code: str
    status: int
    message: str
    model: str = ""


_DYNAMODB, _AVAILABILITY, _CORAL = (
    "com.amazonaws.dynamodb.v20120810",
    "com.amazon.coral.availability",
    "com.amazon.coral.service",
)
_ERRORS: Mapping[str, Mapping[Kind, _Error]] = {
    S3: {
        Kind.THROTTLE: _Error(code="SlowDown", status=503, message="Please reduce your request rate."),
        Kind.UNAVAILABLE: _Error(code="ServiceUnavailable", status=503, message="Service is unable to handle request."),
        Kind.INTERNAL: _Error(
            code="InternalError", status=500, message="We encountered an internal error. Please try again."
        ),
        Kind.DENIED: _Error(code="AccessDenied", status=403, message="Access Denied"),
        Kind.MISSING: _Error(code="NoSuchKey", status=404, message="The specified key does not exist."),
    },
    DYNAMODB: {
        Kind.THROTTLE: _Error(
            code="ThrottlingException",
            status=400,
            model=_AVAILABILITY,
            message="Rate of requests exceeds the allowed throughput.",
        ),
        Kind.THROUGHPUT: _Error(
            code="ProvisionedThroughputExceededException",
            status=400,
            model=_DYNAMODB,
            message="The level of configured provisioned throughput for the table was exceeded. Consider increasing "
            "your provisioning level with the UpdateTable API.",
        ),
        Kind.UNAVAILABLE: _Error(
            code="ServiceUnavailableException",
            status=503,
            model=_AVAILABILITY,
            message="Service is currently unavailable.",
        ),
        Kind.INTERNAL: _Error(code="InternalServerError", status=500, model=_DYNAMODB, message="Internal server error"),
        Kind.DENIED: _Error(
            code="AccessDeniedException", status=400, model=_CORAL, message="Access is denied by a fault."
        ),
    },
    SQS: {
        Kind.THROTTLE: _Error(
            code="RequestThrottled", status=400, model="com.amazonaws.sqs", message="The request was denied."
        ),
        Kind.UNAVAILABLE: _Error(
            code="ServiceUnavailable", status=503, model=_AVAILABILITY, message="Service is currently unavailable."
        ),
        Kind.INTERNAL: _Error(
            code="InternalFailure",
            status=500,
            model=_CORAL,
            message="The request processing has failed because of an unknown error.",
        ),
        Kind.DENIED: _Error(
            code="AccessDeniedException", status=400, model=_CORAL, message="Access is denied by a fault."
        ),
    },
    APPSYNC: {
        Kind.THROTTLE: _Error(code="TooManyRequestsException", status=429, message="Rate limit exceeded."),
        Kind.UNAVAILABLE: _Error(
            code="ServiceUnavailableException", status=503, message="Service is currently unavailable."
        ),
        Kind.INTERNAL: _Error(code="InternalFailureException", status=500, message="An internal failure occurred."),
        Kind.DENIED: _Error(
            code="UnauthorizedException", status=401, message="You are not authorized to make this call."
        ),
    },
}


def error(request: Request, kind: Kind, *, method: str, content_type: str) -> Answer | None:
    """The service's error of that kind; `None` for the kinds that are no answer of the service.

    Parameters
    ----------
    request
        What is refused.
    kind
        Of the fault.
    method, content_type
        Of the HTTP request: the answer to HEAD has no body, SQS answers forms in XML.
    """
    found = _ERRORS[request.service].get(kind)
    if found is None:
        return None
    if request.service == S3:
        return _s3(request, found, has_body=method != "HEAD")
    if request.service == DYNAMODB:
        return _json(found, {"x-amz-crc32": ""})
    if request.service == SQS:
        return _sqs_form(found) if content_type.startswith("application/x-www-form-urlencoded") else _sqs(found)
    return _appsync(found)


def published(body: bytes) -> Answer:
    """What AppSync says of events that it has taken; also the answer for one that is lost."""
    try:
        count = len(read_json(body).get("events", []))
    except (ValueError, AttributeError, TypeError):
        count = 1
    taken = [{"identifier": str(uuid.uuid4()), "index": index} for index in range(count)]
    document = {"failed": [], "successful": taken}
    return 200, {"Content-Type": "application/json"}, json.dumps(document).encode()


def _s3(request: Request, found: _Error, *, has_body: bool) -> Answer:
    identifier, host = os.urandom(8).hex().upper(), base64.b64encode(os.urandom(48)).decode()
    key = f"<Key>{escape(request.key)}</Key>" if found.code == "NoSuchKey" else ""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{found.code}</Code><Message>{found.message}</Message>{key}"
        f"<RequestId>{identifier}</RequestId><HostId>{host}</HostId></Error>"
    )
    headers = {"x-amz-request-id": identifier, "x-amz-id-2": host, "Content-Type": "application/xml"}
    return found.status, {**headers, "Server": "AmazonS3"}, body.encode() if has_body else b""


def _json(found: _Error, more: Mapping[str, str]) -> Answer:
    body = json.dumps({"__type": f"{found.model}#{found.code}", "message": found.message}).encode()
    headers = {"x-amzn-RequestId": str(uuid.uuid4()), "Content-Type": "application/x-amz-json-1.0", **more}
    if "x-amz-crc32" in headers:
        headers["x-amz-crc32"] = str(zlib.crc32(body))
    return found.status, headers, body


def _sqs(found: _Error) -> Answer:
    """SQS in JSON also sends the code that the API had before; botocore raises that one."""
    return _json(found, {"x-amzn-query-error": f"{_query_code(found)};{_side(found)}"})


def _query_code(found: _Error) -> str:
    return found.code.removesuffix("Exception")


def _sqs_form(found: _Error) -> Answer:
    identifier = str(uuid.uuid4())
    body = (
        '<?xml version="1.0"?><ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/">'
        f"<Error><Type>{_side(found)}</Type><Code>{_query_code(found)}</Code><Message>{found.message}</Message><Detail/>"
        "</Error>"
        f"<RequestId>{identifier}</RequestId></ErrorResponse>"
    )
    return found.status, {"x-amzn-RequestId": identifier, "Content-Type": "text/xml"}, body.encode()


def _side(found: _Error) -> str:
    return "Receiver" if found.status >= 500 else "Sender"


def _appsync(found: _Error) -> Answer:
    body = json.dumps({"errors": [{"errorType": found.code, "message": found.message}]}).encode()
    headers = {"x-amzn-RequestId": str(uuid.uuid4()), "x-amzn-ErrorType": found.code}
    return found.status, {**headers, "Content-Type": "application/json;charset=UTF-8"}, body
