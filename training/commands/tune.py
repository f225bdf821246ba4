"""`tune`: search for better hyperparameters, here with Optuna or on AWS with automatic model tuning."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from training.commands.tune_local import LocalSearch, tune_here
from training.errors import StoppedEarly


class Where(StrEnum):
    """Where the trials run."""

    LOCAL = "local"
    SAGEMAKER = "sagemaker"


def tune(
    context: typer.Context,
    where: Annotated[
        Where, typer.Option(help="On this machine, or as training jobs of the environment's account.")
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
        int | None, typer.Option(help="Stop after so many seconds, whatever the trials.", min=1, metavar="SECONDS")
    ] = None,
    rows: Annotated[
        int, typer.Option(help="local: images that each trial learns from, picked at random.", min=10)
    ] = 5000,
    validation_rows: Annotated[int, typer.Option(help="local: images that judge it.", min=10)] = 2000,
    num_round: Annotated[int | None, typer.Option(help="Rounds at most; 30 local, 100 on SageMaker.", min=1)] = None,
    seed: Annotated[int, typer.Option(help="Same seed, data and machine: same trials.", min=0)] = 1,
) -> None:
    """Search for better hyperparameters.

    Minimises the log-loss on validation. Hopeless trials are stopped early. Writes BUILD/tuning/best.json, which
    `fit --from-tuning` takes, and a picture. A local search goes on where an earlier one of the same kind ended;
    Ctrl-C ends it and keeps what was found.
    """
    options = LocalSearch(
        search=search or [], settings=settings or [], trials=trials, timeout_seconds=timeout, rows=rows,
        validation_rows=validation_rows, num_round=num_round or 30, seed=seed,
    )  # fmt: skip
    if tune_here(context, options):
        raise StoppedEarly
