"""`submit`: start a training job of SageMaker, after looking for every reason why it would be refused."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from training.commands import hyperparameter_options as options
from training.commands.channel_options import ChannelFormat
from training.commands.console import here, next_step, places_of, say, steps
from training.commands.environment_option import environment_option
from training.common.errors import JobRefusedError

if TYPE_CHECKING:
    from training.aws.platform import Platform
    from training.common.paths import Places
    from training.jobs.aws_jobs import AwsJobs
    from training.jobs.build_spec import Wishes
    from training.jobs.services import Submitter
    from training.jobs.spec import JobSpec
    from training.model.hyperparameters import Hyperparameters


class Backend(StrEnum):
    """What sends the request."""

    BOTO3 = "boto3"
    SDK = "sdk"


KEEP_WHEN_STOPPED = {"save_model_on_termination": "true"}
"""The container then writes the model after every round, so that a job that is stopped has one, as `fit` has."""


def submit(
    context: typer.Context,
    num_round: options.NumRound = None,
    eta: options.Eta = None,
    max_depth: options.MaxDepth = None,
    max_leaves: options.MaxLeaves = None,
    subsample: options.Subsample = None,
    colsample_bytree: options.ColsampleBytree = None,
    early_stopping_rounds: options.EarlyStoppingRounds = None,
    seed: options.Seed = None,
    nthread: options.NThread = None,
    settings: options.Settings = None,
    environment: Annotated[str, environment_option("Where")] = "local",
    name: Annotated[str | None, typer.Option(help="Name of the job. [default: digits-ENV-DATE-TIME-xxxx]")] = None,
    channel: Annotated[
        list[str] | None,
        typer.Option(
            help="A channel of your own, repeatable. [default: what publish --channels uploaded of BUILD/data]",
            metavar="NAME=s3://BUCKET/PREFIX/",
        ),
    ] = None,
    channel_format: Annotated[
        ChannelFormat, typer.Option("--format", help="Format of the channels.")
    ] = ChannelFormat.CSV,
    instance_type: Annotated[str | None, typer.Option(help="Such as ml.m5.xlarge.", metavar="TYPE")] = None,
    instances: Annotated[int | None, typer.Option(help="How many hosts train together.", metavar="N")] = None,
    volume: Annotated[int | None, typer.Option(help="Volume of each host.", metavar="GIB")] = None,
    max_run: Annotated[int | None, typer.Option(help="Stop it after so long.", metavar="SECONDS")] = None,
    max_wait: Annotated[
        int | None, typer.Option(help="With --spot: give up after so long, the run included.", metavar="SECONDS")
    ] = None,
    checkpoint: Annotated[
        str | None, typer.Option(help="With --spot: keep the model so far there.", metavar="s3://BUCKET/PREFIX/")
    ] = None,
    spot: Annotated[bool | None, typer.Option("--spot/--on-demand", help="Cheaper, but may be interrupted.")] = None,
    bucket: Annotated[
        str | None, typer.Option(help="Where the channels are and the model goes.", metavar="NAME")
    ] = None,
    role: Annotated[str | None, typer.Option(help="What the job runs as.", metavar="ARN")] = None,
    image_tag: Annotated[str | None, typer.Option(help="Of the built-in XGBoost image.", metavar="TAG")] = None,
    kms_key: Annotated[
        str | None, typer.Option(help="Encrypts volumes and output; none for AWS's own.", metavar="ARN")
    ] = None,
    subnet: Annotated[list[str] | None, typer.Option(help="Of your VPC, repeatable.", metavar="ID")] = None,
    security_group: Annotated[list[str] | None, typer.Option(help="Of your VPC, repeatable.", metavar="ID")] = None,
    encrypt_between_hosts: Annotated[
        bool | None,
        typer.Option("--encrypt-between-hosts/--plain-between-hosts", help="Whether hosts talk in cipher."),
    ] = None,
    network_isolation: Annotated[
        bool | None,
        typer.Option("--network-isolation/--no-network-isolation", help="Whether containers reach nothing."),
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag, repeatable.", metavar="KEY=VALUE")] = None,
    backend: Annotated[
        Backend, typer.Option(help="What sends the request; sdk needs the SageMaker SDK.")
    ] = Backend.BOTO3,
    *,
    from_tuning: options.FromTuning = False,
    check_role: Annotated[
        bool, typer.Option("--check-role/--no-check-role", help="Whether to ask IAM what the role may do.")
    ] = True,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Follow it until it ends.")] = True,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything and print the request, but do not send it.")
    ] = False,
) -> None:
    """Train on SageMaker: a job of its built-in XGBoost, with the same hyperparameters as fit.

    Where it runs comes from the parameter /digits/ENVIRONMENT/training of the training stack; options go over it.
    Everything that SageMaker or the container would refuse is refused before anything is started. Then the job is
    followed: its phases, the lines of its log, its cost. Ctrl-C stops following, not the job. Exit code 3 when the
    job failed or was stopped.
    """
    from training.aws.platform import platform_of
    from training.jobs.aws_jobs import AwsJobs
    from training.jobs.build_spec import Wishes, tags_from
    from training.jobs.names import check_job_name, new_name

    usual = {
        "num_round": num_round, "eta": eta, "max_depth": max_depth, "max_leaves": max_leaves, "subsample": subsample,
        "colsample_bytree": colsample_bytree, "early_stopping_rounds": early_stopping_rounds, "seed": seed,
        "nthread": nthread,
    }  # fmt: skip
    places = places_of(context)
    tuned = _tuned(places) if from_tuning else {}
    hyperparameters = options.hyperparameters_from(
        {**KEEP_WHEN_STOPPED, **tuned, **{name: text for name, text in usual.items() if text is not None}},
        settings or [],
    )
    platform = platform_of(environment)
    jobs = AwsJobs()
    name = name or new_name(platform.job_prefix, now=datetime.now(UTC), token=secrets.token_hex(2))
    check_job_name(name, prefix=platform.job_prefix)
    wishes = Wishes(
        bucket=bucket,
        role_arn=role,
        image_uri=_image(image_tag, jobs.region),
        instance_type=instance_type,
        instance_count=instances,
        volume_gb=volume,
        max_run_seconds=max_run,
        spot=spot,
        max_wait_seconds=max_wait,
        checkpoint_uri=checkpoint,
        kms_key_arn=kms_key,
        subnets=tuple(subnet or ()),
        security_groups=tuple(security_group or ()),
        encrypt_between_hosts=encrypt_between_hosts,
        network_isolation=network_isolation,
        tags=tags_from(tag or []),
    )
    spec = _spec(
        places, platform, wishes, hyperparameters, name=name, environment=environment, given=channel or [],
        file_format=channel_format.value,
    )  # fmt: skip
    submitter = _submitter(backend, jobs)
    if dry_run:
        _print_request(spec)
    _check(spec, jobs, check_role=check_role)
    if not dry_run:
        submitter.submit(spec)
        _tell_submitted(spec, jobs.region)
        if wait:
            from training.commands.job_view import follow_and_tell

            follow_and_tell(context, spec.name, jobs=jobs)
            next_step(here(context, f"fetch {spec.name}"))
        else:
            next_step(here(context, f"jobs {spec.name} --follow"))


def _tuned(places: Places) -> dict[str, str]:
    from training.tuning.trials import read_best

    return read_best(places.tuning_best)


def _image(tag: str | None, region: str) -> str | None:
    from contract.xgboost_image import XgboostImage

    return XgboostImage(region=region, tag=tag).uri if tag else None


def _spec(
    places: Places, platform: Platform, wishes: Wishes, hyperparameters: Hyperparameters, *, name: str,
    environment: str, given: list[str], file_format: str,
) -> JobSpec:  # fmt: skip
    from training.data.data_folder import CHANNELS, read_manifest
    from training.jobs.build_spec import channels_from, job_spec, published_channels

    if given:
        channels = channels_from(given)
    else:
        digest = read_manifest(places.data).channels_digest(file_format)
        channels = published_channels(wishes.bucket or platform.bucket, digest, CHANNELS)
    return job_spec(
        wishes, platform, name=name, environment=environment, channels=channels, file_format=file_format,
        hyperparameters=hyperparameters,
    )  # fmt: skip


def _submitter(backend: Backend, jobs: AwsJobs) -> Submitter:
    """The backend, or a sentence how to get it, before anything else is asked."""
    if backend is Backend.BOTO3:
        return jobs
    from training.jobs.sdk_backend import SdkBackend

    return SdkBackend()


def _print_request(spec: JobSpec) -> None:
    from training.jobs.request import create_training_job_request

    typer.echo(json.dumps(create_training_job_request(spec), indent=2))


def _check(spec: JobSpec, jobs: AwsJobs, *, check_role: bool) -> None:
    from training.jobs.aws_objects import AwsObjects, AwsRoles
    from training.jobs.preflight import check

    with steps() as progress:
        progress.add_task("looking for what would be refused")
        findings = check(
            spec, region=jobs.region, jobs=jobs, objects=AwsObjects(), roles=AwsRoles() if check_role else None
        )
    for note in findings.notes:
        typer.echo(note, err=True)
    if findings.problems:
        raise JobRefusedError(findings.problems)


def _tell_submitted(spec: JobSpec, region: str) -> None:
    from training.jobs.costs import describe_prices, most_usd, usd
    from training.jobs.spec import Spot

    machines = spec.machines
    on_spot = " on spot capacity" if isinstance(spec.capacity, Spot) else ""
    say(f"submitted {spec.name}: {machines.instance_count} x {machines.instance_type}{on_spot}")
    most = most_usd(
        machines.instance_type, instance_count=machines.instance_count, max_run_seconds=spec.capacity.max_run_seconds
    )
    if most is not None:
        limit = spec.capacity.max_run_seconds
        say(f"if it takes the whole {limit} s it may: about {usd(most)} on demand, {describe_prices(region)}")
