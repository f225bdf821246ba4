"""Requests and responses of API Gateway (REST API, proxy integration): an event in, a dictionary out.

Reads any event without assuming that a member is there or of the right type; independent of predictions.
Format: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.problems import MALFORMED_REQUEST, ProblemError

CORRELATION_HEADER = "X-Correlation-Id"
"""Names one action of a user in everything that it causes: requests, log lines, an upload, calls of the endpoint."""

CORRELATION_PATTERN = r"[A-Za-z0-9-]{1,64}"

BODY_BYTES_MAX = 4 * 1024 * 1024
"""Largest body, JSON or picture: base64 of it still fits in the 6 MB that Lambda takes in one event."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the routes need of an event.

    Attributes
    ----------
    method
        HTTP method, upper case.
    resource
        Resource of the API that matched, such as `/predictions`; the path where the event names none.
    headers
        Header values by lower-case name.
    path_parameters
        Values of the parameters `{...}` of the resource, by name.
    context
        What API Gateway says of the request, `requestContext`: who called, under which path.
    """

    method: str
    resource: str
    headers: Mapping[str, str]
    raw_body: str
    is_base64: bool
    path_parameters: Mapping[str, str] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_event(cls, event: object) -> Request:
        """Read an event, whatever it is; what is missing or of a wrong type becomes empty."""
        members: dict[str, Any] = event if isinstance(event, dict) else {}
        return cls(
            method=_text(members.get("httpMethod")).upper(),
            resource=_text(members.get("resource")) or _text(members.get("path")),
            headers=_headers(members),
            raw_body=_text(members.get("body")),
            is_base64=members.get("isBase64Encoded") is True,
            path_parameters={name: _text(value) for name, value in _object(members.get("pathParameters")).items()},
            context=_object(members.get("requestContext")),
        )

    @property
    def request_id(self) -> str:
        """API Gateway's id of this request; empty where there is none."""
        return _text(self.context.get("requestId"))

    @property
    def correlation_id(self) -> str:
        """The id that the caller gave this request in `X-Correlation-Id`, else the request's own.

        A value that is no valid id, such as text that could forge a line of a log, counts as none.
        """
        wanted = self.headers.get(CORRELATION_HEADER.lower(), "").strip()
        return wanted if re.fullmatch(CORRELATION_PATTERN, wanted) else self.request_id

    @property
    def media_type(self) -> str:
        """The Content-Type in lower case, without parameters; empty where there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def body(self) -> bytes:
        """Give the body as the caller sent it.

        Raises
        ------
        ProblemError
            If it is marked as base64 and is not, or holds characters that are no Unicode text.
        """
        try:
            if self.is_base64:
                return base64.b64decode(self.raw_body, validate=True)
            return self.raw_body.encode()
        except (binascii.Error, ValueError) as error:
            raise ProblemError(MALFORMED_REQUEST, f"the body's encoding is broken: {error}") from error


@dataclass(frozen=True, kw_only=True)
class Response:
    """A response: status, headers beside the usual ones, and a JSON document or nothing."""

    status: int
    document: Mapping[str, object] | None
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_proxy(self) -> dict[str, Any]:
        """Give the dictionary that API Gateway turns into the HTTP response."""
        usual = {
            "Content-Type": self.content_type,
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return {
            "statusCode": self.status,
            "headers": usual | dict(self.headers),
            "body": "" if self.document is None else json.dumps(self.document, separators=(",", ":"), allow_nan=False),
            "isBase64Encoded": False,
        }


def request_id(request: Request, context: object) -> str:
    """Find the id that names this request: API Gateway's, else the Lambda invocation's, else "unknown"."""
    return request.request_id or _text(getattr(context, "aws_request_id", None)) or "unknown"


def _headers(members: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    several = members.get("multiValueHeaders")
    if isinstance(several, dict):
        for name, values in several.items():
            if isinstance(values, list) and values:
                found[str(name).lower()] = _text(values[-1])
    single = members.get("headers")
    if isinstance(single, dict):
        found |= {str(name).lower(): value for name, value in single.items() if isinstance(value, str)}
    return found


def _object(value: object) -> dict[str, Any]:
    return {name: member for name, member in value.items() if isinstance(name, str)} if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
