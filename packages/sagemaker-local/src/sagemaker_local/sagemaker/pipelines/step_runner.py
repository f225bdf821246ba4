"""Runs one step of an execution to its end: makes what it makes, waits for it, tries again as its policies say."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable, Mapping

from sagemaker_local.json_text import read_json
from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.model_registry.registry import NO_GROUP
from sagemaker_local.sagemaker.pipelines import cache
from sagemaker_local.sagemaker.pipelines.conditions import holds
from sagemaker_local.sagemaker.pipelines.definition import CONDITION, FAIL, KINDS, RetryPolicy, StepKind
from sagemaker_local.sagemaker.pipelines.execution_values import job_name, values_of
from sagemaker_local.sagemaker.pipelines.expressions import ExpressionError, Values, files_of, resolve, text_of
from sagemaker_local.sagemaker.pipelines.records import Execution, ExecutionStatus, StepRun, StepStatus
from sagemaker_local.sagemaker.pipelines.role_access import RoleAccess
from sagemaker_local.sagemaker.records import Scope
from sagemaker_local.sagemaker.shapes import Json

_FAILED, _STOPPED, _UNDER_WAY = ("Failed",), ("Stopped",), ("InProgress", "Stopping")
_LONGEST_REASON = 1024
_OF_ERROR = {
    "ThrottlingException": "Step.THROTTLING",
    "ResourceLimitExceeded": "SageMaker.RESOURCE_LIMIT",
}
_OF_FAILURE = {
    "CapacityError": "SageMaker.CAPACITY_ERROR",
    "InternalServerError": "SageMaker.JOB_INTERNAL_ERROR",
}


class StepFailed(Exception):  # noqa: N818 - it is an outcome; the text becomes the step's FailureReason
    """A step did not achieve what it should; `kind` is what retry policies call the reason."""

    def __init__(self, reason: str, kind: str = "") -> None:
        super().__init__(reason)
        self.kind = kind


class StepRunner:
    """Runs the steps of one execution.

    Parameters
    ----------
    execution
        The execution; its step runs are changed.
    scope
        Account and region.
    access
        Acts with the rights of the pipeline's role.
    now
        Gives the time in seconds since the epoch.
    executions
        Gives the executions of the same pipeline, whose results may be taken over.
    poll_seconds
        How often a job under way is looked at.
    """

    def __init__(
        self,
        execution: Execution,
        scope: Scope,
        access: RoleAccess,
        now: Callable[[], float],
        *,
        executions: Callable[[], Iterable[Execution]],
        poll_seconds: float,
    ) -> None:
        self._execution, self._scope, self._access, self._now = execution, scope, access, now
        self._executions, self._poll_seconds = executions, poll_seconds
        self._role = execution.pipeline.role

    async def run(self, run: StepRun) -> None:
        """Run a step to its end; what became of it is in the record."""
        began = time.monotonic()
        while True:
            run.attempts += 1
            try:
                await self._attempt(run)
            except StepFailed as failure:
                wait = _retry_after(run, failure.kind, time.monotonic() - began)
                if wait is None or self._stopping:
                    self._end(run, StepStatus.FAILED, str(failure)[:_LONGEST_REASON])
                    return
                await self._rest(wait)
            else:
                self._end(run, StepStatus.STOPPED if run.status is StepStatus.STOPPING else StepStatus.SUCCEEDED)
                return

    async def _rest(self, seconds: float) -> None:
        """Wait before the next attempt, but no longer than until the execution is stopped."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._stopping:
            await asyncio.sleep(min(1.0, seconds))

    @property
    def _stopping(self) -> bool:
        return self._execution.status is ExecutionStatus.STOPPING

    async def _attempt(self, run: StepRun) -> None:
        if self._stopping:
            run.status = StepStatus.STOPPING
            return
        run.status = StepStatus.EXECUTING
        try:
            await self._do(run)
        except ExpressionError as error:
            raise StepFailed(f"ClientError: {error}") from error

    async def _do(self, run: StepRun) -> None:
        if run.step.kind in KINDS:
            await self._make(run, KINDS[run.step.kind])
            return
        arguments = await self._arguments(run, "")
        if run.step.kind == FAIL:
            message = text_of(arguments["ErrorMessage"])
            run.metadata = {"Fail": {"ErrorMessage": message}}
            raise StepFailed(message)
        outcome = "True" if all(holds(condition) for condition in arguments["Conditions"]) else "False"
        run.metadata, run.made = {CONDITION: {"Outcome": outcome}}, {"Outcome": outcome}

    # --- what a step makes --------------------------------------------------------------------------------------

    async def _make(self, run: StepRun, kind: StepKind) -> None:
        name = job_name(run.step, kind, self._values("")) if kind.name else ""
        request = await self._arguments(run, name)
        if self._take_over(run, request):
            return
        if kind.name:
            request[kind.name] = name
        else:  # so that an answer that is lost does not make two versions
            request["ClientToken"] = f"{self._execution.identifier}-{run.attempts}-{secrets.token_hex(4)}"
        arn = (await self._create(kind, request))[kind.arn]
        run.metadata = {kind.metadata: {"Arn": arn}}
        asked = {kind.name: name} if kind.name else {"ModelPackageName": arn}
        run.made = await self._call(kind.describe, asked)
        if kind.status:
            await self._wait(run, kind, asked)

    async def _create(self, kind: StepKind, request: Json) -> Json:
        """Call the operation that makes it; the group of a version is made too if it is not there."""
        try:
            return await self._call(kind.create, request)
        except StepFailed as failure:
            group = request.get("ModelPackageGroupName")
            if not group or not str(failure).endswith(NO_GROUP):
                raise
        await self._call("CreateModelPackageGroup", {"ModelPackageGroupName": group})
        return await self._call(kind.create, request)

    def _take_over(self, run: StepRun, arguments: Json) -> bool:
        """Use what an earlier run of the step made, if its arguments were the same and the definition allows it."""
        run.fingerprint = cache.fingerprint(run.step, arguments)
        if run.step.cache_seconds is None:
            return False
        found = cache.earlier_success(run, self._executions(), self._now())
        if found is None:
            return False
        run.cache_source, run.made, run.metadata = found[0].arn, found[1].made, found[1].metadata
        return True

    async def _wait(self, run: StepRun, kind: StepKind, asked: Json) -> None:
        while run.made[kind.status] in _UNDER_WAY:
            if self._stopping and run.status is StepStatus.EXECUTING:
                run.status = StepStatus.STOPPING
                await self._stop(kind, asked)
            await asyncio.sleep(self._poll_seconds)
            run.made = await self._call(kind.describe, asked)
        status, reason = run.made[kind.status], str(run.made.get("FailureReason", ""))
        if status in _FAILED:
            raise StepFailed(f"ClientError: {reason}", _OF_FAILURE.get(reason.partition(":")[0], ""))
        if status in _STOPPED and run.status is not StepStatus.STOPPING:
            raise StepFailed(f"{run.metadata[kind.metadata]['Arn']} was stopped outside of the pipeline.")

    async def _stop(self, kind: StepKind, asked: Json) -> None:
        try:
            await self._access.call(self._scope, self._role, kind.stop, asked)
        except ServiceError as error:
            if error.code == "AccessDeniedException":  # it ends by itself, then
                self._execution.failure_reason = error.message

    async def _call(self, operation: str, request: Json) -> Json:
        try:
            return await self._access.call(self._scope, self._role, operation, request)
        except ServiceError as error:
            fault = "Step.SERVICE_FAULT" if error.status >= 500 else ""
            reason = f"ClientError: Failed to invoke sagemaker:{operation}. Error Details: {error.message}"
            raise StepFailed(reason, _OF_ERROR.get(error.code, fault)) from error

    # --- expressions --------------------------------------------------------------------------------------------

    async def _arguments(self, run: StepRun, name: str) -> Json:
        addresses = dict.fromkeys(files_of(run.step.arguments, self._values(name)))
        files = {address: await self._read(address) for address in addresses}
        resolved: Json = resolve(run.step.arguments, self._values(name, files))
        return resolved

    async def _read(self, address: str) -> object:
        try:
            content: object = read_json(await self._access.read(self._scope, self._role, address))
        except ServiceError as error:
            raise StepFailed(f"ClientError: Unable to read the property file {address}: {error.message}") from error
        except ValueError as error:
            raise StepFailed(f"ClientError: The property file {address} is not JSON: {error}") from error
        return content

    def _values(self, job: str, files: Mapping[str, object] | None = None) -> Values:
        return values_of(self._execution, self._now(), job, files or {})

    def _end(self, run: StepRun, status: StepStatus, reason: str | None = None) -> None:
        run.status, run.failure_reason, run.ended = status, reason, self._now()


def _retry_after(run: StepRun, kind: str, spent: float) -> float | None:
    """Seconds to wait until the next attempt; `None` if there is none."""
    policy = next((policy for policy in run.step.retries if kind in policy.exceptions), None)
    if policy is None or not _allows(policy, run.attempts, spent):
        return None
    return policy.interval_seconds * policy.backoff_rate ** (run.attempts - 1)


def _allows(policy: RetryPolicy, attempts: int, spent: float) -> bool:
    if policy.max_attempts is not None:
        return attempts <= policy.max_attempts
    return policy.expire_after_minutes is not None and spent < policy.expire_after_minutes * 60
