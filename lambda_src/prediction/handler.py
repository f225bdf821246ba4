"""Entry point of the prediction function, `prediction.handler.handler`: event in, proxy answer out, one log line.

Never raises: what goes wrong becomes a problem document. Bodies and pixels are never logged.
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger

from prediction.application import Answer, Application, problem_response
from prediction.gateway import Request, request_id
from prediction.problems import INTERNAL_ERROR, ProblemError
from prediction.sagemaker_endpoint import SageMakerEndpoint
from prediction.settings import Settings

logger = Logger()


def handler(event: object, context: object) -> dict[str, Any]:
    """Answer one event of API Gateway (REST, proxy integration)."""
    return respond(event, context, application)


@functools.cache
def application() -> Application:
    """Read the settings and connect to the endpoint, once for all requests of this process."""
    settings = Settings.from_environment(os.environ)
    return Application(card=settings.model_card, endpoint=SageMakerEndpoint.connect(settings))


def respond(event: object, context: object, get_application: Callable[[], Application]) -> dict[str, Any]:
    """Answer an event with an application, and log one line about it."""
    started = time.perf_counter()
    identity = request_id(event, context)
    logger.set_correlation_id(identity)
    request = Request.from_event(event)
    facts: dict[str, object] = {"method": request.method, "resource": request.resource}
    answer = _answer(request, identity, get_application, facts)
    facts["status"] = answer.response.status
    facts["rows"] = answer.rows
    facts["duration_ms"] = round((time.perf_counter() - started) * 1000, 1)
    log = logger.error if answer.response.status >= 500 else logger.info
    log("request", extra=facts)
    return answer.response.to_proxy()


def _answer(
    request: Request, identity: str, get_application: Callable[[], Application], facts: dict[str, object]
) -> Answer:
    try:
        app = get_application()
        facts["model"] = app.card.short_digest
        return app.answer(request)
    except ProblemError as error:
        facts |= {"problem": error.problem.slug, "detail": error.detail, "cause": error.cause}
        return Answer(response=problem_response(error, identity))
    except Exception:  # the last resort: the caller gets an answer, the log the reason
        logger.exception("unexpected error")
        facts["problem"] = INTERNAL_ERROR.slug
        return Answer(response=problem_response(ProblemError(INTERNAL_ERROR, INTERNAL_ERROR.remedy), identity))
