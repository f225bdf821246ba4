"""`tune`: search for better hyperparameters, here with Optuna or on AWS with automatic model tuning."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from training.commands.channel_options import ChannelFormat
from training.commands.environment_option import environment_option
from training.commands.tune_local import LocalSearch, tune_here
from training.commands.tune_sagemaker import SageMakerSearch, attach, stop, tune_there
from training.common.errors import JobError, StoppedEarly


class Where(StrEnum):
    """Where the trials run."""

    LOCAL = "local"
    SAGEMAKER = "sagemaker"


class Strategy(StrEnum):
    """How SageMaker chooses the next values."""

    BAYESIAN = "Bayesian"
    RANDOM = "Random"


_LOCAL_ROUNDS = 30
_SAGEMAKER_ROUNDS = 100
_FOR_SAGEMAKER = (
    "dry_run",
    "parallel",
    "strategy",
    "channel_format",
    "instance_type",
    "instances",
    "spot",
    "wait",
    "check_role",
)


def tune(
    context: typer.Context,
    where: Annotated[
        Where, typer.Option(help="On this machine, or as training jobs of an environment's account.")
    ] = Where.LOCAL,
    search: Annotated[
        list[str] | None,
        typer.Option(help="What varies, repeatable; five usual ones unless given.", metavar="NAME=LEAST:MOST[:log]"),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="A hyperparameter that stays the same, repeatable.", metavar="NAME=VALUE"),
    ] = None,
    trials: Annotated[int, typer.Option(help="Trials in all.", min=1, max=750)] = 20,
    timeout: Annotated[
        int | None, typer.Option(help="Stop after so long, whatever the trials.", min=1, metavar="SECONDS")
    ] = None,
    num_round: Annotated[
        int | None, typer.Option(help="Rounds at most. [default: 30 local, 100 on SageMaker]", min=1)
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, data and machine: same trials.", min=0)] = 1,
    rows: Annotated[
        int, typer.Option(help="local: images that each trial learns from, picked at random.", min=10)
    ] = 5000,
    validation_rows: Annotated[int, typer.Option(help="local: images that judge it.", min=10)] = 2000,
    environment: Annotated[str, environment_option("sagemaker: whose account")] = "local",
    parallel: Annotated[int, typer.Option(help="sagemaker: training jobs at the same time.", min=1)] = 2,
    strategy: Annotated[Strategy, typer.Option(help="sagemaker: how values are chosen.")] = Strategy.BAYESIAN,
    channel_format: Annotated[
        ChannelFormat, typer.Option("--format", help="sagemaker: format of the published channels.")
    ] = ChannelFormat.CSV,
    instance_type: Annotated[str | None, typer.Option(help="sagemaker: such as ml.m5.xlarge.", metavar="TYPE")] = None,
    instances: Annotated[int | None, typer.Option(help="sagemaker: hosts of each training job.", metavar="N")] = None,
    spot: Annotated[
        bool | None, typer.Option("--spot/--on-demand", help="sagemaker: cheaper, but may be interrupted.")
    ] = None,
    attach_to: Annotated[
        str | None, typer.Option("--attach", help="sagemaker: follow this tuning job, start none.", metavar="NAME")
    ] = None,
    stop_it: Annotated[
        str | None, typer.Option("--stop", help="sagemaker: end this tuning job, start none.", metavar="NAME")
    ] = None,
    *,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="sagemaker: follow it until it ends.")] = True,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="sagemaker: check and print the request, but do not send it.")
    ] = False,
    check_role: Annotated[
        bool, typer.Option("--check-role/--no-check-role", help="sagemaker: ask IAM what the role may do.")
    ] = True,
) -> None:
    """Search for better hyperparameters.

    Minimises the log-loss on validation; hopeless trials are stopped early. Writes BUILD/tuning/best.json, which
    fit and submit take with --from-tuning, and a picture. A local search goes on where an earlier one of the same kind
    ended; Ctrl-C ends it and keeps what was found. On SageMaker Ctrl-C stops following, not the tuning job.
    """
    if stop_it:
        stop(context, stop_it, environment=environment)
    elif attach_to:
        attach(context, attach_to, environment=environment)
    elif where is Where.LOCAL:
        _refuse_what_is_for_sagemaker(context)
        options = LocalSearch(
            search=search or [], settings=settings or [], trials=trials, timeout_seconds=timeout, rows=rows,
            validation_rows=validation_rows, num_round=num_round or _LOCAL_ROUNDS, seed=seed,
        )  # fmt: skip
        if tune_here(context, options):
            raise StoppedEarly
    else:
        there = SageMakerSearch(
            environment=environment, search=search or [], settings=settings or [], trials=trials, parallel=parallel,
            strategy=strategy.value, timeout_seconds=timeout, num_round=num_round or _SAGEMAKER_ROUNDS, seed=seed,
            file_format=channel_format.value, instance_type=instance_type, instance_count=instances, spot=spot,
            wait=wait, dry_run=dry_run, check_role=check_role,
        )  # fmt: skip
        tune_there(context, there)


def _refuse_what_is_for_sagemaker(context: typer.Context) -> None:
    """Refuse what a search on this machine would pass over, above all --dry-run: who says so wants nothing started.

    Raises
    ------
    JobError
        naming the first
    """
    for name in _FOR_SAGEMAKER:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            option = next(each.opts[0] for each in context.command.params if each.name == name)
            raise JobError(f"{option} is for tuning jobs, this search runs here; add --where sagemaker or leave it out")
