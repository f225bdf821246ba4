"""Lambda functions run in an interpreter of their own, and finish what they are doing when they are updated or removed.

MiniStack runs them in the daemon's interpreter, with the daemon's packages and environment, tells in words of its own
that a module cannot be imported, and ends processes at once, in the middle of a call; in AWS a call that has begun runs
to its end on the old version.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from sagemaker_local.ministack.registry import private, replace
from sagemaker_local.process_environment import OF_THE_DAEMON

Json = dict[str, Any]

_CHOOSE = "ministack.core.lambda_runtime:_detect_runtime_binary"
_EXECUTE = "ministack.services.lambda_svc:_execute_function_warm"
_KILL = "ministack.core.lambda_runtime:kill_workers"
_ACQUIRE, _RELEASE = "ministack.services.lambda_svc:acquire_worker", "ministack.services.lambda_svc:release_worker"
# The longest time-out of a function: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
LONGEST_CALL_SECONDS = 900.0
_LOOK_SECONDS = 0.02

_stopping = threading.Event()


# Runs in the process of a function before MiniStack's own program, which then sets the function's own variables.
_FORGET = f"""\
import os
for _name in {OF_THE_DAEMON!r}:
    os.environ.pop(_name, None)
"""
# What MiniStack says when the module of a function cannot be imported; the group is Python's own text.
_NOT_IMPORTED = re.compile(r"Worker init failed: ((?:No module named |cannot import name ).*)", re.DOTALL)


def install(python: Path) -> None:
    """Put that interpreter, Lambda's words and a patient end of processes in the place of MiniStack's."""
    choose, execute, kill = private(_CHOOSE), private(_EXECUTE), private(_KILL)

    def choose_ours(runtime: str) -> tuple[str, str]:
        program, script = choose(runtime)
        return (str(python), _FORGET + script) if runtime.startswith("python") else (program, script)

    def execute_ours(function: Json, event: Any, request_id: str) -> Json:
        config = function.get("config") or function
        return in_words_of_lambda(execute(function, event, request_id), config.get("Handler", ""), request_id)

    replace(_CHOOSE, choose_ours)
    replace(_EXECUTE, execute_ours)
    replace(_KILL, lambda workers: end_workers(kill, workers))
    _release_what_did_not_start()


def _release_what_did_not_start() -> None:
    """Have a process that cannot start be idle afterwards: MiniStack forgets it, and it would be waited for."""
    acquire, release, held = private(_ACQUIRE), private(_RELEASE), threading.local()

    def acquire_worker(*arguments: Any, **named: Any) -> Any:
        held.worker, reason = acquire(*arguments, **named)
        return held.worker, reason

    replace(_ACQUIRE, acquire_worker)
    replace(_RELEASE, lambda worker: release(worker or held.worker))


def in_words_of_lambda(result: Json, handler: str, request_id: str) -> Json:
    """What a call gives, with the error of Lambda's runtime if the module of the function could not be imported.

    https://github.com/aws/aws-lambda-python-runtime-interface-client/blob/main/awslambdaric/bootstrap.py
    """
    body = result.get("body")
    message = body.get("errorMessage") if isinstance(body, dict) and result.get("error") else None
    said = _NOT_IMPORTED.fullmatch(str(message))
    if said is None:
        return result
    kind, module = "Runtime.ImportModuleError", handler.rpartition(".")[0]
    text = f"Unable to import module '{module}': {said[1]}"
    error = {"errorMessage": text, "errorType": kind, "requestId": request_id, "stackTrace": []}
    return {**result, "body": error, "log": f"[ERROR] {kind}: {text}\nTraceback (most recent call last):"}


def stop_all() -> None:
    """End the processes of all functions at once, busy or not: the emulator stops."""
    _stopping.set()
    private("ministack.core.lambda_runtime:reset")()


def end_workers(kill: Callable[[list[Any]], None], workers: Iterable[Any]) -> None:
    """End idle processes now, and each busy one when its call has ended.

    Parameters
    ----------
    kill
        MiniStack's own function, which ends a list of workers.
    workers
        MiniStack's workers, no longer known to it, so that no further call reaches them; `in_use` marks a busy one.
    """
    known = [worker for worker in workers if worker is not None]
    busy = [worker for worker in known if worker.in_use and not _stopping.is_set()]
    kill([worker for worker in known if worker not in busy])
    for worker in busy:
        threading.Thread(target=_end_when_idle, args=(kill, worker), daemon=True).start()


def _end_when_idle(kill: Callable[[list[Any]], None], worker: Any) -> None:
    latest = time.monotonic() + LONGEST_CALL_SECONDS
    while worker.in_use and time.monotonic() < latest and not _stopping.is_set():
        time.sleep(_LOOK_SECONDS)
    kill([worker])
