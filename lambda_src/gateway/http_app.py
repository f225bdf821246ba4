"""Answers an event of API Gateway with whatever answers requests: the outermost layer of each function behind the API.

Never raises: what goes wrong becomes a problem document. Logs one line a request and measures it. Bodies are never
logged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from zlib import crc32

from aws_lambda_powertools import Logger

from gateway.cors import Origins, with_headers
from gateway.events import CORRELATION_HEADER, Request, Response, request_id
from gateway.metrics import FunctionMetrics, Measure, of_problem
from gateway.problems import INTERNAL_ERROR, METHOD_NOT_ALLOWED, NOT_FOUND, ProblemError

PREFLIGHT = "OPTIONS"
PROBLEM_TYPE = "application/problem+json"


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A response, what the log is to know of it, and what is measured."""

    response: Response
    facts: Mapping[str, object] = field(default_factory=dict)
    measures: Sequence[Measure] = ()


class Answers(Protocol):
    """What answers the requests of one function."""

    @property
    def origins(self) -> Origins:
        """The web pages that may call."""
        ...

    def methods(self, resource: str) -> Iterable[str]:
        """Name the methods that a resource takes; none if there is no such resource."""
        ...

    def answer(self, request: Request) -> Answered:
        """Answer a request.

        Raises
        ------
        ProblemError
            If it cannot be answered as wished.
        """
        ...


def respond(
    event: object,
    context: object,
    get_answers: Callable[[], Answers],
    logger: Logger,
    metrics: FunctionMetrics | None = None,
) -> dict[str, Any]:
    """Answer an event; log one line about it, and record what is to be measured."""
    started = time.perf_counter()
    request = Request.from_event(event)
    identity = request_id(request, context)
    correlation = request.correlation_id or identity
    logger.set_correlation_id(correlation)
    answered = _answer(request, identity, get_answers, logger)
    response = answered.response
    facts = {
        "request_id": identity,
        "method": request.method,
        "resource": request.resource,
        **answered.facts,
        "status": response.status,
        "duration_ms": round((time.perf_counter() - started) * 1000, 1),
    }
    (logger.error if response.status >= 500 else logger.info)("request", extra=facts)
    if metrics is not None:
        problem = str(answered.facts.get("problem", ""))
        metrics.record(answered.measures, logger=logger, correlation_id=correlation, problem=problem)
    return with_headers(response, {CORRELATION_HEADER: correlation}).to_proxy()


def _answer(request: Request, identity: str, get_answers: Callable[[], Answers], logger: Logger) -> Answered:
    cross_origin: Mapping[str, str] = {}
    try:
        answers = get_answers()
        if request.method == PREFLIGHT and (methods := list(answers.methods(request.resource))):
            return Answered(response=answers.origins.preflight(request, methods))
        cross_origin = answers.origins.headers(request)
        answered = answers.answer(request)
        return replace(answered, response=with_headers(answered.response, cross_origin))
    except ProblemError as error:
        return _refused(request, error, identity, cross_origin)
    except Exception:  # the last resort: the caller gets an answer, the log the reason
        logger.exception("unexpected error")
        return _refused(request, ProblemError(INTERNAL_ERROR, INTERNAL_ERROR.remedy), identity, cross_origin)


def _refused(request: Request, error: ProblemError, identity: str, cross_origin: Mapping[str, str]) -> Answered:
    return Answered(
        response=with_headers(problem_response(error, identity), cross_origin),
        facts={"problem": error.problem.slug, "detail": error.detail, "cause": error.cause},
        measures=of_problem(error.problem.status, is_picture=request.media_type.startswith("image/")),
    )


def refuse_route(request: Request, routes: Mapping[str, Mapping[str, object]]) -> ProblemError:
    """Say why no route answers a request: its path is unknown, or known but not with this method."""
    methods = routes.get(request.resource)
    if methods is None:
        return ProblemError(NOT_FOUND, f"the paths here are {', '.join(routes)}")
    allowed = ", ".join(methods)
    return ProblemError(METHOD_NOT_ALLOWED, f"{request.resource} takes {allowed}", headers={"Allow": allowed})


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
