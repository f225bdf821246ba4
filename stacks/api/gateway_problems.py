"""Responses of API Gateway itself, before or instead of the function: problem+json (RFC 9457) like the function's.

The templates take variables only, no logic. The content type is set by a header, because API Gateway chooses
the template by the caller's `Accept` and falls back to `application/json` only.
https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_apigateway as apigateway

URN_PREFIX = "urn:digits:problem:"
RETRY_AFTER_SECONDS = 1

# A variable that API Gateway writes as a JSON string, with its quotes. `validationErrorString`, which says more about a
# bad body, is not documented to be escaped, and quotes in it would make the answer no JSON.
_MESSAGE = "$context.error.messageString"


@dataclass(frozen=True, kw_only=True)
class GatewayProblem:
    """One gateway response.

    Attributes
    ----------
    response
        API Gateway's response type.
    slug, title
        Type and title of the problem; the types that the function knows too have its names.
    status
        HTTP status; None keeps the one that API Gateway chose.
    retry_after_seconds
        Whether and when to try again.
    """

    response: apigateway.ResponseType
    slug: str
    title: str
    status: int | None = None
    retry_after_seconds: int | None = None

    @property
    def template(self) -> str:
        """The body: JSON, once API Gateway has filled in its message and the id of the request."""
        members = {"type": URN_PREFIX + self.slug, "title": self.title}
        if self.status is not None:
            members |= {"status": str(self.status)}
        text = json.dumps(members | {"detail": "@detail", "instance": "$context.requestId"})
        return text.replace('"@detail"', _MESSAGE).replace(f'"status": "{self.status}"', f'"status": {self.status}')

    @property
    def headers(self) -> dict[str, str]:
        """Headers, each a fixed text in quotes, as API Gateway requires."""
        headers = {"Content-Type": "'application/problem+json'"}
        if self.retry_after_seconds is not None:
            headers["Retry-After"] = f"'{self.retry_after_seconds}'"
        return headers


_TYPE = apigateway.ResponseType

GATEWAY_PROBLEMS = {
    "Default4xx": GatewayProblem(response=_TYPE.DEFAULT_4_XX, slug="refused", title="the request was refused"),
    # A function that fails too: its type, INTEGRATION_FAILURE, has no response of its own here, because that would give
    # every failure the one status of the type. This one keeps 502 (the function failed) apart from 500 (not called).
    "Default5xx": GatewayProblem(
        response=_TYPE.DEFAULT_5_XX, slug="internal-error", title="the request could not be answered"
    ),
    # Status and type are those of the function for the same fault.
    "BadRequestBody": GatewayProblem(
        response=_TYPE.BAD_REQUEST_BODY,
        slug="wrong-structure",
        title="the JSON does not have the required structure",
        status=422,
    ),
    "MissingAuthenticationToken": GatewayProblem(
        response=_TYPE.MISSING_AUTHENTICATION_TOKEN,
        slug="not-signed",
        title="the request is not signed, or nothing is at this path",
        status=403,
    ),
    "Unauthorized": GatewayProblem(
        response=_TYPE.UNAUTHORIZED,
        slug="not-signed-in",
        title="the request carries no valid token of somebody who has signed in",
        status=401,
    ),
    "AccessDenied": GatewayProblem(
        response=_TYPE.ACCESS_DENIED, slug="access-denied", title="the caller may not do this", status=403
    ),
    "RequestTooLarge": GatewayProblem(
        response=_TYPE.REQUEST_TOO_LARGE, slug="body-too-large", title="the body is too large", status=413
    ),
    "UnsupportedMediaType": GatewayProblem(
        response=_TYPE.UNSUPPORTED_MEDIA_TYPE,
        slug="unsupported-media-type",
        title="the media type of the body is not supported",
        status=415,
    ),
    "Throttled": GatewayProblem(
        response=_TYPE.THROTTLED,
        slug="throttled",
        title="too many requests at the moment",
        status=429,
        retry_after_seconds=RETRY_AFTER_SECONDS,
    ),
    "IntegrationTimeout": GatewayProblem(
        response=_TYPE.INTEGRATION_TIMEOUT,
        slug="function-timeout",
        title="the function did not answer in time",
        status=504,
    ),
}
"""By the construct id of each."""


def add_gateway_problems(api: apigateway.RestApi, *, origins: Sequence[str]) -> None:
    """Set the gateway responses of the API; pages of `origins` may read them."""
    for construct_id, problem in GATEWAY_PROBLEMS.items():
        api.add_gateway_response(
            construct_id,
            type=problem.response,
            status_code=None if problem.status is None else str(problem.status),
            response_headers=problem.headers | _readable(origins),
            templates={"application/json": problem.template},
        )


def _readable(origins: Sequence[str]) -> dict[str, str]:
    """Headers that let a page read the response. Only one origin can be a fixed text.

    Of several, the caller's is repeated: then other pages may read these errors too, which reveal nothing.
    """
    if not origins:
        return {}
    origin = f"'{origins[0]}'" if len(origins) == 1 else "method.request.header.Origin"
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "'Retry-After'",
        "Vary": "'Origin'",
    }
