"""Lets calls of a function wait for one of its processes instead of starting one more for each.

MiniStack starts a process for every call that comes while all are busy, as AWS does, which has the machines for it.
Here a few hundred calls at once would start a few hundred interpreters on a handful of processors, and none of them
would answer in time. A call that waited long gets a process of its own all the same: it may be one of a function that
asks itself, and waits for its own end.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sagemaker_local.ministack.registry import private, replace

_ACQUIRE = "ministack.services.lambda_svc:acquire_worker"
PROCESSES = 2 * (os.cpu_count() or 1) + 2
"""Processes of one function that are started without waiting."""

LONGEST_WAIT_SECONDS = 15.0
"""Half of what API Gateway waits for a function."""

_LOOK_SECONDS = 0.005


def install() -> None:
    """Put the wait before MiniStack's own choice of a process."""
    acquire = private(_ACQUIRE)
    known = private("ministack.core.lambda_runtime:_workers")
    key_of = private("ministack.core.lambda_runtime:_worker_key")

    def acquire_worker(name: str, config: dict[str, Any], code: bytes, qualifier: str = "$LATEST", **more: Any) -> Any:
        wait_for_a_free_one(known, key_of(name, config, qualifier))
        return acquire(name, config, code, qualifier=qualifier, **more)

    replace(_ACQUIRE, acquire_worker)


def wait_for_a_free_one(
    known: Mapping[str, Sequence[Any]],
    key: str,
    *,
    longest_seconds: float = LONGEST_WAIT_SECONDS,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Wait while a function has many processes and all of them are busy.

    Parameters
    ----------
    known
        MiniStack's workers by function; `in_use` marks a busy one.
    key
        The function.
    """
    deadline = time.monotonic() + longest_seconds
    while _is_at_limit(known.get(key, ())) and time.monotonic() < deadline:
        sleep(_LOOK_SECONDS)


def _is_at_limit(workers: Sequence[Any]) -> bool:
    return len(workers) >= PROCESSES and all(worker.in_use for worker in list(workers))
