"""The errors of InvokeEndpoint that a fault injects; what faults are is in `sagemaker_local.faults`."""

from __future__ import annotations

from sagemaker_local.faults.fault import Fault, Kind
from sagemaker_local.sagemaker.errors import ServiceError

# Codes and statuses of sagemaker-runtime's description; ThrottlingException is the one common to all AWS services.
_ERRORS = {
    Kind.THROTTLE: ("ThrottlingException", 400, "Rate exceeded"),
    Kind.NOT_READY: ("ModelNotReadyException", 429, "Model is not ready for inference. Retry your request later."),
    Kind.UNAVAILABLE: ("ServiceUnavailable", 503, "The service is unavailable. Try your call again."),
    Kind.INTERNAL: ("InternalFailure", 500, "The request processing has failed because of an unknown error."),
}


def error_of(fault: Fault) -> ServiceError | None:
    """The answer of the service itself, for the kinds that never reach the container."""
    if fault.kind not in _ERRORS:
        return None
    code, status, message = _ERRORS[fault.kind]
    return ServiceError(code, message, status=status)
