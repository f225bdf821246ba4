"""Lets the processes of Lambda functions finish what they are doing when the function is updated or removed.

MiniStack ends them at once, in the middle of a call; in AWS a call that has begun runs to its end on the old version.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from sagemaker_local.ministack.registry import private, replace

_KILL = "ministack.core.lambda_runtime:kill_workers"
# The longest time-out of a function: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
LONGEST_CALL_SECONDS = 900.0
_LOOK_SECONDS = 0.02

_stopping = threading.Event()


def install() -> None:
    """Put a patient end of processes in the place of MiniStack's."""
    kill = private(_KILL)
    replace(_KILL, lambda workers: end_workers(kill, workers))


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
        MiniStack's workers, no longer known to it, so that no further call reaches them; `in_use` tells a busy one.
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
