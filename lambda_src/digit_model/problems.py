"""What can go wrong with the model and its endpoint: rows of the table of problems (RFC 9457), and errors of AWS."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.problems import INTERNAL_ERROR, ProblemType

THROTTLED = ProblemType(
    slug="throttled",
    status=429,
    title="too many requests at the moment",
    remedy="wait for the seconds in Retry-After, then send the request again",
    retry_after_seconds=1,
)
MODEL_REJECTED_INPUT = ProblemType(
    slug="model-rejected-input",
    status=502,
    title="the model rejected the input",
    remedy="report the value of `instance`; the input was checked, so model and API do not fit together",
)
MODEL_FAILED = ProblemType(
    slug="model-failed",
    status=502,
    title="the model failed",
    remedy="try once more; if it fails again, report the value of `instance`",
)
BAD_MODEL_OUTPUT = ProblemType(
    slug="bad-model-output",
    status=502,
    title="the model's output is not ten probabilities for each row",
    remedy="report the value of `instance`; a wrong model may have been deployed",
)
MODEL_NOT_READY = ProblemType(
    slug="model-not-ready",
    status=503,
    title="the model is still being loaded",
    remedy="wait for the seconds in Retry-After, then send the request again",
    retry_after_seconds=5,
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
    title="the endpoint is not available at the moment",
    remedy="wait for the seconds in Retry-After, then send the request again",
    retry_after_seconds=2,
)
ENDPOINT_TIMEOUT = ProblemType(
    slug="endpoint-timeout",
    status=504,
    title="the endpoint did not respond in time",
    remedy="send fewer rows in one request; the time is used up, so wait before trying again",
)

_SERVICE_ERRORS: Mapping[ProblemType, tuple[str, ...]] = {
    THROTTLED: (
        "ThrottlingException",
        "Throttling",
        "ThrottledException",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "SlowDown",
    ),
    # ValidationError: the function built a request that the service does not accept.
    INTERNAL_ERROR: (
        "ValidationError",
        "AccessDeniedException",
        "UnrecognizedClientException",
        "ExpiredTokenException",
    ),
    MODEL_FAILED: ("ModelError",),
    MODEL_NOT_READY: ("ModelNotReadyException",),
    ENDPOINT_UNAVAILABLE: (
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "InternalFailure",
        "InternalServerException",
        "InternalDependencyException",
    ),
}

BY_SERVICE_ERROR: Mapping[str, ProblemType] = MappingProxyType(
    {code: problem for problem, codes in _SERVICE_ERRORS.items() for code in codes}
)
"""The problem that each error code of the SageMaker runtime means; every other code is an internal error.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html#API_runtime_InvokeEndpoint_Errors
"""
