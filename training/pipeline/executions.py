"""Executions of the pipeline: what is started, what its steps do, how it ends. Knows no AWS and no terminal.

`training.pipeline.aws_executions` implements the protocol; the pipeline itself is part of the training stack.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from training.aws.polling import poll
from training.common.errors import JobEndedError

POLL_SECONDS = 2.0
_ENDED = ("Succeeded", "Failed", "Stopped")


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of an execution that has begun.

    Parameters
    ----------
    name
        such as `Train`
    status
        SageMaker's word: `Executing`, `Succeeded`, `Failed` ...
    subject
        the job or model that it made, or what a condition found; empty when there is none yet
    cached
        whether the result of an earlier execution was taken
    reason
        why it failed; empty unless it did
    log_group
        where its job writes lines, if it is a job
    log_prefix
        how the names of its job's log streams begin
    """

    name: str
    status: str
    subject: str = ""
    log_group: str = ""
    log_prefix: str = ""
    cached: bool = False
    reason: str = ""

    @property
    def line(self) -> str:
        """What a person reads."""
        result = ", as in an earlier execution" if self.cached else ""
        subject = f" ({self.subject})" if self.subject else ""
        return f"{self.name}: {self.status}{result}{subject}{f': {self.reason}' if self.reason else ''}"


@dataclass(frozen=True, kw_only=True)
class Execution:
    """How an execution stands.

    Parameters
    ----------
    arn
        its name for SageMaker
    status
        `Executing`, `Stopping`, `Succeeded`, `Failed`, `Stopped`
    reason
        why it failed
    steps
        those that have begun, in their order
    """

    arn: str
    status: str
    reason: str
    steps: tuple[Step, ...]

    @property
    def has_ended(self) -> bool:
        """Whether nothing will happen any more."""
        return self.status in _ENDED


class PipelineService(Protocol):
    """Where pipelines run. Raises `BusyError` when a retry in a minute may succeed."""

    def start(self, pipeline: str, parameters: Mapping[str, str]) -> str:
        """Start an execution; returns its ARN."""

    def latest(self, pipeline: str) -> str | None:
        """ARN of the execution that was started last, or None."""

    def describe(self, arn: str) -> Execution:
        """How an execution stands."""

    def last_lines(self, step: Step, *, count: int) -> list[str]:
        """The end of the log of a step's job; nothing when there is none."""


def follow_execution(
    arn: str, *, service: PipelineService, on_step: Callable[[Step], None], sleep: Callable[[float], None]
) -> Execution:
    """Report every step when it begins and when it changes, until the execution has ended.

    Parameters
    ----------
    arn
        of the execution
    service
        where it runs; may be busy now and then
    on_step
        called once for each change
    sleep
        waits so many seconds

    Raises
    ------
    BusyError
        when the service could not be reached for several minutes
    """
    reported: dict[str, Step] = {}

    def report_changes(execution: Execution) -> None:
        for step in execution.steps:
            if reported.get(step.name) != step:
                reported[step.name] = step
                on_step(step)

    return poll(
        lambda: service.describe(arn),
        until=lambda execution: execution.has_ended,
        sleep=sleep,
        pause=POLL_SECONDS,
        on_change=report_changes,
        resume="the pipeline continues, follow it again with: python -m training pipeline --follow",
    )


def registered_model(execution: Execution) -> str:
    """ARN of the model that an execution registered.

    Raises
    ------
    JobEndedError
        when it registered none; the text says why
    """
    made = next((step.subject for step in execution.steps if _is_model(step)), "")
    if made and execution.status == "Succeeded":
        return made
    failed = next((step for step in execution.steps if step.reason), None)
    reason = f"{failed.name}: {failed.reason}" if failed else execution.reason or "no step registers a model"
    raise JobEndedError(f"the pipeline registered nothing, its execution is {execution.status}; {reason.rstrip('.')}")


def _is_model(step: Step) -> bool:
    return step.status == "Succeeded" and ":model-package/" in step.subject
