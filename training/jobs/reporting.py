"""Tell in plain lines how a job goes, for a notebook; the terminal has a view of its own in `commands.job_view`."""

from __future__ import annotations

import time
from collections.abc import Callable

from training.jobs.costs import bill_of, describe_prices, usd
from training.jobs.description import Job, Phase
from training.jobs.following import POLL_SECONDS, Audience, described, follow
from training.jobs.log_lines import host_of, readable
from training.jobs.outcomes import raise_unless_completed
from training.jobs.services import JobService, LogReader


def follow_in_words(
    name: str,
    *,
    jobs: JobService,
    logs: LogReader,
    tell: Callable[[str], None],
    pause: float = POLL_SECONDS,
) -> Job:
    """Tell every phase and every line of the log as they come, until the job has completed; returns it as it is then.

    Parameters
    ----------
    name
        of the job
    jobs, logs
        where to ask
    tell
        gets one line at a time, such as `print`
    pause
        seconds between two looks

    Raises
    ------
    JobError
        when there is no such job
    JobEndedError
        when it failed or was stopped
    """
    several = described(name, jobs).instance_count > 1

    def phase(each: Phase) -> None:
        tell(f"{each.started:%H:%M:%S} {each.status}: {each.message}")

    def line(stream: str, text: str) -> None:
        tell(readable(text, host=host_of(stream) if several else None))

    audience = Audience(phase=phase, line=line, waiting=tell)
    ended = follow(name, jobs=jobs, logs=logs, audience=audience, sleep=time.sleep, pause=pause)
    raise_unless_completed(ended)
    return ended


def cost_in_words(job: Job, *, region: str) -> str:
    """Time that is paid for, and about how much that is."""
    bill = bill_of(job)
    if bill is None:
        return "nothing is billed yet"
    seconds = f"{bill.billable_seconds} s on {bill.instance_count} x {job.instance_type}"
    return f"{seconds}, no price known" if bill.usd is None else f"{seconds}, {usd(bill.usd)} {describe_prices(region)}"
