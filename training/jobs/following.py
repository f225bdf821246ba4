"""Follow a job until it ends: its phases, the lines of its logs, its end. Knows no AWS and no terminal.

No line is lost or reported twice: each stream is read from the token at which the last read stopped, and new streams,
which appear with the first line of a host or after a spot instance was replaced, are looked for in every turn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from training.aws.polling import poll
from training.common.errors import JobError
from training.jobs.description import Job, Phase
from training.jobs.services import JobService, LogReader
from training.jobs.values import check_name

POLL_SECONDS = 2.0
"""SageMaker allows about ten describe calls a second for an account, whoever makes them."""
_QUIET_TURNS = 2
"""CloudWatch delivers lines a few seconds late, so following ends after so many turns without any."""
_AFTER_THE_LOG = ("Uploading", "Completed", "Failed", "Stopped", "MaxRuntimeExceeded", "MaxWaitTimeExceeded")
"""Phases that begin when the container has ended: they are reported after the lines that it wrote."""


@dataclass(frozen=True, kw_only=True)
class Reporter:
    """What is called: for each phase when it begins or its message changes, for each line of the log, while waiting.

    Parameters
    ----------
    on_phase
        called with the phase
    on_line
        called with the name of the log stream and the line
    on_waiting
        called with the reason why nothing is reported
    """

    on_phase: Callable[[Phase], None]
    on_line: Callable[[str, str], None]
    on_waiting: Callable[[str], None]


@dataclass
class _Progress:
    """What has been reported: phases by index, streams by the token to continue from, turns without news at the end."""

    phases: dict[int, tuple[str, str]] = field(default_factory=dict)
    tokens: dict[str, str | None] = field(default_factory=dict)
    quiet_turns: int = 0


def follow(
    name: str,
    *,
    jobs: JobService,
    logs: LogReader,
    reporter: Reporter,
    sleep: Callable[[float], None],
    pause: float = POLL_SECONDS,
) -> Job:
    """Report what happens until the job has ended; returns its last description.

    Parameters
    ----------
    name
        of the job
    jobs, logs
        the services; they may be busy now and then
    reporter
        called once for everything
    sleep
        waits so many seconds
    pause
        seconds between two turns

    Raises
    ------
    JobError
        when there is no such job
    BusyError
        when AWS could not be reached for several minutes
    """
    progress = _Progress()

    def turn() -> Job:
        job = described(name, jobs)
        _report_phases(job, reporter, progress, after_the_log=False)
        lines = _read_logs(name, logs, reporter, progress)
        _report_phases(job, reporter, progress, after_the_log=True)
        progress.quiet_turns = progress.quiet_turns + 1 if job.has_ended and not lines else 0
        return job

    return poll(
        turn,
        until=lambda _job: progress.quiet_turns >= _QUIET_TURNS,
        sleep=sleep,
        pause=pause,
        on_busy=lambda reason: reporter.on_waiting(f"waiting: {reason}"),
        resume=f"the job continues, follow it again with: python -m training jobs {name} --follow",
    )


def described(name: str, jobs: JobService) -> Job:
    """The job of that name.

    Raises
    ------
    JobError
        when there is none, or none can have that name
    """
    check_name(name)
    job = jobs.describe(name)
    if job is None:
        raise JobError(f"there is no training job {name}; list them with: python -m training jobs")
    return job


def _report_phases(job: Job, reporter: Reporter, progress: _Progress, *, after_the_log: bool) -> None:
    for index, phase in enumerate(job.phases):
        is_new = progress.phases.get(index) != (phase.status, phase.message)
        if is_new and (phase.status in _AFTER_THE_LOG) == after_the_log:
            progress.phases[index] = (phase.status, phase.message)
            reporter.on_phase(phase)


def _read_logs(name: str, logs: LogReader, reporter: Reporter, progress: _Progress) -> int:
    """Report the new lines of all streams; returns how many there were."""
    count = 0
    for stream in logs.streams(name):
        while True:
            token = progress.tokens.get(stream)
            page = logs.read(stream, token)
            for line in page.lines:
                reporter.on_line(stream, line)
            count += len(page.lines)
            progress.tokens[stream] = page.token
            if page.token == token or page.token is None:
                break
    return count
