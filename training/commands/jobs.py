"""`jobs`: list training jobs, show one in detail, or follow it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from training.commands.console import here, next_step, say, show, steps
from training.commands.environment_option import environment_option
from training.commands.options import refuse_ignored, with_options
from training.common.errors import JobError

if TYPE_CHECKING:
    from training.jobs.aws_jobs import AwsJobs


class Status(StrEnum):
    """Statuses of a training job in SageMaker."""

    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPING = "Stopping"
    STOPPED = "Stopped"


@dataclass(frozen=True, kw_only=True)
class JobsOptions:
    """Options of `jobs`."""

    name: Annotated[str | None, typer.Argument(help="Show the details of this job.", show_default=False)] = None
    environment: Annotated[str, environment_option("Environment of the jobs")] = "local"
    status: Annotated[Status | None, typer.Option(help="Only jobs with this status.", case_sensitive=False)] = None
    limit: Annotated[int, typer.Option(help="Number of jobs, latest first.", min=1, max=100)] = 10
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Show the log of the job from the beginning until the job ends.")
    ] = False


@with_options(JobsOptions)
def jobs(context: typer.Context, options: JobsOptions) -> None:
    """List the training jobs of an environment, or show one of them.

    Durations are from the submission to the end; costs are estimates from a table of prices.
    """
    from training.aws.parameters import require_endpoint
    from training.jobs.aws_jobs import AwsJobs

    name = options.name
    if name is not None:
        refuse_ignored(context, ["status", "limit"], "selects from the list; leave it out, or the name of the job")
    require_endpoint(options.environment)
    service = AwsJobs()
    if name is None:
        _list(context, options, service)
    elif options.follow:
        from training.commands.job_view import follow_and_report

        follow_and_report(context, name, jobs=service)
        next_step(here(context, f"fetch {name}"))
    else:
        _show(context, name, service)


def _list(context: typer.Context, options: JobsOptions, service: AwsJobs) -> None:
    """Show the latest jobs of the environment as a table."""
    from training.aws.parameters import read_parameter
    from training.commands.job_view import jobs_table

    if options.follow:
        raise JobError("--follow needs the name of a job; list them with: " + here(context, "jobs"))
    status = options.status.value if options.status else None
    with steps() as progress:
        progress.add_task("listing the jobs")
        names = service.names(prefix=f"digits-{options.environment}-", status=status, limit=options.limit)
        found = [job for each in names if (job := service.describe(each)) is not None]
    if not found:
        missing = f"so the environment {options.environment} is not deployed here; correct --environment, or deploy it"
        read_parameter(options.environment, f"/digits/{options.environment}/bucket-name", missing=missing)
        say(f"no training job of {options.environment}{f' with status {status}' if status else ''}")
        next_step(here(context, "submit"))
        return
    show(jobs_table(found))
    next_step(here(context, f"jobs {found[0].name} --follow"))


def _show(context: typer.Context, name: str, service: AwsJobs) -> None:
    """Show one job in detail."""
    from training.commands.job_view import details, report_end
    from training.jobs.following import described

    job = described(name, service)
    for line in details(job):
        say(line)
    report_end(job, region=service.region)
    next_step(here(context, f"fetch {name}" if job.left_a_model else f"jobs {name} --follow"))
