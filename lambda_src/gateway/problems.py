"""Every way a request can end badly: ONE table from what went wrong to what the caller is told (RFC 9457).

Each `ProblemType` is a stable URN, a status, a title, what to do next, and the error codes of the SageMaker runtime
that mean it. It knows no HTTP framework, AWS client or logging. `docs/api.md` and `openapi.json` show the same
table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from contract.digit import PIXEL_MAX, PIXELS, SIDE
from gateway.limits import ROWS_MAX, ROWS_MIN

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
    service_errors
        Error codes of the SageMaker runtime (and of AWS services in general) that mean this.
    """

    slug: str
    status: int
    title: str
    remedy: str
    retry_after_seconds: int | None = None
    service_errors: tuple[str, ...] = ()

    @property
    def uri(self) -> str:
        """The value of the member `type`."""
        return URN_PREFIX + self.slug


MALFORMED_REQUEST = ProblemType(
    slug="malformed-request",
    status=400,
    title="the request cannot be read",
    remedy="send a body, encoded once; a picture goes as it is, not as base64 text",
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
    title="this path does not take this method",
    remedy="use one of the methods in the header Allow",
)
BODY_TOO_LARGE = ProblemType(
    slug="body-too-large",
    status=413,
    title="the body is too large",
    remedy="send fewer rows in one request, or a smaller picture",
)
TOO_MANY_PIXELS = ProblemType(
    slug="too-many-pixels",
    status=413,
    title="the picture has too many pixels",
    remedy="scale the picture down; 280 x 280 is plenty for one digit",
)
UNSUPPORTED_MEDIA_TYPE = ProblemType(
    slug="unsupported-media-type",
    status=415,
    title="the body is of a type that is not read here",
    remedy="send one of the types in the header Accept, and name it in Content-Type",
)
CONTENT_TYPE_MISMATCH = ProblemType(
    slug="content-type-mismatch",
    status=415,
    title="the body is not what its Content-Type says",
    remedy="name the type the picture really has",
)
WRONG_STRUCTURE = ProblemType(
    slug="wrong-structure",
    status=422,
    title="the JSON does not have the structure that is asked for",
    remedy=f'send {{"instances": [[{PIXELS} integers], ...]}} and no other member',
)
WRONG_ROW_COUNT = ProblemType(
    slug="wrong-row-count",
    status=422,
    title="the request has no rows or too many",
    remedy=f"send {ROWS_MIN} to {ROWS_MAX} rows; split a longer list over several requests",
)
WRONG_LENGTH = ProblemType(
    slug="wrong-length",
    status=422,
    title=f"a row does not have {PIXELS} values",
    remedy=f"send {SIDE} x {SIDE} pixels row by row, without the label",
)
WRONG_VALUE = ProblemType(
    slug="wrong-value",
    status=422,
    title=f"a value is not an integer from 0 to {PIXEL_MAX}",
    remedy=f"send raw grey values as JSON integers, 0 for background, {PIXEL_MAX} for ink; undo any scaling to 0..1",
)
UNREADABLE_IMAGE = ProblemType(
    slug="unreadable-image",
    status=422,
    title="the picture cannot be decoded",
    remedy="save it again as PNG or JPEG and send the whole file",
)
ANIMATED_IMAGE = ProblemType(
    slug="animated-image", status=422, title="the picture is animated", remedy="send a single frame"
)
BLANK_IMAGE = ProblemType(
    slug="blank-image",
    status=422,
    title="there is no ink on the picture",
    remedy="send a picture of one digit that stands out from its background",
)
THROTTLED = ProblemType(
    slug="throttled",
    status=429,
    title="too many requests at the moment",
    remedy="wait for the seconds in Retry-After, then send the request again",
    retry_after_seconds=1,
    service_errors=(
        "ThrottlingException",
        "Throttling",
        "ThrottledException",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "SlowDown",
    ),
)
INTERNAL_ERROR = ProblemType(
    slug="internal-error",
    status=500,
    title="the service failed",
    remedy="report the value of `instance`; the log holds the reason under it",
    # ValidationError: we built a request that the service does not take. What is named nowhere ends here too.
    service_errors=("ValidationError", "AccessDeniedException", "UnrecognizedClientException", "ExpiredTokenException"),
)
MODEL_REJECTED_INPUT = ProblemType(
    slug="model-rejected-input",
    status=502,
    title="the model did not take the input",
    remedy="report the value of `instance`; the input was checked, so model and API do not fit together",
)
MODEL_FAILED = ProblemType(
    slug="model-failed",
    status=502,
    title="the model failed",
    remedy="try once more; if it fails again, report the value of `instance`",
    service_errors=("ModelError",),
)
BAD_MODEL_OUTPUT = ProblemType(
    slug="bad-model-output",
    status=502,
    title="the model answered something that is not ten probabilities a row",
    remedy="report the value of `instance`; a wrong model may have been deployed",
)
MODEL_NOT_READY = ProblemType(
    slug="model-not-ready",
    status=503,
    title="the model is still being loaded",
    remedy="wait for the seconds in Retry-After, then send the request again",
    retry_after_seconds=5,
    service_errors=("ModelNotReadyException",),
)
ENDPOINT_NOT_FOUND = ProblemType(
    slug="endpoint-not-found",
    status=503,
    title="no model is deployed at the moment",
    remedy="wait for the seconds in Retry-After, then send the request again; report it if it lasts",
    retry_after_seconds=30,
)
ENDPOINT_UNAVAILABLE = ProblemType(
    slug="endpoint-unavailable",
    status=503,
    title="the endpoint cannot answer at the moment",
    remedy="wait for the seconds in Retry-After, then send the request again",
    retry_after_seconds=2,
    service_errors=(
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "InternalFailure",
        "InternalServerException",
        "InternalDependencyException",
    ),
)
ENDPOINT_TIMEOUT = ProblemType(
    slug="endpoint-timeout",
    status=504,
    title="the endpoint did not answer in time",
    remedy="send fewer rows in one request; the time is used up, so wait before trying again",
)

PROBLEM_TYPES: tuple[ProblemType, ...] = (
    MALFORMED_REQUEST,
    INVALID_JSON,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    BODY_TOO_LARGE,
    TOO_MANY_PIXELS,
    UNSUPPORTED_MEDIA_TYPE,
    CONTENT_TYPE_MISMATCH,
    WRONG_STRUCTURE,
    WRONG_ROW_COUNT,
    WRONG_LENGTH,
    WRONG_VALUE,
    UNREADABLE_IMAGE,
    ANIMATED_IMAGE,
    BLANK_IMAGE,
    THROTTLED,
    INTERNAL_ERROR,
    MODEL_REJECTED_INPUT,
    MODEL_FAILED,
    BAD_MODEL_OUTPUT,
    MODEL_NOT_READY,
    ENDPOINT_NOT_FOUND,
    ENDPOINT_UNAVAILABLE,
    ENDPOINT_TIMEOUT,
)

BY_SERVICE_ERROR: Mapping[str, ProblemType] = MappingProxyType(
    {code: problem for problem in PROBLEM_TYPES for code in problem.service_errors}
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
