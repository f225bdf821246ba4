"""`tune --where sagemaker`: automatic model tuning, checked before it starts, followed and reported."""

from __future__ import annotations

import json
import secrets
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from training.commands.console import here, next_step, paths_of, say
from training.commands.job_options import channels_of, refuse_problems
from training.commands.left_running import left_running
from training.commands.tune_report import report
from training.common.errors import JobEndedError, JobError
from training.common.interrupts import interrupt_held_back

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from training.aws.platform import Platform
    from training.commands.tune_options import TuneOptions
    from training.common.paths import BuildPaths
    from training.jobs.spec import JobSpec
    from training.tuning.request import TuningSpec
    from training.tuning.trials import Search
    from training.tuning.tuning_job import TuningJob, TuningService


def tune_on_sagemaker(context: typer.Context, options: TuneOptions) -> None:
    """Check, start and follow a tuning job."""
    from training.aws.platform import platform_of
    from training.jobs.aws_jobs import AwsJobs
    from training.tuning.aws_tuning import AwsTuning
    from training.tuning.request import create_tuning_job_request

    spec = tuning_spec(paths_of(context), platform_of(options.environment), options)
    if options.dry_run:
        typer.echo(json.dumps(create_tuning_job_request(spec), indent=2))
    service = AwsTuning()
    refuse_problems(spec.job, AwsJobs(), check_role=options.check_role, also=lambda: _taken(spec, service))
    if options.dry_run:
        return
    machines = spec.job.machines
    with _left_running(context, spec.name):
        with interrupt_held_back():
            service.create(spec)
        say(
            f"started {spec.name}: {spec.max_jobs} training jobs, {spec.parallel} at a time,"
            f" each on {machines.instance_count} x {machines.instance_type}"
        )
    if options.wait:
        attach(context, spec.name, environment=options.environment)
    else:
        next_step(_attached(context, spec.name))


def tuning_spec(paths: BuildPaths, platform: Platform, options: TuneOptions) -> TuningSpec:
    """The tuning job that the options, the environment and the prepared data make.

    Raises
    ------
    HyperparameterError, JobError
        for anything that would be refused
    """
    from training.tuning.fixed import fixed_hyperparameters
    from training.tuning.request import TuningSpec, new_tuning_name
    from training.tuning.search_space import space_from

    space = space_from(options.search)
    fixed = fixed_hyperparameters(space, options.chosen, trains_here=False)
    least = {each.name: each.text(each.least) for each in space.ranges}
    name = new_tuning_name(platform.job_prefix, now=datetime.now(UTC), token=secrets.token_hex(2))
    return TuningSpec(
        name=name,
        job=_job_of(paths, platform, options, name=name, texts={**fixed, **least}),
        space=space,
        max_jobs=options.trials,
        parallel=min(options.parallel, options.trials),
        strategy=options.strategy.value,
        max_seconds=options.timeout,
        seed=options.search_seed,
    )


def _job_of(
    paths: BuildPaths, platform: Platform, options: TuneOptions, *, name: str, texts: dict[str, str]
) -> JobSpec:
    """One of the training jobs."""
    from training.jobs.build_spec import job_spec
    from training.model.hyperparameters import Hyperparameters

    return job_spec(
        options,
        platform,
        name=name,
        environment=options.environment,
        channels=channels_of(options, platform, paths),
        file_format=options.channel_format.value,
        hyperparameters=Hyperparameters.from_sagemaker(texts),
    )


def _taken(spec: TuningSpec, service: TuningService) -> list[str]:
    taken = service.describe(spec.name) is not None
    return [f"there is a tuning job {spec.name} already; try again"] if taken else []


def attach(context: typer.Context, name: str, *, environment: str) -> None:
    """Follow a tuning job to its end and report what it found; Ctrl-C stops following only."""
    from training.aws.parameters import require_endpoint
    from training.tuning.aws_tuning import AwsTuning
    from training.tuning.tuning_job import follow

    with _left_running(context, name):
        require_endpoint(environment)
        job, found = follow(name, service=AwsTuning(), on_change=_report, sleep=time.sleep)
    report(context, found)
    if job.status == "Failed":
        reason = " ".join((job.failure_reason or "no reason was given").split()).rstrip(".")
        raise JobEndedError(f"the tuning job {name} failed: {reason}; see: {here(context, 'jobs')}")


def _left_running(context: typer.Context, name: str) -> AbstractContextManager[None]:
    stop_it = here(context, f"tune --stop {name}")
    attach_it = _attached(context, name)
    return left_running("the tuning job", come_back=f"{attach_it}   (or stop it: {stop_it})")


def stop(context: typer.Context, name: str, *, environment: str) -> None:
    """Stop a tuning job and its training jobs."""
    from training.aws.parameters import require_endpoint
    from training.tuning.aws_tuning import AwsTuning
    from training.tuning.tuning_job import described

    require_endpoint(environment)
    service = AwsTuning()
    job = described(service, name)
    if job.has_ended:
        say(f"nothing to do: {name} has ended already, it is {job.status}")
        return
    if job.status != "InProgress":
        raise JobError(f"the tuning job {name} is {job.status}, so it cannot be stopped; wait until it has ended")
    service.stop(name)
    say(f"stopping {name}; the results so far are kept")
    next_step(_attached(context, name))


def _attached(context: typer.Context, name: str) -> str:
    return here(context, f"tune --attach {name}")


def _report(job: TuningJob, found: Search) -> None:
    """One line for each change."""
    counts = ", ".join(f"{count} {state}" for state, count in job.counts.items() if count)
    best = found.best
    so_far = f"   best log-loss {best.metric:.4f} ({best.name})" if best and best.metric is not None else ""
    say(f"{datetime.now(UTC):%H:%M:%S} {job.status}: {counts or 'no training job yet'} of {job.max_jobs}{so_far}")
