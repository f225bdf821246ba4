"""One fault: what goes wrong, how often, for which operations; read from the JSON of `/_sagemaker_local/faults`."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
LONGEST_SECONDS = 120


class Kind(enum.StrEnum):
    """What goes wrong."""

    LATENCY = "latency"
    THROTTLE = "throttle"
    THROUGHPUT = "throughput"
    NOT_READY = "not-ready"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"
    MODEL_ERROR = "model-error"
    DENIED = "denied"
    MISSING = "missing"
    DISCONNECT = "disconnect"
    LOST = "lost"
    KILL = "kill"
    CAPACITY = "capacity"
    INTERRUPT = "interrupt"
    ROLLED_BACK = "rolled-back"
    FAILED = "failed"
    UNNOTICED = "unnoticed"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault of one target.

    Parameters
    ----------
    kind
        What goes wrong.
    count
        How many requests, calls or jobs it hits; `None` is all until it is cleared.
    seconds
        Delay of a `latency` fault; how long a function runs before a `kill`, a job before an `interrupt`.
    status
        Status of the container's answer in a `model-error` fault.
    message
        Text of the container's answer in a `model-error` fault.
    operations
        The operations of a service that it hits; none is all.
    """

    kind: Kind
    count: int | None = None
    seconds: float = 1.0
    status: int = 500
    message: str = "fault injected by the emulator"
    operations: tuple[str, ...] = ()

    def document(self) -> Json:
        """As JSON."""
        return {
            "kind": str(self.kind),
            "count": self.count,
            "seconds": self.seconds,
            "status": self.status,
            "message": self.message,
            "operations": list(self.operations),
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
        operations=tuple(sorted(set(map(str, document.get("operations") or ())))),
    )
    bad_count = fault.count is not None and fault.count < 1
    if bad_count or not 0 <= fault.seconds <= LONGEST_SECONDS or not 400 <= fault.status < 600:
        msg = "a fault needs count of 1 or more, seconds from 0 to 120 and a status from 400 to 599"
        raise ValueError(msg)
    return fault
