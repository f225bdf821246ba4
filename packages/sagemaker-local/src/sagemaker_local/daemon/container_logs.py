"""What the processes of endpoints and jobs write: into the daemon's log at once, into CloudWatch Logs a moment later.

Whoever starts a process names its log group and stream, as the service names them.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable

from sagemaker_local.sagemaker.records import Scope

logger = logging.getLogger("container")

Write = Callable[[Scope, str, str, list[tuple[int, str]]], Awaitable[None]]
_SECONDS = 0.5


class ContainerLogs:
    """Collects lines and writes them in batches.

    Parameters
    ----------
    write
        Writes a batch of (milliseconds since the epoch, line) to a log group and stream.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self._waiting: dict[tuple[Scope, str, str], list[tuple[int, str]]] = defaultdict(list)
        self._writing = asyncio.Lock()

    def add(self, scope: Scope, group: str, stream: str, line: str) -> None:
        """Take one line of one process."""
        logger.info("%s %s: %s", group.rpartition("/")[2], stream, line)
        self._waiting[(scope, group, stream)].append((int(time.time() * 1000), line))

    async def run(self) -> None:
        """Write what has come in, for ever."""
        while True:
            await asyncio.sleep(_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Write what has come in; when this returns, everything that came in before is written."""
        async with self._writing:
            batches, self._waiting = self._waiting, defaultdict(list)
            for (scope, group, stream), lines in batches.items():
                try:
                    await self._write(scope, group, stream, lines)
                except Exception:
                    logger.warning("could not write %s lines to %s", len(lines), group, exc_info=True)
