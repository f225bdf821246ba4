"""The active faults. Every request handler checks them first, and counts a fault down."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from sagemaker_local.faults.fault import Fault, Json, Kind
from sagemaker_local.faults.targets import ALSO_JOBS, ONLY_JOBS, ONLY_UPDATES, SAGEMAKER, TRAINING_JOBS, Target

# Kinds that hit some operations only: what S3 can answer so where an object is read, and what befalls stacks.
_AMONG = {
    Kind.MISSING: ("GetObject", "HeadObject"),
    Kind.FAILED: ("CreateResource",),
    Kind.UNNOTICED: ("RollbackEndpoint",),
}


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a request is about: of which service it asks what operation on which resource, of S3 on which key."""

    service: str
    resource: str
    operation: str
    key: str = ""


class Faults:
    """The faults that are set, by what they are set on and for which operations; safe to use from several threads."""

    def __init__(self) -> None:
        self._set: dict[tuple[Target, tuple[str, ...]], Fault] = {}
        self._lock = threading.Lock()

    def set(self, target: str, fault: Fault) -> None:
        """Set the one fault of that target and those operations.

        Raises
        ------
        ValueError
            When there is no such target, or it cannot have that fault.
        """
        where = Target.parse(target)
        where.check(fault)
        with self._lock:
            self._set[where, fault.operations] = fault

    def clear(self, target: str | None = None) -> None:
        """Clear the faults of one target, whatever their operations, or all."""
        where = None if target is None else Target.parse(target)
        with self._lock:
            self._set = {key: fault for key, fault in self._set.items() if where is not None and key[0] != where}

    def any_of(self, service: str) -> bool:
        """Whether a request for that service has to be looked at."""
        return any(target.service == service for target, _ in list(self._set))

    def take(self, endpoint: str) -> Fault | None:
        """The fault that hits this InvokeEndpoint, counted down."""
        return self._named(endpoint, frozenset(Kind) - ONLY_JOBS - ONLY_UPDATES)

    def take_for_update(self, endpoint: str) -> Fault | None:
        """The fault that hits this update of an endpoint, counted down."""
        return self._named(endpoint, ONLY_UPDATES)

    def take_for_job(self, name: str, kinds: frozenset[Kind]) -> Fault | None:
        """The fault of one of those kinds that hits this training job, counted down."""
        return self._named(name, kinds & ALSO_JOBS) or self._named(TRAINING_JOBS, kinds & ALSO_JOBS)

    def take_for(self, request: Request) -> Fault | None:
        """The first fault that hits this request, counted down."""
        with self._lock:
            for (target, operations), fault in self._set.items():
                among = operations or _AMONG.get(fault.kind, ())
                if target.covers(request.service, request.resource, request.key) and (
                    not among or request.operation in among
                ):
                    return self._count((target, operations), fault)
        return None

    def _named(self, name: str, kinds: frozenset[Kind]) -> Fault | None:
        key = (Target(service=SAGEMAKER, resource=name), ())
        with self._lock:
            fault = self._set.get(key)
            return self._count(key, fault) if fault is not None and fault.kind in kinds else None

    def _count(self, key: tuple[Target, tuple[str, ...]], fault: Fault) -> Fault:
        if fault.count == 1:
            del self._set[key]
        elif fault.count is not None:
            self._set[key] = replace(fault, count=fault.count - 1)
        return fault

    def document(self) -> Json:
        """As JSON, by target and operations."""
        with self._lock:
            return {
                " ".join([str(target), *operations]): fault.document()
                for (target, operations), fault in self._set.items()
            }
