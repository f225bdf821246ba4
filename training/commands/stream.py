"""`stream`: send labelled digits to the environment's stream, at a rate, and see them arrive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.commands.console import console, here, next_step, paths_of, say
from training.commands.environment_option import environment_option
from training.commands.fit_run import stop_on_interrupt
from training.common.errors import StoppedEarly, StreamError

if TYPE_CHECKING:
    from training.common.paths import BuildPaths
    from training.data.dataset import Split
    from training.stream.arrival import ArrivalWatch
    from training.stream.record import Record
    from training.stream.sending import Sent, Stream


def stream(
    context: typer.Context,
    environment: Annotated[str, environment_option("Whose stream")] = "local",
    rate: Annotated[
        float, typer.Option(min=0.1, max=100_000, help="Records a second; a shard takes 800 of them.")
    ] = 200,
    count: Annotated[int, typer.Option(min=1, help="How many digits to send.")] = 1000,
    start: Annotated[int, typer.Option(min=0, help="How many to pass over: where an earlier run ended.")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Which digits, in which order, and how they are moved.")] = 1,
    shift: Annotated[
        int, typer.Option(min=0, max=4, help="Pixels by which a picture is moved at most; 0 sends it as it is.")
    ] = 2,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", help="A folder of part files (csv, parquet, libsvm). [default: the training split of BUILD/data]"
        ),
    ] = None,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds that --wait waits at most.")] = 300,
    *,
    wait: Annotated[bool, typer.Option("--wait", help="Then wait until all of them are in the bucket.")] = False,
) -> None:
    """Send labelled digits to the stream of an environment.

    The same seed sends the same digits under the same ids, so sending again never makes duplicates. What the stream
    refuses is offered again. Ctrl-C ends after the call that runs, and tells how to go on.
    """
    from training.stream.description import description_of
    from training.stream.kinesis import KinesisStream
    from training.stream.record import make_record
    from training.stream.selection import Selection, select
    from training.stream.sending import Sent

    selection = Selection(count=count, start=start, seed=seed, shift=shift)
    digits = select(_source(paths_of(context), source), selection)
    description = description_of(environment)
    watch = _watch(description.parts_location) if wait else None
    records = [make_record(int(label), image) for label, image in zip(digits.labels, digits.images, strict=True)]
    sent = Sent()
    command = f"stream --seed {seed} --shift {shift} --start {start}"
    try:
        finished = _send(records, KinesisStream(description.stream), rate, sent)
    except StreamError as problem:
        _say_sent(sent, len(records))
        raise StreamError(f"{problem}; then go on with --start {start + sent.done}") from None
    _say_sent(sent, len(records))
    if not finished:
        going_on = f"stream --seed {seed} --shift {shift} --start {start + sent.done} --count {count - sent.done}"
        next_step(here(context, going_on))
        raise StoppedEarly
    if watch:
        _wait(watch, records, timeout, here(context, f"{command} --count {count} --wait"))
    next_step(here(context, "prepare --from-stream"))


def _source(paths: BuildPaths, folder: Path | None) -> Split:
    """The digits of a folder, or of the training split without those that came through the stream themselves."""
    from training.data.channel_reading import read_channel
    from training.data.data_folder import read_manifest, read_split

    if folder:
        return read_channel(folder)
    manifest = read_manifest(paths.data)
    own = manifest.counts["train"] - (manifest.stream or {"added": 0})["added"]
    if not own:
        raise StreamError(
            f"{paths.data} holds the stream's digits alone; run: python -m training prepare, or name a folder --from"
        )
    return read_split(paths.data, "train").slice(0, own)


def _watch(location: str) -> ArrivalWatch:
    from training.stream.arrival import ArrivalWatch
    from training.stream.part_locations import part_source

    return ArrivalWatch(part_source(location))


def _send(records: list[Record], target: Stream, rate: float, sent: Sent) -> bool:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from training.stream.sending import send

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress, stop_on_interrupt() as stop:
        task = progress.add_task("sending", total=len(records))
        return send(
            records,
            target,
            rate=rate,
            sent=sent,
            on_sent=lambda so_far: progress.update(task, completed=so_far.taken),
            stop_requested=stop,
        )


def _say_sent(sent: Sent, count: int) -> None:
    again = f", {sent.retried} of them offered more than once" if sent.retried else ""
    say(f"sent {sent.taken} of {count} digits{again}")


def _wait(watch: ArrivalWatch, records: list[Record], timeout: float, again: str) -> None:
    ids = {record.id for record in records}
    with console.status("waiting for them to arrive") as status:
        missing = watch.wait(
            ids,
            timeout_seconds=timeout,
            on_arrived=lambda arrived: status.update(f"{arrived} of {len(ids)} have arrived"),
        )
    say(f"{len(ids) - len(missing)} of {len(ids)} have arrived")
    if missing:
        raise StreamError(
            f"{len(missing)} of {len(ids)} digits did not arrive in {timeout:g} s; see what was given up with:"
            f" python -m training letters, or send them again, which makes no duplicates: {again}"
        )
