"""`stream`: send labelled digits to the environment's stream at a given rate, and wait for their arrival."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.commands.console import console, here, next_step, paths_of, say
from training.commands.environment_option import environment_option
from training.commands.fit_run import stop_on_interrupt
from training.commands.options import with_options
from training.common.errors import StoppedEarly, StreamError

if TYPE_CHECKING:
    from contract.stream_record import Record
    from training.common.paths import BuildPaths
    from training.data.dataset import Split
    from training.stream.arrival import ArrivalWatch
    from training.stream.sending import Sent, Stream


@dataclass(frozen=True, kw_only=True)
class StreamOptions:
    """Options of `stream`."""

    environment: Annotated[str, environment_option("Environment of the stream")] = "local"
    rate: Annotated[float, typer.Option(min=0.1, max=100_000, help="Records per second; a shard accepts 800.")] = 200
    count: Annotated[int, typer.Option(min=1, help="Number of digits to send.")] = 1000
    start: Annotated[int, typer.Option(min=0, help="Number of digits to skip, to continue an earlier run.")] = 0
    seed: Annotated[int, typer.Option(min=0, help="Selects the digits, their order and their shifts.")] = 1
    shift: Annotated[
        int, typer.Option(min=0, max=4, help="Maximum shift of a picture in pixels; 0 sends it unchanged.")
    ] = 2
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", help="A folder of part files (csv, parquet, libsvm). [default: the training split of BUILD/data]"
        ),
    ] = None
    timeout: Annotated[float, typer.Option(min=1, help="Maximum wait of --wait in seconds.")] = 300
    wait: Annotated[bool, typer.Option("--wait", help="Wait until all digits are in the bucket.")] = False


@with_options(StreamOptions)
def stream(context: typer.Context, options: StreamOptions) -> None:
    """Send labelled digits to the stream of an environment.

    The same seed sends the same digits with the same ids, so sending again creates no duplicates. Records that the
    stream rejects are retried. Ctrl-C stops after the current call and prints how to continue.
    """
    from training.stream.description import description_of
    from training.stream.kinesis import KinesisStream
    from training.stream.sending import Sent

    records = _records(paths_of(context), options)
    description = description_of(options.environment)
    watch = _watch(description.parts_location) if options.wait else None
    sent = Sent()
    try:
        finished = _send(records, KinesisStream(description.stream), options.rate, sent)
    except StreamError as problem:
        _say_sent(sent, len(records))
        raise StreamError(f"{problem}; then continue with --start {options.start + sent.done}") from None
    _say_sent(sent, len(records))
    if not finished:
        next_step(here(context, _command(options, done=sent.done)))
        raise StoppedEarly
    if watch:
        _wait(watch, records, options.timeout, here(context, f"{_command(options, done=0)} --wait"))
    next_step(here(context, "prepare --from-stream"))


def _command(options: StreamOptions, *, done: int) -> str:
    """The command that sends the digits of these options without the first `done`."""
    folder = f" --from {shlex.quote(str(options.source))}" if options.source else ""
    return (
        f"stream{folder} --seed {options.seed} --shift {options.shift} --start {options.start + done}"
        f" --count {options.count - done}"
    )


def _records(paths: BuildPaths, options: StreamOptions) -> list[Record]:
    from contract.stream_record import make_record
    from training.stream.selection import Selection, select

    selection = Selection(count=options.count, start=options.start, seed=options.seed, shift=options.shift)
    digits = select(_source(paths, options.source), selection)
    return [make_record(int(label), image.tobytes()) for label, image in zip(digits.labels, digits.images, strict=True)]


def _source(paths: BuildPaths, folder: Path | None) -> Split:
    """The digits of a folder, or of the training split as the source has it, without those of the stream itself.

    Records are raw: what arrives is brought into the canonical form when it is merged into the channels.
    """
    from training.data.channel_reading import read_channel
    from training.data.data_folder import read_data_manifest, read_source_split

    if folder:
        return read_channel(folder)
    manifest = read_data_manifest(paths.data)
    source = read_source_split(paths.data, "train")
    own = len(source) - (manifest.stream or {"added": 0})["added"]
    if not own:
        raise StreamError(
            f"{paths.data} holds digits of the stream only; run: python -m training prepare,"
            " or name a folder with --from"
        )
    return source.slice(0, own)


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
    again = f", with {sent.retried} retries" if sent.retried else ""
    say(f"sent {sent.taken} of {count} digits{again}")


def _wait(watch: ArrivalWatch, records: list[Record], timeout: float, again: str) -> None:
    ids = {record.id for record in records}
    with console.status("waiting for the digits to arrive") as status:
        missing = watch.wait(
            ids,
            timeout_seconds=timeout,
            on_arrived=lambda arrived: status.update(f"{arrived} of {len(ids)} have arrived"),
        )
    say(f"{len(ids) - len(missing)} of {len(ids)} have arrived")
    if missing:
        raise StreamError(
            f"{len(missing)} of {len(ids)} digits did not arrive in {timeout:g} s; show failed records with:"
            f" python -m training dead-letters, or send them again, which creates no duplicates: {again}"
        )
