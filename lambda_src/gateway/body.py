"""The body of a request, if its type and its size are supported. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.events import BODY_BYTES_MAX, Request
from gateway.problems import BODY_TOO_LARGE, MALFORMED_REQUEST, UNSUPPORTED_MEDIA_TYPE, ProblemError


def checked_body(request: Request, media_types: Sequence[str]) -> bytes:
    """Give the body of a request for one of these media types.

    Raises
    ------
    ProblemError
        If its type or size is not supported, or there is none.
    """
    if request.media_type not in media_types:
        accepted = ", ".join(media_types)
        got = f"Content-Type is {request.media_type[:80]!r}" if request.media_type else "there is no Content-Type"
        told = f"{got}; {accepted} {'is' if len(media_types) == 1 else 'are'} read"
        raise ProblemError(UNSUPPORTED_MEDIA_TYPE, told, headers={"Accept": accepted})
    body = request.body()
    if not body:
        raise ProblemError(MALFORMED_REQUEST, "the body is empty")
    if len(body) > BODY_BYTES_MAX:
        raise ProblemError(BODY_TOO_LARGE, f"the body has {len(body)} bytes; {BODY_BYTES_MAX} are allowed")
    return body
