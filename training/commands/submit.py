"""`submit`: start a training job of SageMaker, after checking every reason for which it would be refused."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from training.commands.console import here, interrupt_held_back, next_step, paths_of, say
from training.commands.environment_option import environment_option
from training.commands.job_options import StartOptions, channels_of, refuse_problems
from training.commands.options import with_options
from training.commands.training_options import TrainingOptions, hyperparameters_of
from training.common.options import Option

if TYPE_CHECKING:
    from training.jobs.aws_jobs import AwsJobs
    from training.jobs.services import Submitter
    from training.jobs.spec import JobSpec


class Backend(StrEnum):
    """What sends the request."""

    BOTO3 = "boto3"
    SDK = "sdk"


@dataclass(frozen=True, kw_only=True)
class SubmitOptions(TrainingOptions, StartOptions):
    """Options of `submit`."""

    environment: Annotated[str, environment_option("Target environment")] = "local"
    name: Annotated[
        str | None, Option("Name of the job. [default: digits-ENVIRONMENT-DATE-TIME-xxxx]", flags=("--name",))
    ] = None
    backend: Annotated[
        Backend, Option("Library that sends the request: boto3, or sdk for the SageMaker Python SDK.")
    ] = Backend.BOTO3


KEEP_WHEN_STOPPED = {"save_model_on_termination": "true"}
"""The container then writes the model after every round, so that a job that is stopped has one, as `fit` has."""


@with_options(SubmitOptions)
def submit(context: typer.Context, options: SubmitOptions) -> None:
    """Train on SageMaker: a job of its built-in XGBoost, with the same hyperparameters as fit.

    Defaults come from the parameter /digits/ENVIRONMENT/training of the training stack; options override them.
    Whatever SageMaker or the container would refuse is refused before anything is started. Then the job is followed:
    its phases, its log, its cost. Ctrl-C stops following, not the job. Exit code 3 if the job failed or was stopped.
    """
    from training.commands.job_view import follow_and_report, job_left_running
    from training.jobs.aws_jobs import AwsJobs

    spec, jobs = job_of(context, options), AwsJobs()
    submitter = _submitter(options.backend, jobs)
    if options.dry_run:
        _print_request(spec)
    refuse_problems(spec, jobs, check_role=options.check_role)
    if options.dry_run:
        return
    with job_left_running(context, spec.name):
        with interrupt_held_back():
            submitter.submit(spec)
        _report_submitted(spec, jobs.region)
    if options.wait:
        follow_and_report(context, spec.name, jobs=jobs)
        next_step(here(context, f"fetch {spec.name}"))
    else:
        next_step(here(context, f"jobs {spec.name} --follow"))


def job_of(context: typer.Context, options: SubmitOptions) -> JobSpec:
    """The job that the options, the environment and the prepared data make."""
    from training.aws.platform import platform_of
    from training.jobs.build_spec import job_spec
    from training.jobs.names import check_job_name, new_name

    paths = paths_of(context)
    hyperparameters = hyperparameters_of(options, paths, **KEEP_WHEN_STOPPED)
    platform = platform_of(options.environment)
    name = options.name or new_name(platform.job_prefix, now=datetime.now(UTC), token=secrets.token_hex(2))
    check_job_name(name, prefix=platform.job_prefix)
    return job_spec(
        options,
        platform,
        name=name,
        environment=options.environment,
        channels=channels_of(options, platform, paths),
        file_format=options.channel_format.value,
        hyperparameters=hyperparameters,
    )


def _submitter(backend: Backend, jobs: AwsJobs) -> Submitter:
    """The backend, or an error that says how to install it, before anything else is checked."""
    if backend is Backend.BOTO3:
        return jobs
    from training.jobs.sdk_backend import SdkBackend

    return SdkBackend()


def _print_request(spec: JobSpec) -> None:
    from training.jobs.request import create_training_job_request

    typer.echo(json.dumps(create_training_job_request(spec), indent=2))


def _report_submitted(spec: JobSpec, region: str) -> None:
    from training.jobs.costs import describe_prices, most_usd, usd
    from training.jobs.spec import Spot

    machines, seconds = spec.machines, spec.capacity.max_run_seconds
    on_spot = " on spot capacity" if isinstance(spec.capacity, Spot) else ""
    say(f"submitted {spec.name}: {machines.instance_count} x {machines.instance_type}{on_spot}")
    most = most_usd(machines.instance_type, instance_count=machines.instance_count, max_run_seconds=seconds)
    if most is not None:
        say(f"cost at most, if it trains for {seconds} s: about {usd(most)} on demand, {describe_prices(region)}")
