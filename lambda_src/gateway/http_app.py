"""Runs an application on events of API Gateway: the outermost layer of each function behind the HTTP API.

Never raises: what goes wrong becomes a problem document. Logs one line a request and measures it. Bodies are never
logged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from zlib import crc32

from aws_lambda_powertools import Logger

from gateway.cors import Origins, with_headers
from gateway.events import CORRELATION_HEADER, Request, Response, request_id
from gateway.metrics import FunctionMetrics, Measure, problem_measures
from gateway.problems import INTERNAL_ERROR, METHOD_NOT_ALLOWED, NOT_FOUND, ProblemError

PREFLIGHT = "OPTIONS"
PROBLEM_TYPE = "application/problem+json"


@dataclass(frozen=True, kw_only=True)
class Result:
    """A response, and what is logged and measured of its request."""

    response: Response
    facts: Mapping[str, object] = field(default_factory=dict)
    measures: Sequence[Measure] = ()


Route = Callable[[Request], Result]
"""Handles a request of one resource and method. Raises `ProblemError` for every response but a success."""


class HttpApp(Protocol):
    """The application of one function."""

    @property
    def origins(self) -> Origins:
        """The web pages that may call."""
        ...

    @property
    def routes(self) -> Mapping[str, Mapping[str, Route]]:
        """The route of each resource and method."""
        ...


def respond(
    event: object,
    context: object,
    get_app: Callable[[], HttpApp],
    logger: Logger,
    metrics: FunctionMetrics | None = None,
) -> dict[str, Any]:
    """Handle an event: log one line, record the measures, and give the response for API Gateway."""
    started = time.perf_counter()
    request = Request.from_event(event)
    identity = request_id(request, context)
    correlation = request.correlation_id or identity
    logger.set_correlation_id(correlation)
    result = _result(request, identity, get_app, logger)
    response = result.response
    facts = {
        "request_id": identity,
        "method": request.method,
        "resource": request.resource,
        **result.facts,
        "status": response.status,
        "duration_ms": round((time.perf_counter() - started) * 1000, 1),
    }
    (logger.error if response.status >= 500 else logger.info)("request", extra=facts)
    if metrics is not None:
        problem = str(result.facts.get("problem", ""))
        metrics.record(result.measures, logger=logger, correlation_id=correlation, problem=problem)
    return with_headers(response, {CORRELATION_HEADER: correlation}).to_proxy()


def _result(request: Request, identity: str, get_app: Callable[[], HttpApp], logger: Logger) -> Result:
    cross_origin: Mapping[str, str] = {}
    try:
        app = get_app()
        if request.method == PREFLIGHT and (methods := app.routes.get(request.resource)):
            return Result(response=app.origins.preflight(request, methods))
        cross_origin = app.origins.headers(request)
        result = find_route(app, request)(request)
        return replace(result, response=with_headers(result.response, cross_origin))
    except ProblemError as error:
        return _refused(request, error, identity, cross_origin)
    except Exception:  # the last resort: the caller gets a response, the log the reason
        logger.exception("unexpected error")
        return _refused(request, ProblemError(INTERNAL_ERROR, INTERNAL_ERROR.remedy), identity, cross_origin)


def find_route(app: HttpApp, request: Request) -> Route:
    """Find what handles a request.

    Raises
    ------
    ProblemError
        `not-found` or `method-not-allowed`.
    """
    methods = app.routes.get(request.resource)
    if methods is None:
        raise ProblemError(NOT_FOUND, f"the paths here are {', '.join(app.routes)}")
    if request.method not in methods:
        allowed = ", ".join(methods)
        raise ProblemError(METHOD_NOT_ALLOWED, f"{request.resource} takes {allowed}", headers={"Allow": allowed})
    return methods[request.method]


def _refused(request: Request, error: ProblemError, identity: str, cross_origin: Mapping[str, str]) -> Result:
    return Result(
        response=with_headers(problem_response(error, identity), cross_origin),
        facts={"problem": error.problem.slug, "detail": error.detail, "cause": error.cause},
        measures=problem_measures(error.problem.status, is_picture=request.media_type.startswith("image/")),
    )


def problem_response(error: ProblemError, request_id: str) -> Response:
    """Make the problem document of an error (RFC 9457) with its status and headers."""
    problem = error.problem
    document = {
        "type": problem.uri,
        "title": problem.title,
        "status": problem.status,
        "detail": error.detail,
        "instance": request_id,
        **error.members,
    }
    headers = dict(error.headers)
    if problem.retry_after_seconds is not None:
        headers["Retry-After"] = str(_spread(problem.retry_after_seconds, request_id))
    return Response(status=problem.status, document=document, content_type=PROBLEM_TYPE, headers=headers)


def _spread(seconds: int, request_id: str) -> int:
    """Add up to as much again, so that callers told to wait at the same moment do not come back at the same moment."""
    return seconds + crc32(request_id.encode("utf-8", "replace")) % (seconds + 1)
