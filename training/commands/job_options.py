"""Options of the commands that start training jobs of SageMaker, and the channels and the checks that they share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from training.commands.channel_options import ChannelFormat
from training.commands.console import steps
from training.common.errors import JobRefusedError
from training.common.options import Option
from training.jobs.options import JobOptions

if TYPE_CHECKING:
    from training.aws.platform import Platform
    from training.common.paths import BuildPaths
    from training.jobs.aws_jobs import AwsJobs
    from training.jobs.spec import JobSpec


@dataclass(frozen=True, kw_only=True)
class StartOptions(JobOptions):
    """How a job is started, beside what the job is."""

    wait: Annotated[bool, Option("Follow the job until it ends.", flags=("--wait/--no-wait",))] = True
    dry_run: Annotated[
        bool, Option("Run all checks and print the request, but do not send it.", flags=("--dry-run",))
    ] = False
    check_role: Annotated[bool, Option("Check the permissions of the execution role with IAM.")] = True
    channel_format: Annotated[ChannelFormat, Option("Format of the channels, csv or parquet.")] = ChannelFormat.CSV
    train_channel: Annotated[
        str | None, Option("Your own training channel, s3://BUCKET/PREFIX/, instead of the published channels.")
    ] = None
    validation_channel: Annotated[
        str | None, Option("Your own validation channel, s3://BUCKET/PREFIX/, instead of the published channels.")
    ] = None


def channels_of(options: StartOptions, platform: Platform, paths: BuildPaths) -> dict[str, str]:
    """The channels that were given, or else those of the prepared data that `publish --channels` uploaded."""
    from training.data.data_folder import CHANNELS, read_data_manifest
    from training.jobs.build_spec import published_channels

    given = {"train": options.train_channel, "validation": options.validation_channel}
    if any(given.values()):
        return {name: uri for name, uri in given.items() if uri}
    digest = read_data_manifest(paths.data).channels_digest(options.channel_format.value)
    return published_channels(options.bucket or platform.bucket, digest, CHANNELS)


def refuse_problems(spec: JobSpec, jobs: AwsJobs, *, check_role: bool, also: Callable[[], list[str]] = list) -> None:
    """Check everything for which SageMaker or the container would refuse a job, and print notes on stderr.

    Raises
    ------
    JobRefusedError
        with a sentence for each problem, those of `also` among them
    """
    from training.jobs.aws_objects import AwsObjects, AwsRoles
    from training.jobs.preflight import check

    with steps() as progress:
        progress.add_task("checking the job before it is submitted")
        findings = check(
            spec, region=jobs.region, jobs=jobs, objects=AwsObjects(), roles=AwsRoles() if check_role else None
        )
        problems = (*findings.problems, *also())
    for note in findings.notes:
        typer.echo(note, err=True)
    if problems:
        raise JobRefusedError(problems)
