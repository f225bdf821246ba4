"""Report the progress of a job in plain lines, for a notebook; the terminal has its own in `commands.job_view`."""

from __future__ import annotations

import time
from collections.abc import Callable

from training.jobs.costs import bill_of, describe_prices, usd
from training.jobs.description import Job, Phase
from training.jobs.following import POLL_SECONDS, Reporter, described, follow
from training.jobs.log_lines import host_of, readable
from training.jobs.outcomes import raise_unless_completed
from training.jobs.services import JobService, LogReader


def follow_in_words(
    name: str,
    *,
    jobs: JobService,
    logs: LogReader,
    report: Callable[[str], None],
    pause: float = POLL_SECONDS,
) -> Job:
    """Report every phase and every line of the log as they come, until the job has completed; returns it then.

    Parameters
    ----------
    name
        of the job
    jobs, logs
        the services
    report
        called with one line at a time, such as `print`
    pause
        seconds between two turns

    Raises
    ------
    JobError
        when there is no such job
    JobEndedError
        when it failed or was stopped
    """
    several = described(name, jobs).instance_count > 1

    def phase(each: Phase) -> None:
        report(f"{each.started:%H:%M:%S} {each.status}: {each.message}")

    def line(stream: str, text: str) -> None:
        report(readable(text, host=host_of(stream) if several else None))

    reporter = Reporter(on_phase=phase, on_line=line, on_waiting=report)
    ended = follow(name, jobs=jobs, logs=logs, reporter=reporter, sleep=time.sleep, pause=pause)
    raise_unless_completed(ended)
    return ended


def cost_in_words(job: Job, *, region: str) -> str:
    """The billable time, and about what it costs."""
    bill = bill_of(job)
    if bill is None:
        return "nothing is billed yet"
    seconds = f"{bill.billable_seconds} s on {bill.instance_count} x {job.instance_type}"
    return f"{seconds}, no price known" if bill.usd is None else f"{seconds}, {usd(bill.usd)} {describe_prices(region)}"
