"""Runs an execution: each step as soon as everything that it waits for has succeeded, as many at once as allowed.

When a step fails, no other begins, those that run come to their end, and the execution has failed.
"""

from __future__ import annotations

import asyncio
import logging

from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.errors import failure_of_the_emulator
from sagemaker_local.sagemaker.pipelines.definition import Step
from sagemaker_local.sagemaker.pipelines.graph import dependencies
from sagemaker_local.sagemaker.pipelines.pipelines import STEP_FAILED, Pipelines
from sagemaker_local.sagemaker.pipelines.records import Execution, ExecutionStatus, StepRun, StepStatus
from sagemaker_local.sagemaker.pipelines.role_access import RoleAccess
from sagemaker_local.sagemaker.pipelines.step_runner import StepRunner

logger = logging.getLogger(__name__)

DEFAULT_PARALLEL_STEPS = 50
POLL_SECONDS = 0.2


class Runner:
    """Runs one execution to its end.

    Parameters
    ----------
    execution
        The execution; it is changed.
    control
        Gives scope and time.
    access
        Acts with the rights of the pipeline's role.
    poll_seconds
        How often a job under way is looked at.
    """

    def __init__(
        self, execution: Execution, control: ControlPlane, access: RoleAccess, *, poll_seconds: float = POLL_SECONDS
    ) -> None:
        self._execution, self._control = execution, control
        self._steps = StepRunner(
            execution,
            control.scope,
            access,
            control.now,
            executions=lambda: control.resources(Pipelines).executions_of(execution.pipeline),
            poll_seconds=poll_seconds,
        )

    async def run(self) -> None:
        """Run all steps that are to be run; what became of the execution is in its record."""
        running: set[asyncio.Task[None]] = set()
        try:
            while True:
                running |= {asyncio.create_task(self._steps.run(run)) for run in self._begin(len(running))}
                if not running:
                    break
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        except Exception as error:
            logger.exception("pipeline execution %s broke", self._execution.arn)
            self._end(ExecutionStatus.FAILED, f"Internal {failure_of_the_emulator(error)}")
        else:
            self._conclude()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def _begin(self, running: int) -> list[StepRun]:
        """The steps that begin now."""
        execution = self._execution
        if execution.status is not ExecutionStatus.EXECUTING or self._failed:
            return []
        limit = (execution.parallelism or {}).get("MaxParallelExecutionSteps", DEFAULT_PARALLEL_STEPS)
        ready = [step for step in execution.version.definition.steps.values() if self._is_ready(step)]
        begun = [StepRun(step=step, started=self._control.now()) for step in ready[: max(0, limit - running)]]
        execution.runs.update({run.step.name: run for run in begun})
        return begun

    def _is_ready(self, step: Step) -> bool:
        runs = self._execution.runs
        waits_for = (runs.get(name) for name in dependencies(step))
        if step.name in runs or any(run is None or run.status is not StepStatus.SUCCEEDED for run in waits_for):
            return False
        return step.branch is None or runs[step.branch[0]].made["Outcome"] == str(step.branch[1])

    @property
    def _failed(self) -> bool:
        return any(run.status is StepStatus.FAILED for run in self._execution.runs.values())

    def _conclude(self) -> None:
        if self._failed:
            self._end(ExecutionStatus.FAILED, STEP_FAILED)
        elif self._execution.status is ExecutionStatus.STOPPING:
            self._end(ExecutionStatus.STOPPED, self._execution.failure_reason)
        else:
            self._end(ExecutionStatus.SUCCEEDED, None)

    def _end(self, status: ExecutionStatus, reason: str | None) -> None:
        self._execution.status, self._execution.failure_reason = status, reason
        self._execution.modified = self._control.now()
