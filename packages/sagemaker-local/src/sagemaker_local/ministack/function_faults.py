"""Faults of Lambda functions: throttled, slow, or killed in the middle of a call, as one is that runs out of memory.

A kill takes the function's real process while it works, so what it has done until then is done and nothing else is.
"""

from __future__ import annotations

import contextlib
import contextvars
import threading
import time
from typing import Any

from sagemaker_local.faults.fault import Fault, Kind
from sagemaker_local.faults.store import Faults, Request
from sagemaker_local.faults.targets import LAMBDA
from sagemaker_local.ministack.registry import private, replace

_LAMBDA = "ministack.services.lambda_svc"

Json = dict[str, Any]


class _Kill:
    """One process that is to be killed during one call."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._over = seconds, threading.Event()
        self.done = False

    def begin(self, worker: Any) -> None:
        """Count from now on, when the process is up and gets its event."""
        with contextlib.suppress(RuntimeError):  # a function that does not start fails the call itself
            private("ministack.core.lambda_runtime:ensure_spawned")(worker)
        threading.Thread(target=self._wait, args=(worker._proc,), daemon=True).start()

    def end(self) -> None:
        """The call is over; its process serves the next."""
        self._over.set()

    def _wait(self, process: Any) -> None:
        if not self._over.wait(self._seconds) and process is not None and process.poll() is None:
            self.done = True
            process.kill()


_kill: contextvars.ContextVar[_Kill | None] = contextvars.ContextVar("kill", default=None)


def install(faults: Faults) -> None:
    """Ask for a fault before every call of a function, whoever calls it."""
    dispatch, acquire = private(f"{_LAMBDA}:_execute_function_dispatch"), private(f"{_LAMBDA}:acquire_worker")

    def execute(function: Json, config: Json, event: Any, request_id: str, started: float) -> Json:
        request = Request(service=LAMBDA, resource=config.get("FunctionName", ""), operation="Invoke")
        fault = faults.take_for(request)
        if fault is None:
            return dict(dispatch(function, config, event, request_id, started))
        if fault.kind is Kind.THROTTLE:
            return _throttled()
        return _suffer(fault, request_id, lambda: dict(dispatch(function, config, event, request_id, started)))

    def acquire_worker(*arguments: Any, **named: Any) -> Any:
        worker, reason = acquire(*arguments, **named)
        kill = _kill.get()
        if kill is not None and worker is not None:
            kill.begin(worker)
        return worker, reason

    replace(f"{_LAMBDA}:_execute_function_dispatch", execute)
    replace(f"{_LAMBDA}:acquire_worker", acquire_worker)


def _throttled() -> Json:
    """What Lambda says when the account's concurrency is used up."""
    return dict(
        private(f"{_LAMBDA}:_throttle_response")(reason_code="ConcurrentInvocationLimitExceeded", msg="Rate Exceeded.")
    )


def _suffer(fault: Fault, request_id: str, call: Any) -> Json:
    if fault.kind is Kind.LATENCY:
        time.sleep(fault.seconds)
        return dict(call())
    kill = _Kill(fault.seconds)
    token = _kill.set(kill)
    try:
        result = dict(call())
    finally:
        kill.end()
        _kill.reset(token)
    if not kill.done:
        return result
    # https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
    message = f"RequestId: {request_id} Error: Runtime exited with error: signal: killed"
    return {**result, "error": True, "body": {"errorType": "Runtime.ExitError", "errorMessage": message}}
