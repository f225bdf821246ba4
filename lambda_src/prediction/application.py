"""The routes of the HTTP API: parse, ask the domain, answer. Knows no AWS and no logging; the handler adds both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zlib import crc32

from prediction.classify import Endpoint, classify
from prediction.gateway import Request, Response
from prediction.limits import BODY_BYTES_MAX
from prediction.problems import (
    BODY_TOO_LARGE,
    MALFORMED_REQUEST,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    UNSUPPORTED_MEDIA_TYPE,
    ProblemError,
)
from prediction.rows import parse_rows
from prediction.settings import ModelCard

PREDICTIONS = "/predictions"
MODEL = "/model"

JSON_TYPE = "application/json"
PROBLEM_TYPE = "application/problem+json"


def read_image(body: bytes, media_type: str) -> list[bytes]:
    """Read one picture of a digit as one row of pixels; the imaging library is imported only when a picture comes."""
    from prediction.images import decode
    from prediction.normalise import normalise

    return [normalise(decode(body, media_type))]


READERS: Mapping[str, Callable[[bytes, str], list[bytes]]] = {
    JSON_TYPE: lambda body, _: parse_rows(body),
    "image/png": read_image,
    "image/jpeg": read_image,
}
"""How a body of each media type becomes rows of pixels."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A response and how many rows were scored for it."""

    response: Response
    rows: int = 0


@dataclass(frozen=True, kw_only=True)
class Application:
    """The API over one model."""

    card: ModelCard
    endpoint: Endpoint

    def answer(self, request: Request) -> Answer:
        """Answer a request.

        Raises
        ------
        ProblemError
            If the request is not answered with 200.
        """
        return route(request)(self, request)

    def predict(self, request: Request) -> Answer:
        """Answer `POST /predictions`."""
        predictions = classify(read_rows(request), self.endpoint)
        document = {
            "predictions": [{"digit": p.digit, "probabilities": p.probabilities} for p in predictions],
            "model": self.card.short_digest,
        }
        return Answer(response=Response(status=200, document=document), rows=len(predictions))

    def show_model(self, _: Request) -> Answer:
        """Answer `GET /model`."""
        document = {**self.card.document, "model": self.card.short_digest}
        headers = {"Cache-Control": "private, max-age=60"}
        return Answer(response=Response(status=200, document=document, headers=headers))


Route = Callable[[Application, Request], Answer]

ROUTES: Mapping[str, Mapping[str, Route]] = {
    PREDICTIONS: {"POST": Application.predict},
    MODEL: {"GET": Application.show_model},
}
"""What answers, by resource and method."""


def route(request: Request) -> Route:
    """Find what answers a request.

    Raises
    ------
    ProblemError
        If the path is unknown, or known but not with this method.
    """
    methods = ROUTES.get(request.resource)
    if methods is None:
        raise ProblemError(NOT_FOUND, f"the paths here are {', '.join(ROUTES)}")
    if request.method not in methods:
        allowed = ", ".join(methods)
        raise ProblemError(METHOD_NOT_ALLOWED, f"{request.resource} takes {allowed}", headers={"Allow": allowed})
    return methods[request.method]


def read_rows(request: Request) -> list[bytes]:
    """Read the pixels out of a prediction request, whatever its media type.

    Returns
    -------
    list of bytes
        Rows of 784 pixels 0..255, row-major, 0 is background.

    Raises
    ------
    ProblemError
        If type, size or content are not as the API wants them.
    """
    read = READERS.get(request.media_type)
    if read is None:
        accepted = ", ".join(READERS)
        got = f"Content-Type is {request.media_type[:80]!r}" if request.media_type else "there is no Content-Type"
        raise ProblemError(UNSUPPORTED_MEDIA_TYPE, f"{got}; {accepted} are read", headers={"Accept": accepted})
    body = request.body()
    if not body:
        raise ProblemError(MALFORMED_REQUEST, "the body is empty")
    if len(body) > BODY_BYTES_MAX:
        raise ProblemError(BODY_TOO_LARGE, f"the body has {len(body)} bytes; {BODY_BYTES_MAX} are allowed")
    return read(body, request.media_type)


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
