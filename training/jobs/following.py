"""Watch a job until it ends: its phases, the lines of its logs, its end. Knows no AWS and no terminal.

No line is lost or told twice: each stream is read on from the token at which it stopped, and new streams, which appear
with the first line of a host or when a spot instance was replaced, are looked for at every turn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from training.common.errors import BusyError, JobError
from training.jobs.description import Job, Phase
from training.jobs.services import JobService, LogReader

POLL_SECONDS = 2.0
"""SageMaker takes about ten questions a second of an account, whoever asks them."""
_BUSY_AT_MOST = 10
_BUSY_UNTOLD = 1
"""A single refusal is not worth a line."""
_LONGEST_PAUSE = 30.0
_QUIET_TURNS = 2
"""CloudWatch tells lines a few seconds late, so the end waits for so many turns without any."""
_AFTER_THE_LOG = ("Uploading", "Completed", "Failed", "Stopped", "MaxRuntimeExceeded", "MaxWaitTimeExceeded")
"""Phases that begin when the container has ended: they are told after the lines that it wrote."""


@dataclass(frozen=True, kw_only=True)
class Audience:
    """Who is told: each phase when it begins or its message changes, each line with its stream, why it waits."""

    phase: Callable[[Phase], None]
    line: Callable[[str, str], None]
    waiting: Callable[[str], None]


@dataclass
class _Told:
    """What has been told so far: phases by their place, streams by the token to go on with."""

    phases: dict[int, tuple[str, str]] = field(default_factory=dict)
    tokens: dict[str, str | None] = field(default_factory=dict)


def follow(
    name: str,
    *,
    jobs: JobService,
    logs: LogReader,
    audience: Audience,
    sleep: Callable[[float], None],
    pause: float = POLL_SECONDS,
) -> Job:
    """Tell what happens until the job has ended; returns it as it is then.

    Parameters
    ----------
    name
        of the job
    jobs, logs
        where to ask; they may be busy now and then
    audience
        told everything once
    sleep
        waits so many seconds
    pause
        seconds between two turns

    Raises
    ------
    JobError
        when there is no such job
    BusyError
        when AWS could not be asked for several minutes
    """
    told, busy, quiet = _Told(), 0, 0
    while True:
        try:
            job = described(name, jobs)
            _tell_phases(job, audience, told, after_the_log=False)
            lines = _read_logs(name, logs, audience, told)
            _tell_phases(job, audience, told, after_the_log=True)
        except BusyError as problem:
            busy += 1
            if busy > _BUSY_AT_MOST:
                raise BusyError(
                    f"{problem}; the job goes on, follow it again with: python -m training jobs {name} --follow"
                ) from None
            if busy == _BUSY_UNTOLD + 1:
                audience.waiting(f"waiting: {problem}")
            sleep(min(pause * 2**busy, _LONGEST_PAUSE))
            continue
        busy, quiet = 0, 0 if lines or not job.has_ended else quiet + 1
        if job.has_ended and quiet >= _QUIET_TURNS:
            return job
        sleep(pause)


def described(name: str, jobs: JobService) -> Job:
    """The job of that name.

    Raises
    ------
    JobError
        when there is none
    """
    job = jobs.describe(name)
    if job is None:
        raise JobError(f"there is no training job {name}; list them with: python -m training jobs")
    return job


def _tell_phases(job: Job, audience: Audience, told: _Told, *, after_the_log: bool) -> None:
    for place, phase in enumerate(job.phases):
        is_news = told.phases.get(place) != (phase.status, phase.message)
        if is_news and (phase.status in _AFTER_THE_LOG) == after_the_log:
            told.phases[place] = (phase.status, phase.message)
            audience.phase(phase)


def _read_logs(name: str, logs: LogReader, audience: Audience, told: _Told) -> int:
    """Tell the new lines of all streams; how many there were."""
    count = 0
    for stream in logs.streams(name):
        while True:
            token = told.tokens.get(stream)
            page = logs.read(stream, token)
            for line in page.lines:
                audience.line(stream, line)
            count += len(page.lines)
            told.tokens[stream] = page.token
            if page.token == token or page.token is None:
                break
    return count
