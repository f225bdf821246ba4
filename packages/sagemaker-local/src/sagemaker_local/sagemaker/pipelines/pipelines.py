"""The rules of pipelines and their executions in one account and region; whoever runs steps changes the records.

Texts of errors are the service's as far as users have reported them.
"""

from __future__ import annotations

import secrets
import string

from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.errors import ServiceError, validation
from sagemaker_local.sagemaker.pipelines import parameters
from sagemaker_local.sagemaker.pipelines.parsing import parse
from sagemaker_local.sagemaker.pipelines.records import (
    UNDER_WAY,
    Execution,
    ExecutionStatus,
    Pipeline,
    StepStatus,
    Version,
)
from sagemaker_local.sagemaker.shapes import Json

_ALPHABET = string.ascii_lowercase + string.digits
# The first message of a failed execution, whatever failed.
STEP_FAILED = "Step failure: One or multiple steps failed."


class Pipelines:
    """Pipelines and executions of one account and region.

    Parameters
    ----------
    control
        Gives scope, time and tags.
    """

    def __init__(self, control: ControlPlane) -> None:
        self._control = control
        self.pipelines: dict[str, Pipeline] = {}
        self.executions: dict[str, Execution] = {}
        self._created: dict[str, str] = {}
        self._started: dict[tuple[str, str], str] = {}

    # --- pipelines ----------------------------------------------------------------------------------------------

    def create(self, request: Json, text: str) -> Pipeline:
        """Remember a pipeline; the same `ClientRequestToken` gives the same one."""
        name, token, now = request["PipelineName"], request["ClientRequestToken"], self._control.now()
        arn = self._arn(name)
        if arn in self.pipelines and self._created.get(token) == arn:
            return self.pipelines[arn]
        if arn in self.pipelines:
            msg = (
                "Pipeline names must be unique within an AWS account and region. "
                f"Pipeline with name ({name}) already exists."
            )
            raise validation(msg)
        pipeline = Pipeline(
            name=name,
            arn=arn,
            role=request["RoleArn"],
            created=now,
            modified=now,
            versions=[Version(number=1, created=now, text=text, definition=parse(text))],
            display_name=request.get("PipelineDisplayName", name),
            description=request.get("PipelineDescription"),
            parallelism=request.get("ParallelismConfiguration"),
        )
        self.pipelines[arn], self._created[token] = pipeline, arn
        self._control.register(arn, request.get("Tags", []))
        return pipeline

    def pipeline(self, name: str) -> Pipeline:
        """The pipeline of that name or ARN."""
        arn = self._arn(name)
        if arn not in self.pipelines:
            raise ServiceError("ResourceNotFound", f"Pipeline '{arn}' does not exist.")
        return self.pipelines[arn]

    def version(self, pipeline: Pipeline, number: int | None) -> Version:
        """A version of a pipeline's definition; the newest if none is named."""
        found = {version.number: version for version in pipeline.versions}
        if number is not None and number not in found:
            raise ServiceError("ResourceNotFound", f"Pipeline '{pipeline.arn}' has no version {number}.")
        return pipeline.current if number is None else found[number]

    def update(self, request: Json, text: str | None) -> Pipeline:
        """Change a pipeline; a definition becomes a new version, executions under way keep theirs."""
        pipeline, now = self.pipeline(request["PipelineName"]), self._control.now()
        if text is not None:
            number = pipeline.current.number + 1
            pipeline.versions.append(Version(number=number, created=now, text=text, definition=parse(text)))
        pipeline.role = request.get("RoleArn", pipeline.role)
        pipeline.display_name = request.get("PipelineDisplayName", pipeline.display_name)
        pipeline.description = request.get("PipelineDescription", pipeline.description)
        pipeline.parallelism = request.get("ParallelismConfiguration", pipeline.parallelism)
        pipeline.modified = now
        return pipeline

    def delete(self, name: str) -> Pipeline:
        """Forget a pipeline that no execution runs, and its executions."""
        pipeline = self.pipeline(name)
        running = [execution.arn for execution in self.executions_of(pipeline) if execution.status in UNDER_WAY]
        if running:
            msg = (
                f"Pipeline '{pipeline.arn}' has executions under way ({', '.join(running)}) and cannot be deleted; "
                "stop them with StopPipelineExecution first."
            )
            raise ServiceError("ConflictException", msg)
        for execution in self.executions_of(pipeline):
            del self.executions[execution.arn]
        del self.pipelines[pipeline.arn]
        self._control.unregister(pipeline.arn)
        return pipeline

    # --- executions ---------------------------------------------------------------------------------------------

    def executions_of(self, pipeline: Pipeline) -> list[Execution]:
        """The executions of a pipeline, in the order in which they began."""
        return [execution for execution in self.executions.values() if execution.pipeline is pipeline]

    def start(self, request: Json) -> tuple[Execution, bool]:
        """Begin an execution, and whether it is a new one: the same `ClientRequestToken` gives the same one."""
        pipeline = self.pipeline(request["PipelineName"])
        key = (pipeline.arn, request["ClientRequestToken"])
        if self._started.get(key) in self.executions:
            return self.executions[self._started[key]], False
        if request.get("SelectiveExecutionConfig"):
            raise validation("SelectiveExecutionConfig is not emulated; start the whole pipeline.")
        version = self.version(pipeline, request.get("PipelineVersionId"))
        given = {each["Name"]: each["Value"] for each in request.get("PipelineParameters", [])}
        identifier, now = "".join(secrets.choice(_ALPHABET) for _ in range(12)), self._control.now()
        execution = Execution(
            identifier=identifier,
            arn=f"{pipeline.arn}/execution/{identifier}",
            pipeline=pipeline,
            version=version,
            parameters=parameters.values_of(version.definition.parameters, given),
            given=given,
            created=now,
            modified=now,
            display_name=request.get("PipelineExecutionDisplayName", f"execution-{round(now * 1000)}"),
            description=request.get("PipelineExecutionDescription"),
            parallelism=request.get("ParallelismConfiguration", pipeline.parallelism),
        )
        self.executions[execution.arn] = execution
        self._started[key], pipeline.last_run = execution.arn, now
        return execution, True

    def execution(self, arn: str) -> Execution:
        """The execution of that ARN."""
        if arn not in self.executions:
            raise ServiceError("ResourceNotFound", f"Pipeline execution '{arn}' does not exist.")
        return self.executions[arn]

    def stop(self, arn: str) -> Execution:
        """Begin to stop an execution."""
        execution = self.execution(arn)
        if execution.status is not ExecutionStatus.EXECUTING:
            msg = (
                f"Pipeline execution with ARN {arn} status {execution.status}. "
                "Only pipelines with executing status can be stopped."
            )
            raise validation(msg)
        execution.status, execution.modified = ExecutionStatus.STOPPING, self._control.now()
        return execution

    def retry(self, request: Json) -> Execution:
        """Begin again what failed or was stopped, with what succeeded kept."""
        execution = self.execution(request["PipelineExecutionArn"])
        if execution.status not in (ExecutionStatus.FAILED, ExecutionStatus.STOPPED):
            msg = f"Pipeline execution {execution.arn} is {execution.status}; only Failed and Stopped ones are retried."
            raise validation(msg)
        kept = {name: run for name, run in execution.runs.items() if run.status is StepStatus.SUCCEEDED}
        execution.runs, execution.failure_reason = kept, None
        execution.parallelism = request.get("ParallelismConfiguration", execution.parallelism)
        execution.status, execution.modified = ExecutionStatus.EXECUTING, self._control.now()
        return execution

    def _arn(self, name: str) -> str:
        return name.lower() if name.startswith("arn:") else self._control.scope.arn("pipeline", name)
