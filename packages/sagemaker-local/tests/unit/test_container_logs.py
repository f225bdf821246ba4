"""What containers write, on its way to CloudWatch Logs."""

from __future__ import annotations

import asyncio

from sagemaker_local.daemon.container_logs import ContainerLogs
from sagemaker_local.sagemaker.records import Scope

SCOPE = Scope(account="123456789012", region="us-east-1")


class Slow:
    """A log that takes its time, and refuses one group."""

    def __init__(self) -> None:
        self.written: list[tuple[str, str, list[str]]] = []

    async def write(self, _: Scope, group: str, stream: str, lines: list[tuple[int, str]]) -> None:
        await asyncio.sleep(0.01)
        if group == "refused":
            raise OSError(group)
        self.written.append((group, stream, [line for _, line in lines]))


def test_whoever_flushes_waits_for_lines_that_are_being_written() -> None:
    async def story() -> None:
        slow = Slow()
        logs = ContainerLogs(slow.write)
        logs.add(SCOPE, "group", "stream", "first")
        logs.add(SCOPE, "group", "stream", "second")
        first = asyncio.create_task(logs.flush())
        await asyncio.sleep(0)
        await logs.flush()
        assert slow.written == [("group", "stream", ["first", "second"])]
        await first

    asyncio.run(story())


def test_a_log_that_cannot_be_written_does_not_stop_the_others() -> None:
    async def story() -> None:
        slow = Slow()
        logs = ContainerLogs(slow.write)
        logs.add(SCOPE, "refused", "stream", "lost")
        logs.add(SCOPE, "group", "stream", "kept")
        await logs.flush()
        assert slow.written == [("group", "stream", ["kept"])]

    asyncio.run(story())
