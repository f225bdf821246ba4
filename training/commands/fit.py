"""`fit`: train here, with the progress in view, and keep what there is when interrupted."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.commands import hyperparameter_options as options
from training.commands.console import here, next_step, places_of, say, show, steps
from training.commands.fit_run import View, train_and_save
from training.common.errors import DataError, StoppedEarly

if TYPE_CHECKING:
    from training.common.paths import Places
    from training.data.dataset import Split
    from training.model.fitting import FitResult
    from training.model.hyperparameters import Hyperparameters
    from training.model.manifest import Data


class From(StrEnum):
    """Where the digits are read from."""

    ARRAYS = "arrays"
    CSV = "csv"
    PARQUET = "parquet"


def fit(
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
    read_from: Annotated[
        From, typer.Option("--from", help="Arrays are fastest; the channels are what a job would read.")
    ] = From.ARRAYS,
    channels: Annotated[
        str | None,
        typer.Option(
            help="Your own folder with train/ and validation/: csv, parquet, or libsvm with every zero; with --dask"
            " or --external-memory also s3://BUCKET/PREFIX, parquet.",
            metavar="DIRECTORY",
        ),
    ] = None,
    from_tuning: options.FromTuning = False,
    dask: Annotated[
        str | None, typer.Option(help="Train on the Dask cluster of this scheduler.", metavar="tcp://HOST:8786")
    ] = None,
    external_memory: Annotated[
        str | None,
        typer.Option(help="Keep the data in pages on disk and this process within so much memory.", metavar="512MB"),
    ] = None,
    *,
    list_all: Annotated[
        bool, typer.Option("--list", help="List every hyperparameter with its range and default, and stop.")
    ] = False,
) -> None:
    """Train the model on this machine.

    Names and ranges are those of SageMaker's built-in XGBoost container, so what works here works in a training job.
    Stops early when validation no longer improves, and keeps the best round. Ctrl-C ends after the round that runs,
    saves the rounds so far and exits with 130; a second Ctrl-C stops at once and saves nothing.
    """
    if list_all:
        _list_hyperparameters()
        return
    usual = {
        "num_round": num_round, "eta": eta, "max_depth": max_depth, "max_leaves": max_leaves, "subsample": subsample,
        "colsample_bytree": colsample_bytree, "early_stopping_rounds": early_stopping_rounds, "seed": seed,
        "nthread": nthread,
    }  # fmt: skip
    hyperparameters = asked_hyperparameters(places_of(context), usual, settings or [], from_tuning=from_tuning)
    if dask and external_memory:
        raise DataError("--dask and --external-memory are two ways to train; give one of them")
    if dask:
        interrupted = _on_a_cluster(context, dask, channels, hyperparameters)
    elif external_memory:
        interrupted = _from_disk(context, external_memory, channels, hyperparameters)
    else:
        interrupted = _on_this_machine(context, read_from, channels, hyperparameters)
    next_step(here(context, "evaluate"))
    if interrupted:
        raise StoppedEarly


def _on_this_machine(
    context: typer.Context, read_from: From, channels: str | None, hyperparameters: Hyperparameters
) -> bool:
    """Train in memory; True when somebody asked to stop."""
    from training.model.fitting import fit as train_booster

    places = places_of(context)
    with steps() as progress:
        progress.add_task("reading the digits")
        train, validation, data = read_digits(places, read_from, _folder(channels))
    say(
        f"{len(train)} images to learn from, {len(validation)} to validate;"
        f" at most {hyperparameters.rounds} rounds of ten trees"
    )

    def run(view: View) -> tuple[FitResult, Data]:
        result = train_booster(
            train, validation, hyperparameters, on_round=view.on_round, stop_requested=view.stop_requested
        )
        return result, data

    return train_and_save(places, hyperparameters, run)


def _on_a_cluster(
    context: typer.Context, scheduler: str, channels: str | None, hyperparameters: Hyperparameters
) -> bool:
    """Train with the workers of a Dask cluster; True when somebody asked to stop."""
    from training.scale.cluster import connected, worker_addresses
    from training.scale.cluster_fitting import fit_on_cluster
    from training.scale.part_source import data_read, part_source

    places = places_of(context)
    source = part_source(places, channels)
    with connected(scheduler) as client:
        say(
            f"{len(worker_addresses(client))} workers of {scheduler} read {source.name}; at most"
            f" {hyperparameters.rounds} rounds of ten trees; Ctrl-C ends after the round that runs"
        )

        def run(view: View) -> tuple[FitResult, Data]:
            result, parts = fit_on_cluster(
                client, source, hyperparameters,
                on_step=view.on_step, on_round=view.on_round, stop_requested=view.stop_requested,
            )  # fmt: skip
            return result, data_read(source, parts)

        return train_and_save(places, hyperparameters, run)


def _from_disk(context: typer.Context, budget: str, channels: str | None, hyperparameters: Hyperparameters) -> bool:
    """Train from pages on disk; True when somebody asked to stop."""
    from training.scale.external_memory import fit_from_disk
    from training.scale.memory import bytes_from, megabytes, peak_bytes
    from training.scale.part_source import data_read, part_source

    places = places_of(context)
    source, budget_bytes = part_source(places, channels), bytes_from(budget)
    say(f"reading {source.name} within {megabytes(budget_bytes)}; at most {hyperparameters.rounds} rounds of ten trees")

    def run(view: View) -> tuple[FitResult, Data]:
        result, parts, plan = fit_from_disk(
            source, hyperparameters, budget=budget_bytes, cache=places.build,
            on_step=view.on_step, on_round=view.on_round, stop_requested=view.stop_requested,
        )  # fmt: skip
        say(
            f"pages of {plan.page_rows:,} rows; the process took {megabytes(peak_bytes())} at its peak,"
            f" {megabytes(plan.expected_bytes)} were expected, {megabytes(budget_bytes)} allowed"
        )
        return result, data_read(source, parts)

    return train_and_save(places, hyperparameters, run)


def _folder(channels: str | None) -> Path | None:
    if channels and (channels.startswith("s3://") or Path(channels).is_file()):
        raise DataError(f"--channels {channels} is not a folder; from a bucket only --dask and --external-memory read")
    return Path(channels) if channels else None


def asked_hyperparameters(
    places: Places, usual: dict[str, str | None], settings: list[str], *, from_tuning: bool
) -> Hyperparameters:
    """What the options say, over what the last search found best when that is wanted, over the defaults."""
    from training.tuning.trials import read_best

    tuned = read_best(places.tuning_best) if from_tuning else {}
    given = {name: text for name, text in usual.items() if text is not None}
    return options.hyperparameters_from({**tuned, **given}, settings)


def read_digits(places: Places, read_from: From, channels: Path | None) -> tuple[Split, Split, Data]:
    """The train and validation splits and where they came from."""
    from training.data.channel_reading import read_channel
    from training.data.data_folder import CHANNELS, channel_folder, read_manifest, read_split, verify
    from training.model.model_records import data_of, data_of_channels

    if channels:
        train, validation = (read_channel(channels / name) for name in CHANNELS)
        return train, validation, data_of_channels(channels, train, validation)
    manifest = read_manifest(places.data)
    if read_from is From.ARRAYS:
        train, validation = (read_split(places.data, name) for name in CHANNELS)
    else:
        folders = [channel_folder(name, read_from.value) for name in CHANNELS]
        verify(
            places.data, manifest, [file for name in CHANNELS for file in manifest.channel_files(name, read_from.value)]
        )
        train, validation = (read_channel(places.data / folder) for folder in folders)
    if {"train": len(train), "validation": len(validation)}.items() - manifest.counts.items():
        raise DataError(f"{places.data} holds other counts than its manifest says; run: python -m training prepare")
    return train, validation, data_of(manifest)


def _list_hyperparameters() -> None:
    from rich.table import Table

    from training.model.hyperparameter_rules import RULES
    from training.model.hyperparameters import DEFAULTS

    table = Table(title="hyperparameters of the built-in container", title_justify="left")
    for heading in ("name", "allowed", "default here"):
        table.add_column(heading, overflow="fold")
    for name, rule in RULES.items():
        table.add_row(name, rule.describe(), DEFAULTS.get(name, ""))
    show(table)
