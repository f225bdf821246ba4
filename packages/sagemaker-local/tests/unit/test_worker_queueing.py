"""A call waits for a process of its function while there are many and all are busy, but not for ever."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import pytest

from sagemaker_local.ministack.worker_queueing import PROCESSES, wait_for_a_free_one


@dataclass
class Worker:
    """What is known of a process of MiniStack."""

    in_use: bool = True


def waited(known: dict[str, list[Worker]], key: str = "f", longest_seconds: float = 10.0) -> float:
    started = time.monotonic()
    wait_for_a_free_one(known, key, longest_seconds=longest_seconds)
    return time.monotonic() - started


@pytest.mark.parametrize(
    "workers",
    [[], [Worker()], [Worker() for _ in range(PROCESSES - 1)], [*(Worker() for _ in range(PROCESSES)), Worker(False)]],
)
def test_nobody_waits_while_there_are_few_or_one_is_free(workers: list[Worker]) -> None:
    assert waited({"f": workers}) < 1


def test_a_crowd_waits_for_the_first_that_is_free() -> None:
    workers = [Worker() for _ in range(PROCESSES)]
    threading.Timer(0.2, lambda: setattr(workers[3], "in_use", False)).start()
    assert 0.1 < waited({"f": workers, "other": [Worker(False)]}) < 5


def test_the_wait_ends_for_a_function_that_waits_for_itself() -> None:
    assert 0.2 < waited({"f": [Worker() for _ in range(PROCESSES)]}, longest_seconds=0.3) < 5
