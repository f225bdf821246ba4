"""Faults on demand: an endpoint that is slow, throttled, not ready, failing, or cut off; a job without an instance.

Set by a person or a test through `/_digits/faults`; InvokeEndpoint asks here before it forwards anything, a training
job before it gets its instances.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from emulator.sagemaker.errors import ServiceError
from emulator.sagemaker.shapes import Json


class Kind(enum.StrEnum):
    """What goes wrong."""

    LATENCY = "latency"
    THROTTLE = "throttle"
    NOT_READY = "not-ready"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"
    MODEL_ERROR = "model-error"
    DISCONNECT = "disconnect"
    CAPACITY = "capacity"
    INTERRUPT = "interrupt"


# The name under which a fault hits the next training job, whatever it is called.
TRAINING_JOBS = "training-jobs"
_ONLY_JOBS = frozenset({Kind.CAPACITY, Kind.INTERRUPT})
_ALSO_JOBS = _ONLY_JOBS | {Kind.INTERNAL}

# Codes and statuses of sagemaker-runtime's description; ThrottlingException is the one common to all AWS services.
_ERRORS = {
    Kind.THROTTLE: ("ThrottlingException", 400, "Rate exceeded"),
    Kind.NOT_READY: ("ModelNotReadyException", 429, "Model is not ready for inference. Retry your request later."),
    Kind.UNAVAILABLE: ("ServiceUnavailable", 503, "The service is unavailable. Try your call again."),
    Kind.INTERNAL: ("InternalFailure", 500, "The request processing has failed because of an unknown error."),
}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault of one endpoint or training job.

    Parameters
    ----------
    kind
        What goes wrong.
    count
        How many requests or jobs it hits; `None` is all until it is cleared.
    seconds
        Delay of a `latency` fault; how long a job trains before an `interrupt`.
    status
        Status of the container's answer in a `model-error` fault.
    message
        Text of the container's answer in a `model-error` fault.
    """

    kind: Kind
    count: int | None = None
    seconds: float = 1.0
    status: int = 500
    message: str = "fault injected by the emulator"

    def error(self) -> ServiceError | None:
        """The answer of the service itself, for the kinds that never reach the container."""
        if self.kind not in _ERRORS:
            return None
        code, status, message = _ERRORS[self.kind]
        return ServiceError(code, message, status=status)

    def document(self) -> Json:
        """As JSON."""
        return {
            "kind": str(self.kind),
            "count": self.count,
            "seconds": self.seconds,
            "status": self.status,
            "message": self.message,
        }


def parse(document: Json) -> Fault:
    """A fault from JSON.

    Raises
    ------
    ValueError
        With a sentence that says what is allowed.
    """
    kinds = ", ".join(Kind)
    if document.get("kind") not in list(Kind):
        msg = f"unknown fault {document.get('kind')!r}; allowed are {kinds}"
        raise ValueError(msg)
    count = document.get("count")
    fault = Fault(
        kind=Kind(document["kind"]),
        count=None if count is None else int(count),
        seconds=float(document.get("seconds", 1.0)),
        status=int(document.get("status", 500)),
        message=str(document.get("message", "fault injected by the emulator")),
    )
    if (fault.count is not None and fault.count < 1) or not 0 <= fault.seconds <= 120 or not 400 <= fault.status < 600:
        msg = "a fault needs count of 1 or more, seconds from 0 to 120 and a status from 400 to 599"
        raise ValueError(msg)
    return fault


class Faults:
    """The faults that are set, by the name of an endpoint or a training job."""

    def __init__(self) -> None:
        self._set: dict[str, Fault] = {}

    def set(self, endpoint: str, fault: Fault) -> None:
        """Set the one fault of that name."""
        self._set[endpoint] = fault

    def clear(self, endpoint: str | None = None) -> None:
        """Clear the fault of one endpoint, or of all."""
        if endpoint is None:
            self._set.clear()
        else:
            self._set.pop(endpoint, None)

    def take(self, endpoint: str) -> Fault | None:
        """The fault that hits this request, counted down."""
        fault = self._set.get(endpoint)
        return None if fault is None or fault.kind in _ONLY_JOBS else self._count(endpoint, fault)

    def take_for_job(self, name: str, kinds: frozenset[Kind]) -> Fault | None:
        """The fault of one of those kinds that hits this training job, counted down."""
        for key in (name, TRAINING_JOBS):
            fault = self._set.get(key)
            if fault is not None and fault.kind in kinds & _ALSO_JOBS:
                return self._count(key, fault)
        return None

    def _count(self, endpoint: str, fault: Fault) -> Fault:
        if fault.count is None:
            return fault
        if fault.count == 1:
            del self._set[endpoint]
        else:
            self._set[endpoint] = replace(fault, count=fault.count - 1)
        return fault

    def document(self) -> Json:
        """As JSON, by endpoint name."""
        return {name: fault.document() for name, fault in self._set.items()}
