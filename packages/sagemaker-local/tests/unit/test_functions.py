"""Processes of functions end when their call has ended."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from sagemaker_local.ministack.functions import end_workers


@dataclass
class Worker:
    """What is known of a process of MiniStack."""

    in_use: bool


@dataclass
class Killed:
    """Remembers which workers were ended."""

    workers: list[Worker] = field(default_factory=list)
    happened: threading.Event = field(default_factory=threading.Event)

    def __call__(self, workers: list[Worker]) -> None:
        self.workers += workers
        if workers:
            self.happened.set()


def test_an_idle_process_ends_at_once() -> None:
    killed, worker = Killed(), Worker(in_use=False)
    end_workers(killed, [worker, None])
    assert killed.workers == [worker]


def test_a_busy_process_ends_after_its_call() -> None:
    killed, worker = Killed(), Worker(in_use=True)
    end_workers(killed, [worker])
    time.sleep(0.1)
    assert killed.workers == []
    worker.in_use = False
    assert killed.happened.wait(60)
    assert killed.workers == [worker]
