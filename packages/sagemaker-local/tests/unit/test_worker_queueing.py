"""A call waits for a process of its function while there are many and all are busy, but not for ever."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from sagemaker_local.ministack.worker_queueing import PROCESSES, wait_for_a_free_one


@dataclass
class Worker:
    """What is known of a process of MiniStack."""

    in_use: bool = True


class Sleep:
    """Counts how often it was slept, and frees a worker in the third sleep."""

    def __init__(self, worker: Worker) -> None:
        self.count, self._worker = 0, worker

    def __call__(self, seconds: float) -> None:
        self.count += 1
        if self.count == 3:
            self._worker.in_use = False


@pytest.mark.parametrize(
    "workers",
    [[], [Worker()], [Worker() for _ in range(PROCESSES - 1)], [*(Worker() for _ in range(PROCESSES)), Worker(False)]],
)
def test_nobody_waits_while_there_are_few_or_one_is_free(workers: list[Worker]) -> None:
    sleep = Sleep(Worker())
    wait_for_a_free_one({"f": workers}, "f", sleep=sleep)
    assert sleep.count == 0


def test_a_crowd_waits_for_the_first_that_is_free() -> None:
    workers = [Worker() for _ in range(PROCESSES)]
    sleep = Sleep(workers[3])
    wait_for_a_free_one({"f": workers, "other": [Worker(False)]}, "f", longest_seconds=60, sleep=sleep)
    assert sleep.count == 3


def test_the_wait_ends_for_a_function_that_waits_for_itself() -> None:
    sleep = Sleep(Worker())
    wait_for_a_free_one({"f": [Worker() for _ in range(PROCESSES)]}, "f", longest_seconds=0.1, sleep=sleep)
    assert sleep.count > 0
