"""Jobs under way: the task that runs each, and the event that asks it to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from sagemaker_local.sagemaker.jobs.records import JobStopped
from sagemaker_local.sagemaker.jobs.slots import Slots
from sagemaker_local.sagemaker.records import Scope


class UnderWay:
    """Tasks by scope and job name."""

    def __init__(self) -> None:
        self._tasks: dict[tuple[Scope, str], tuple[asyncio.Event, asyncio.Task[None]]] = {}

    def begin(self, scope: Scope, name: str, work: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
        """Begin to run a job."""
        key, stop = (scope, name.lower()), asyncio.Event()
        task = asyncio.create_task(work(stop))
        self._tasks[key] = (stop, task)
        task.add_done_callback(lambda _: self._tasks.pop(key, None))

    def stop(self, scope: Scope, name: str) -> None:
        """Ask a job to stop; what has ended is left alone."""
        if (found := self._tasks.get((scope, name.lower()))) is not None:
            found[0].set()

    async def settled(self, scope: Scope, name: str) -> None:
        """Wait for the end of a job."""
        if (found := self._tasks.get((scope, name.lower()))) is not None:
            await asyncio.wait([found[1]])

    async def close(self) -> None:
        """Cancel everything, and wait until it is gone; the events stop threads, which cannot be cancelled."""
        tasks = [task for _, task in self._tasks.values()]
        for stop, task in list(self._tasks.values()):
            stop.set()
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def take_place(
    slots: Slots,
    count: int,
    *,
    stop: asyncio.Event,
    seconds: float | None = None,
    waiting: Callable[[], None] = lambda: None,
) -> None:
    """Hold places for the processes of a job; `waiting` is called first if they are not free.

    Raises
    ------
    JobStopped
        When `stop` is set before they are.
    TimeoutError
        When they are not free after that time.
    """
    placing, stopping = asyncio.create_task(slots.acquire(count, waiting)), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({placing, stopping}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
        if placing.done():
            slots.release(count)
        raise
    finally:
        stopping.cancel()
        if not (placed := placing.done()):
            placing.cancel()
    if not placed:
        raise JobStopped if stop.is_set() else TimeoutError
