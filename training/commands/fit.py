"""`fit`: train here, with the progress in view, and keep what there is when interrupted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.commands.console import here, next_step, paths_of, say, show, steps
from training.commands.fit_run import View, train_and_save
from training.commands.options import refuse_ignored, with_options
from training.commands.training_options import TrainingOptions, hyperparameters_of
from training.common.errors import DataError, OptionError, StoppedEarly
from training.common.options import Option
from training.model.quality import Quality

if TYPE_CHECKING:
    from contract.manifest import Data
    from training.common.paths import BuildPaths
    from training.data.dataset import Split
    from training.model.fitting import FitResult
    from training.model.hyperparameters import Hyperparameters


class From(StrEnum):
    """Where the digits are read from."""

    ARRAYS = "arrays"
    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True, kw_only=True)
class FitOptions(TrainingOptions):
    """Options of `fit`."""

    quality: Annotated[
        Quality,
        Option(
            "default: about a minute on two processors; best: up to ten, on what prepare --quality best writes.",
            flags=("--quality",),
        ),
    ] = Quality.DEFAULT
    read_from: Annotated[
        From, Option("Format to read: arrays are fastest, channels are what a job reads.", flags=("--from",))
    ] = From.ARRAYS
    channels: Annotated[
        str | None,
        Option(
            "Your own folder with train/ and validation/: csv, parquet, or libsvm with every zero; with --dask"
            " or --external-memory also s3://BUCKET/PREFIX, parquet.",
            flags=("--channels",),
            metavar="DIRECTORY",
        ),
    ] = None
    dask: Annotated[
        str | None,
        Option("Train on the Dask cluster of this scheduler.", flags=("--dask",), metavar="tcp://HOST:8786"),
    ] = None
    external_memory: Annotated[
        str | None,
        Option(
            "Memory limit of the process; the data is kept in pages on disk.",
            flags=("--external-memory",),
            metavar="512MB",
        ),
    ] = None
    list_all: Annotated[
        bool, Option("List every hyperparameter with its range and default, and exit.", flags=("--list",))
    ] = False


@with_options(FitOptions)
def fit(context: typer.Context, options: FitOptions) -> None:
    """Train the model on this machine.

    Names and ranges are those of SageMaker's built-in XGBoost container, so what works here works in a training job.
    Stops early when validation no longer improves, and keeps the best round. Ctrl-C ends after the current round,
    saves the rounds so far and exits with 130; a second Ctrl-C stops at once and saves nothing.
    """
    if options.list_all:
        _list_hyperparameters()
        return
    hyperparameters = hyperparameters_of(options, paths_of(context))
    if options.channels or options.dask or options.external_memory:
        refuse_ignored(context, ["read_from"], "is for the prepared data in memory; leave it out")
    if options.dask and options.external_memory:
        raise OptionError("--dask and --external-memory exclude each other; give one of them")
    if options.dask:
        interrupted = _on_a_cluster(context, options.dask, options.channels, hyperparameters)
    elif options.external_memory:
        interrupted = _from_disk(context, options.external_memory, options.channels, hyperparameters)
    else:
        interrupted = _on_this_machine(context, options.read_from, options.channels, hyperparameters)
    next_step(here(context, "evaluate"))
    if interrupted:
        raise StoppedEarly


def _on_this_machine(
    context: typer.Context, read_from: From, channels: str | None, hyperparameters: Hyperparameters
) -> bool:
    """Train in memory; True when a stop was requested."""
    from training.model.fitting import fit as train_booster

    paths = paths_of(context)
    with steps() as progress:
        progress.add_task("reading the digits")
        train, validation, data = read_digits(paths, read_from, _folder(channels))
    say(f"{len(train)} training images, {len(validation)} to validate; at most {_rounds(hyperparameters)}")

    def run(view: View) -> tuple[FitResult, Data]:
        result = train_booster(
            train, validation, hyperparameters, on_round=view.on_round, stop_requested=view.stop_requested
        )
        return result, data

    return train_and_save(paths, hyperparameters, run)


def _on_a_cluster(
    context: typer.Context, scheduler: str, channels: str | None, hyperparameters: Hyperparameters
) -> bool:
    """Train with the workers of a Dask cluster; True when a stop was requested."""
    from training.scale.cluster import connected, worker_addresses
    from training.scale.cluster_fitting import fit_on_cluster
    from training.scale.cluster_parts import read_file_on_worker
    from training.scale.part_source import data_read, part_source

    paths = paths_of(context)
    source = part_source(paths, channels)
    with connected(scheduler) as client:
        say(
            f"{len(worker_addresses(client))} workers of {scheduler} read {source.name}; at most"
            f" {_rounds(hyperparameters)}; Ctrl-C ends after the round that runs"
        )

        def run(view: View) -> tuple[FitResult, Data]:
            result, parts = fit_on_cluster(
                client, source, hyperparameters,
                on_step=view.on_step, on_round=view.on_round, stop_requested=view.stop_requested,
            )  # fmt: skip
            return result, data_read(source, parts, read=partial(read_file_on_worker, client))

        return train_and_save(paths, hyperparameters, run)


def _from_disk(context: typer.Context, budget: str, channels: str | None, hyperparameters: Hyperparameters) -> bool:
    """Train from pages on disk; True when a stop was requested."""
    from training.scale.external_memory import fit_from_disk
    from training.scale.memory import bytes_from, megabytes, peak_bytes, written
    from training.scale.part_source import data_read, part_source

    paths = paths_of(context)
    source, budget_bytes = part_source(paths, channels), bytes_from(budget)
    say(f"reading {source.name} within {written(budget_bytes)}; at most {_rounds(hyperparameters)}")

    def run(view: View) -> tuple[FitResult, Data]:
        result, parts, plan = fit_from_disk(
            source, hyperparameters, budget=budget_bytes, cache=paths.build,
            on_step=view.on_step, on_round=view.on_round, stop_requested=view.stop_requested,
        )  # fmt: skip
        say(
            f"pages of {plan.page_rows:,} rows; the process took {megabytes(peak_bytes())} at its peak,"
            f" {megabytes(plan.expected_bytes)} were expected, {written(budget_bytes)} allowed"
        )
        return result, data_read(source, parts)

    return train_and_save(paths, hyperparameters, run)


def _rounds(hyperparameters: Hyperparameters) -> str:
    trees = f" of {hyperparameters.trees_a_round} trees" if hyperparameters.trees_a_round else ""
    return f"{hyperparameters.rounds} rounds{trees}"


def _folder(channels: str | None) -> Path | None:
    if channels and (channels.startswith("s3://") or Path(channels).is_file()):
        raise DataError(f"--channels {channels} is not a folder; from a bucket only --dask and --external-memory read")
    return Path(channels) if channels else None


def read_digits(paths: BuildPaths, read_from: From, channels: Path | None) -> tuple[Split, Split, Data]:
    """The train and validation splits and where they came from."""
    from training.data.channel_reading import read_channel
    from training.data.data_folder import CHANNELS, channel_folder, read_data_manifest, read_split, verify
    from training.model.model_records import data_of, data_of_channels

    if channels:
        train, validation = (read_channel(channels / name) for name in CHANNELS)
        return train, validation, data_of_channels(channels, train, validation)
    manifest = read_data_manifest(paths.data)
    if read_from is From.ARRAYS:
        train, validation = (read_split(paths.data, name) for name in CHANNELS)
    else:
        folders = [channel_folder(name, read_from.value) for name in CHANNELS]
        verify(
            paths.data, manifest, [file for name in CHANNELS for file in manifest.channel_files(name, read_from.value)]
        )
        train, validation = (read_channel(paths.data / folder) for folder in folders)
    if {"train": len(train), "validation": len(validation)}.items() - manifest.counts.items():
        raise DataError(f"{paths.data} holds other counts than its manifest says; run: python -m training prepare")
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
