"""`fit`: train here, with the progress in view, and keep what there is when interrupted."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from training.commands.console import console, here, next_step, places_of, say, show, steps, wrote
from training.errors import INTERRUPTED, DataError, HyperparameterError, StoppedEarly

if TYPE_CHECKING:
    from training.dataset import Split
    from training.hyperparameters import Hyperparameters
    from training.manifest import Data
    from training.places import Places
    from training.watching import Round


class From(StrEnum):
    """Where the digits are read from."""

    ARRAYS = "arrays"
    CSV = "csv"
    PARQUET = "parquet"


def fit(
    context: typer.Context,
    num_round: Annotated[str | None, typer.Option(help="Boosting rounds at most, ten trees each.", metavar="N")] = None,
    eta: Annotated[str | None, typer.Option(help="Learning rate, 0..1.", metavar="X")] = None,
    max_depth: Annotated[str | None, typer.Option(help="Depth of a tree; 0 is no limit.", metavar="N")] = None,
    max_leaves: Annotated[str | None, typer.Option(help="Leaves of a tree; 0 is no limit.", metavar="N")] = None,
    subsample: Annotated[str | None, typer.Option(help="Share of the rows per tree, (0, 1].", metavar="X")] = None,
    colsample_bytree: Annotated[
        str | None, typer.Option(help="Share of the pixels per tree, (0, 1].", metavar="X")
    ] = None,
    early_stopping_rounds: Annotated[
        str | None, typer.Option(help="Stop after so many rounds without a better validation value.", metavar="N")
    ] = None,
    seed: Annotated[
        str | None, typer.Option(help="Same seed, data and machine: same model, byte for byte.", metavar="N")
    ] = None,
    nthread: Annotated[str | None, typer.Option(help="Threads; all processors unless given.", metavar="N")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="Any hyperparameter of the container, repeatable; an empty value drops a default.",
            metavar="NAME=VALUE",
        ),
    ] = None,
    read_from: Annotated[
        From, typer.Option("--from", help="Arrays are fastest; the channels are what a job would read.")
    ] = From.ARRAYS,
    channels: Annotated[
        Path | None,
        typer.Option(
            help="Your own folder with train/ and validation/: csv, parquet, or libsvm with every zero.",
            file_okay=False,
        ),
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
    hyperparameters = hyperparameters_from(
        {name: text for name, text in usual.items() if text is not None}, settings or []
    )
    places = places_of(context)
    with steps() as progress:
        progress.add_task("reading the digits")
        train, validation, data = read_digits(places, read_from, channels)
    say(
        f"{len(train)} images to learn from, {len(validation)} to validate;"
        f" at most {hyperparameters.rounds} rounds of ten trees"
    )
    interrupted = _train_and_save(places, train, validation, hyperparameters, data)
    next_step(here(context, "evaluate"))
    if interrupted:
        raise StoppedEarly


def hyperparameters_from(usual: dict[str, str], settings: list[str]) -> Hyperparameters:
    """The defaults with what the options say put over them."""
    from training.hyperparameter_rules import ALIASES, RULES
    from training.hyperparameters import DEFAULTS, Hyperparameters, unknown

    texts = {**DEFAULTS, **usual}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals or not name:
            raise HyperparameterError(f"--set {setting} is not NAME=VALUE; write it like --set gamma=0.5")
        name = ALIASES.get(name, name)
        if name not in RULES:
            raise HyperparameterError(unknown(name))
        texts.pop(name, None)
        if text:
            texts[name] = text
    return Hyperparameters.from_sagemaker(texts)


def read_digits(places: Places, read_from: From, channels: Path | None) -> tuple[Split, Split, Data]:
    """The train and validation splits and where they came from."""
    from training.channel_reading import read_channel
    from training.data_folder import CHANNELS, channel_folder, read_manifest, read_split, verify
    from training.model_records import data_of, data_of_channels

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


def _train_and_save(
    places: Places, train: Split, validation: Split, hyperparameters: Hyperparameters, data: Data
) -> bool:
    from training.files import pretty_json, sha256_of_bytes, write_file
    from training.fitting import fit as train_booster
    from training.model_records import FitRecord, framework, training_facts

    version = framework().version
    with _stop_on_interrupt() as stop_requested, _progress() as on_round:
        result = train_booster(train, validation, hyperparameters, on_round=on_round, stop_requested=stop_requested)
    model = bytes(result.booster.save_raw("ubj"))
    record = FitRecord(
        model_sha256=sha256_of_bytes(model),
        hyperparameters=hyperparameters.to_sagemaker(),
        data=data,
        training=training_facts(rounds=len(result.history), best_round=result.best_round, seconds=result.seconds),
        framework_version=version,
    )
    write_file(places.model, model)
    write_file(places.fit_record, pretty_json(record.to_json()))
    best = result.history[result.best_round - 1]
    if result.interrupted:
        say(f"interrupted after {len(result.history)} of {hyperparameters.rounds} rounds; they are kept")
    say(
        f"{len(result.history)} rounds in {result.seconds:.1f} s, best is round {result.best_round}:"
        f" validation {_metrics(best.validation)}"
    )
    wrote(places.model, places.fit_record)
    return result.interrupted


@contextmanager
def _stop_on_interrupt() -> Iterator[Callable[[], bool]]:
    """Turn the first Ctrl-C into a question that the training asks; the second one ends the process.

    It may come while the library's threads wait for a piece of Python. An exception there makes the library abort, so
    the process ends without one. Nothing is written before the training is over.
    """
    requested: list[bool] = []

    def on_interrupt(_number: int, _frame: FrameType | None) -> None:
        if requested:
            console.show_cursor()
            os.write(2, b"error: interrupted; nothing was saved\n")
            os._exit(INTERRUPTED)
        requested.append(True)

    former = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield lambda: bool(requested)
    finally:
        signal.signal(signal.SIGINT, former)


@contextmanager
def _progress() -> Iterator[Callable[[Round], None]]:
    """A line that is rewritten each round on a terminal, and a plain line every ten rounds elsewhere."""
    if not console.is_terminal:
        yield lambda round_: say(_line(round_)) if round_.number % 10 == 0 or round_.number == 1 else None
        return
    from rich.live import Live

    with Live(console=console, transient=True, refresh_per_second=8) as live:
        live.update("binning the pixels, the first round takes longest")
        yield lambda round_: live.update(_line(round_))


def _line(round_: Round) -> str:
    left = (
        f", at most {round_.seconds_a_round * (round_.rounds - round_.number):.0f} s more" if round_.number > 1 else ""
    )
    return (
        f"round {round_.number:>4}/{round_.rounds}   train {_metrics(round_.train)}"
        f"   validation {_metrics(round_.validation)}   best {round_.best:>4}"
        f"   {round_.seconds:5.1f} s{left}"
    )


def _metrics(values: dict[str, float]) -> str:
    return " ".join(f"{name} {value:.4f}" for name, value in values.items())


def _list_hyperparameters() -> None:
    from rich.table import Table

    from training.hyperparameter_rules import RULES
    from training.hyperparameters import DEFAULTS

    table = Table(title="hyperparameters of the built-in container", title_justify="left")
    for heading in ("name", "allowed", "default here"):
        table.add_column(heading, overflow="fold")
    for name, rule in RULES.items():
        table.add_row(name, rule.describe(), DEFAULTS.get(name, ""))
    show(table)
