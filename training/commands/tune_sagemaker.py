"""`tune --where sagemaker`: automatic model tuning, checked before it costs anything, followed, and reported."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from training.commands.console import here, next_step, places_of, say, steps
from training.commands.tune_report import report
from training.common.errors import JobEndedError, JobError, JobRefusedError, StoppedEarly

if TYPE_CHECKING:
    from training.aws.platform import Platform
    from training.common.paths import Places
    from training.tuning.request import TuningSpec
    from training.tuning.trials import Search
    from training.tuning.tuning_job import TuningJob, TuningService


@dataclass(frozen=True, kw_only=True)
class SageMakerSearch:
    """What the options say; None means as the environment has it."""

    environment: str
    search: list[str]
    settings: list[str]
    trials: int
    parallel: int
    strategy: str
    timeout_seconds: int | None
    num_round: int
    seed: int
    file_format: str
    instance_type: str | None
    instance_count: int | None
    spot: bool | None
    wait: bool
    dry_run: bool
    check_role: bool


def tune_there(context: typer.Context, options: SageMakerSearch) -> None:
    """Check, start and follow a tuning job."""
    from training.aws.platform import platform_of
    from training.tuning.aws_tuning import AwsTuning
    from training.tuning.request import create_tuning_job_request

    spec = tuning_spec(places_of(context), platform_of(options.environment), options)
    if options.dry_run:
        typer.echo(json.dumps(create_tuning_job_request(spec), indent=2))
    service = AwsTuning()
    _check(spec, service, check_role=options.check_role)
    if options.dry_run:
        return
    service.create(spec)
    machines = spec.job.machines
    say(
        f"started {spec.name}: {spec.max_jobs} training jobs, {spec.parallel} at a time,"
        f" each on {machines.instance_count} x {machines.instance_type}"
    )
    if options.wait:
        attach(context, spec.name, environment=options.environment)
    else:
        next_step(_attached(context, spec.name, options.environment))


def tuning_spec(places: Places, platform: Platform, options: SageMakerSearch) -> TuningSpec:
    """The tuning job that the options, the environment and the prepared data make.

    Raises
    ------
    HyperparameterError, JobError
        for anything that would be refused
    """
    from training.data.data_folder import CHANNELS, read_manifest
    from training.jobs.build_spec import Wishes, job_spec, published_channels
    from training.model.hyperparameters import Hyperparameters
    from training.tuning.fixed import fixed_hyperparameters
    from training.tuning.request import TuningSpec, new_tuning_name
    from training.tuning.search_space import space_from

    space = space_from(options.search)
    fixed = fixed_hyperparameters(space, options.settings, num_round=options.num_round, trains_here=False)
    least = {each.name: each.text(each.least) for each in space.ranges}
    name = new_tuning_name(platform.job_prefix, now=datetime.now(UTC), token=secrets.token_hex(2))
    digest = read_manifest(places.data).channels_digest(options.file_format)
    job = job_spec(
        Wishes(instance_type=options.instance_type, instance_count=options.instance_count, spot=options.spot),
        platform,
        name=name,
        environment=options.environment,
        channels=published_channels(platform.bucket, digest, CHANNELS),
        file_format=options.file_format,
        hyperparameters=Hyperparameters.from_sagemaker({**fixed, **least}),
    )
    return TuningSpec(
        name=name,
        job=job,
        space=space,
        max_jobs=options.trials,
        parallel=min(options.parallel, options.trials),
        strategy=options.strategy,
        max_seconds=options.timeout_seconds,
        seed=options.seed,
    )


def _check(spec: TuningSpec, service: TuningService, *, check_role: bool) -> None:
    """Refuse what one of the training jobs, or the whole, would be refused for."""
    from training.jobs.aws_jobs import AwsJobs
    from training.jobs.aws_objects import AwsObjects, AwsRoles
    from training.jobs.preflight import check

    jobs = AwsJobs()
    with steps() as progress:
        progress.add_task("looking for what would be refused")
        findings = check(
            spec.job, region=jobs.region, jobs=jobs, objects=AwsObjects(), roles=AwsRoles() if check_role else None
        )
        taken = service.describe(spec.name) is not None
    for note in findings.notes:
        typer.echo(note, err=True)
    if findings.problems or taken:
        there = (f"there is a tuning job {spec.name} already; try again",) if taken else ()
        raise JobRefusedError((*findings.problems, *there))


def attach(context: typer.Context, name: str, *, environment: str) -> None:
    """Follow a tuning job to its end and report what it found; Ctrl-C stops following only."""
    from training.aws.parameters import require_endpoint
    from training.tuning.aws_tuning import AwsTuning
    from training.tuning.tuning_job import follow

    require_endpoint(environment)
    try:
        job, found = follow(name, service=AwsTuning(), on_change=_tell, sleep=time.sleep)
    except KeyboardInterrupt:
        say("\nno longer following; the tuning job goes on")
        stop_it = here(context, f"tune --environment {environment} --stop {name}")
        next_step(f"{_attached(context, name, environment)}   (or end it: {stop_it})")
        raise StoppedEarly from None
    report(context, found)
    if job.status == "Failed":
        reason = " ".join((job.failure_reason or "no reason was given").split()).rstrip(".")
        raise JobEndedError(f"the tuning job {name} failed: {reason}; see: {here(context, 'jobs')}")


def stop(context: typer.Context, name: str, *, environment: str) -> None:
    """Ask a tuning job to stop, with its training jobs."""
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
        raise JobError(f"the tuning job {name} is {job.status}, which cannot be stopped; wait until it has ended")
    service.stop(name)
    say(f"asked {name} to stop; what was found until now stays")
    next_step(_attached(context, name, environment))


def _attached(context: typer.Context, name: str, environment: str) -> str:
    return here(context, f"tune --environment {environment} --attach {name}")


def _tell(job: TuningJob, found: Search) -> None:
    """One line for each change."""
    counts = ", ".join(f"{count} {state}" for state, count in job.counts.items() if count)
    best = found.best
    so_far = f"   best log-loss {best.metric:.4f} ({best.name})" if best and best.metric is not None else ""
    say(f"{datetime.now(UTC):%H:%M:%S} {job.status}: {counts or 'no training job yet'} of {job.max_jobs}{so_far}")
