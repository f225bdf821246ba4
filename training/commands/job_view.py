"""Jobs on the terminal: the progress of one that is followed, its result, a table of many."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import typer

from contract.visible import visible
from training.commands.console import console, here, say
from training.commands.left_running import left_running

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from rich.table import Table

    from training.jobs.aws_jobs import AwsJobs
    from training.jobs.costs import Bill
    from training.jobs.description import Job, Phase


_PAUSE_ON_THIS_MACHINE = 0.5
"""Seconds between two polls of a job of the emulator, which has no quota."""


def job_left_running(context: typer.Context, name: str) -> AbstractContextManager[None]:
    """See `left_running`: the job of that name."""
    stop_it = here(context, f"stop {name}")
    return left_running("the job", come_back=here(context, f"jobs {name} --follow") + f"   (or stop it: {stop_it})")


def follow_and_report(context: typer.Context, name: str, *, jobs: AwsJobs) -> None:
    """Follow a job to its end and print its result.

    Raises
    ------
    JobEndedError
        when it failed or was stopped
    StoppedEarly
        after Ctrl-C: the job continues
    """
    from training.jobs.outcomes import raise_unless_completed

    with job_left_running(context, name):
        ended = _followed(name, jobs)
    report_end(ended, region=jobs.region)
    raise_unless_completed(ended)


def _followed(name: str, jobs: AwsJobs) -> Job:
    """The job when it has ended; its phases and its log have been shown."""
    from training.jobs.aws_jobs import AwsLogs
    from training.jobs.following import POLL_SECONDS, Reporter, described, follow
    from training.jobs.log_lines import host_of, is_metrics, readable

    several = described(name, jobs).instance_count > 1

    def line(stream: str, text: str) -> None:
        shown = readable(text, host=host_of(stream) if several else None)
        console.print(visible(shown), style="bold" if is_metrics(text) else None)

    reporter = Reporter(on_phase=_report_phase, on_line=line, on_waiting=say)
    return follow(
        name, jobs=jobs, logs=AwsLogs(), reporter=reporter, sleep=time.sleep,
        pause=_PAUSE_ON_THIS_MACHINE if os.environ.get("AWS_ENDPOINT_URL") else POLL_SECONDS,
    )  # fmt: skip


def report_end(job: Job, *, region: str) -> None:
    """Metrics, time and cost of a job, as far as they are known."""
    from training.jobs.costs import bill_of

    if metrics := metrics_of(job):
        say(f"validation: {metrics}")
    bill = bill_of(job)
    if bill is not None:
        say(_bill_in_words(job, bill, region))


def metrics_of(job: Job) -> str:
    """The last metrics of the validation channel, as far as there are any."""
    kind = "validation:"
    metrics = {name.removeprefix(kind): value for name, value in job.metrics.items() if name.startswith(kind)}
    return ", ".join(f"{name} {value:g}" for name, value in sorted(metrics.items()))


def cost_of(job: Job) -> str:
    """The estimate as a word for a table."""
    from training.jobs.costs import bill_of, usd

    bill = bill_of(job)
    return "" if bill is None else "no price" if bill.usd is None else usd(bill.usd)


def jobs_table(jobs: list[Job]) -> Table:
    """Two lines for each job, latest first; they fit into 80 columns."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title="training jobs", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in ("name, instances, created (UTC)", "status", "took", "about", "validation"):
        table.add_column(heading, overflow="fold")  # a name is copied, so it is never cut
    for job in jobs:
        machines = f"{job.instance_count} x {job.instance_type}{' spot' if job.spot else ''}"
        status = job.status if job.has_ended else f"{job.status}\n{job.phase}"
        metrics = metrics_of(job).replace(", ", "\n")
        table.add_row(f"{job.name}\n{machines}, {_moment(job)[5:]}", status, _took(job), cost_of(job), metrics)
    return table


def details(job: Job) -> list[str]:
    """The details of a job, a line each."""
    from training.jobs.outcomes import reason_of

    lines = [
        f"{job.name}: {job.status}, {job.phase}",
        f"  created {_moment(job)} UTC, took {_took(job) or 'nothing yet'}",
        f"  on {job.instance_count} x {job.instance_type}{', spot' if job.spot else ''}, image {job.image_uri}",
        *(f"  channel {each.name}: {each.uri} ({each.content_type})" for each in job.channels),
        "  hyperparameters: " + ", ".join(f"{name}={text}" for name, text in sorted(job.hyperparameters.items())),
        *(f"  {each.started:%H:%M:%S} {each.status}: {each.message}" for each in job.phases),
    ]
    if job.model_uri:
        lines.append(f"  model: {job.model_uri}")
    if job.failure_reason:
        lines.append(f"  failed: {reason_of(job)}")
    return lines


def _report_phase(phase: Phase) -> None:
    console.print(visible(f"{phase.started:%H:%M:%S} {phase.status}: {phase.message}"), style="cyan")


def _bill_in_words(job: Job, bill: Bill, region: str) -> str:
    from training.jobs.costs import describe_prices, usd

    each = f" of each of {bill.instance_count} instances" if bill.instance_count > 1 else ""
    trained = f" of {job.training_seconds} trained" if job.training_seconds is not None else ""
    saved = f", spot saved {bill.saved:.0%}" if job.spot else ""
    cost = (
        f"there is no price for {job.instance_type} in this project's table"
        if bill.usd is None
        else f"about {usd(bill.usd)} {describe_prices(region)}"
    )
    return f"billable: {bill.billable_seconds} s{each}{trained}{saved}; {cost}"


def _moment(job: Job) -> str:
    from datetime import UTC

    return f"{job.created.astimezone(UTC):%Y-%m-%d %H:%M}"


def _took(job: Job) -> str:
    """Time from the submission to the end, in minutes and seconds."""
    if job.ended is None:
        return ""
    seconds = round((job.ended - job.created).total_seconds())
    return f"{seconds // 60} min {seconds % 60} s" if seconds >= 60 else f"{seconds} s"
