"""`jobs`: what training jobs there are, how one is doing, and following it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from training.commands.console import here, next_step, say, show, steps
from training.commands.environment_option import environment_option
from training.common.errors import JobError


class Status(StrEnum):
    """SageMaker's words."""

    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPING = "Stopping"
    STOPPED = "Stopped"


def jobs(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="One job, in detail.", show_default=False)] = None,
    environment: Annotated[str, environment_option("Whose jobs")] = "local",
    status: Annotated[Status | None, typer.Option(help="Only jobs of that status.", case_sensitive=False)] = None,
    limit: Annotated[int, typer.Option(help="How many, latest first.", min=1, max=100)] = 10,
    *,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Show the job's log from the beginning, and on until it ends.")
    ] = False,
) -> None:
    """List the training jobs of an environment, or show one of them.

    Durations are from the submission to the end; costs are estimates by a table of prices.
    """
    from training.aws.parameters import require_endpoint
    from training.commands.job_view import details, follow_and_report, jobs_table, report_end
    from training.jobs.aws_jobs import AwsJobs
    from training.jobs.following import described

    require_endpoint(environment)
    service = AwsJobs()
    if name is None:
        if follow:
            raise JobError("--follow needs the name of a job; list them with: " + here(context, "jobs"))
        prefix = f"digits-{environment}-"
        with steps() as progress:
            progress.add_task("asking for the jobs")
            names = service.names(prefix=prefix, status=status.value if status else None, limit=limit)
            found = [job for each in names if (job := service.describe(each)) is not None]
        if not found:
            say(f"no training job of {environment}{f' is {status.value}' if status else ''}")
            next_step(here(context, "submit"))
            return
        show(jobs_table(found))
        next_step(here(context, f"jobs {found[0].name} --follow"))
        return
    if follow:
        follow_and_report(context, name, jobs=service)
        next_step(here(context, f"fetch {name}"))
        return
    job = described(name, service)
    for line in details(job):
        say(line)
    report_end(job, region=service.region)
    next_step(here(context, f"fetch {name}" if job.left_a_model else f"jobs {name} --follow"))
