"""The executions under way: a task each, and the end of all of them when everything is forgotten."""

from __future__ import annotations

import asyncio

from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.pipelines.records import Execution
from sagemaker_local.sagemaker.pipelines.role_access import RoleAccess
from sagemaker_local.sagemaker.pipelines.runner import Runner


class Executions:
    """Runs executions in the background.

    Parameters
    ----------
    access
        Acts with the rights of a pipeline's role.
    """

    def __init__(self, access: RoleAccess) -> None:
        self.access = access
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def begin(self, execution: Execution, control: ControlPlane) -> None:
        """Run an execution from now on."""
        task = asyncio.create_task(Runner(execution, control, self.access).run())
        self._tasks[execution.arn] = task
        task.add_done_callback(lambda _: self._tasks.pop(execution.arn, None))

    async def reset(self) -> None:
        """End everything under way."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
