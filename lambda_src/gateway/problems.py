"""The errors of a request, and the problem documents that callers get (RFC 9457).

A `ProblemType` is a stable URN, a status, a title and what to do next. Those of any request stand here; each kit and
function has its own beside its code, in a module `problems`. `http_api.problem_table` and `docs/api.md` list all of
them. Nothing here knows an HTTP framework, an AWS client or logging.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

URN_PREFIX = "urn:digits:problem:"


@dataclass(frozen=True, kw_only=True)
class ProblemType:
    """One kind of problem.

    Attributes
    ----------
    slug
        Stable name, the end of the `type` URN.
    status
        HTTP status of the answer.
    title
        What it is, the same for every occurrence.
    remedy
        What the caller can do about it.
    retry_after_seconds
        Shortest wait worth trying again after; None where trying again does not help or its time is not known.
    """

    slug: str
    status: int
    title: str
    remedy: str
    retry_after_seconds: int | None = None

    @property
    def uri(self) -> str:
        """The value of the member `type`."""
        return URN_PREFIX + self.slug


MALFORMED_REQUEST = ProblemType(
    slug="malformed-request",
    status=400,
    title="the request cannot be read",
    remedy="send a body, encoded once; send a picture as binary data, not as base64 text",
)
INVALID_JSON = ProblemType(
    slug="invalid-json",
    status=400,
    title="the body is not JSON",
    remedy="send one JSON object in UTF-8, without NaN, Infinity or repeated members",
)
NOT_FOUND = ProblemType(
    slug="not-found", status=404, title="there is nothing at this path", remedy="see the paths of the API document"
)
METHOD_NOT_ALLOWED = ProblemType(
    slug="method-not-allowed",
    status=405,
    title="this path does not support this method",
    remedy="use one of the methods in the header Allow",
)
BODY_TOO_LARGE = ProblemType(
    slug="body-too-large",
    status=413,
    title="the body is too large",
    remedy="send fewer rows in one request, or a smaller picture",
)
UNSUPPORTED_MEDIA_TYPE = ProblemType(
    slug="unsupported-media-type",
    status=415,
    title="the media type of the body is not supported",
    remedy="send one of the types in the header Accept, and name it in Content-Type",
)
INTERNAL_ERROR = ProblemType(
    slug="internal-error",
    status=500,
    title="the service failed",
    remedy="report the value of `instance`; the log contains the cause",
)


@dataclass(eq=False)
class ProblemError(Exception):
    """One occurrence of a problem: raised by the domain and the adapter, answered by the handler.

    Attributes
    ----------
    problem
        Its row of the table.
    detail
        What happened this time, for the caller: value got, what is allowed.
    members
        Further members of the problem document, such as the row and the position of a wrong value.
    headers
        Further headers of the answer, such as Allow.
    cause
        What only the log may know, such as the message of the model's container.
    """

    problem: ProblemType
    detail: str
    members: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    cause: str | None = None

    def __str__(self) -> str:
        return f"{self.problem.slug}: {self.detail}"
