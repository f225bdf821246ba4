"""The SageMaker service: its state in every account and region, what runs for it, and how one operation is called.

Which operations there are is not known here: they are passed in (`operations.OPERATIONS`), and build on this module.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping

from sagemaker_local.sagemaker.artifacts import Artifacts
from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.fleet import Fleet
from sagemaker_local.sagemaker.jobs.service import Jobs
from sagemaker_local.sagemaker.jobs.under_way import UnderWay
from sagemaker_local.sagemaker.pipelines.executions import Executions
from sagemaker_local.sagemaker.records import Scope
from sagemaker_local.sagemaker.shapes import Json, check_input


class SageMaker:
    """The whole service: a control plane for every account and region, and the processes behind them.

    Parameters
    ----------
    operations
        What is emulated, by the names of the operations.
    artifacts
        Models in S3.
    fleet
        The processes behind endpoints.
    jobs
        Training and processing jobs.
    executions
        Executions of pipelines that are under way.
    """

    def __init__(
        self,
        operations: Mapping[str, Operation],
        *,
        artifacts: Artifacts,
        fleet: Fleet,
        jobs: Jobs,
        executions: Executions,
    ) -> None:
        self._operations = operations
        self.artifacts, self.fleet, self.jobs, self.executions = artifacts, fleet, jobs, executions
        self.tuning = UnderWay()
        self._planes: dict[Scope, ControlPlane] = {}

    def control(self, scope: Scope) -> ControlPlane:
        """The control plane of that account and region."""
        return self._planes.setdefault(scope, ControlPlane(scope, time.time))

    @property
    def planes(self) -> list[ControlPlane]:
        """All control planes."""
        return list(self._planes.values())

    async def call(self, scope: Scope, operation: str, request: object) -> Json:
        """Answer one request.

        Raises
        ------
        ServiceError
            Whatever the service answers instead of a success.
        """
        if operation not in self._operations:
            known = ", ".join(sorted(self._operations))
            raise ServiceError("UnknownOperationException", f"{operation} is not emulated; this emulator has {known}.")
        return await self._operations[operation](self, self.control(scope), check_input(operation, request))

    async def reset(self) -> None:
        """Forget everything and stop every process."""
        self._planes.clear()
        await self.executions.reset()
        await self.tuning.close()
        await self.jobs.reset()
        await self.fleet.close()


Operation = Callable[[SageMaker, ControlPlane, Json], Awaitable[Json]]
"""An operation: from the service, the control plane of the caller's account and region, and a checked request."""
