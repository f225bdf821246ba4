"""How many job processes run at once: as many as the machine has processors; the others wait in their order.

A job that needs more than there are runs alone.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable


class Slots:
    """Places for processes of jobs.

    Parameters
    ----------
    limit
        How many there are.
    """

    def __init__(self, limit: int) -> None:
        self._limit, self._used = limit, 0
        self._queue: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def acquire(self, count: int, waiting: Callable[[], None]) -> None:
        """Hold `count` places until `release`; `waiting` is called first if they are not free."""
        if self._queue or not self._fits(count):
            waiting()
            await self._wait(count)
        else:
            self._used += count

    def release(self, count: int) -> None:
        """Give `count` places back."""
        self._used -= count
        self._admit()

    def _fits(self, count: int) -> bool:
        return not self._used or self._used + count <= self._limit

    async def _wait(self, count: int) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (count, turn)
        self._queue.append(entry)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._used -= count
            elif entry in self._queue:
                self._queue.remove(entry)
            self._admit()
            raise

    def _admit(self) -> None:
        while self._queue and self._fits(self._queue[0][0]):
            count, turn = self._queue.popleft()
            if not turn.cancelled():
                self._used += count
                turn.set_result(None)
