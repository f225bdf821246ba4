"""`dead-letters`: records of the stream that could not be processed, why, and sending them again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from training.commands.console import here, next_step, say, steps
from training.commands.environment_option import environment_option
from training.commands.options import with_options
from training.common.errors import OptionError, PublicationError, StreamError

if TYPE_CHECKING:
    from contract.stream_record import Record
    from training.stream.dead_letter_queue import DeadLetterQueue
    from training.stream.dead_letters import DeadLetter

_LINE_CHARACTERS = 300
"""Of what is shown of a message, which anybody who may send to the queue has written."""


@dataclass(frozen=True, kw_only=True)
class DeadLetterOptions:
    """Options of `dead-letters`."""

    environment: Annotated[str, environment_option("Environment of the stream")] = "local"
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Maximum number of dead letters to read.")] = 20
    replay: Annotated[
        bool, typer.Option("--replay", help="Send the records to the stream again, unchanged, then remove them.")
    ] = False
    discard: Annotated[bool, typer.Option("--discard", help="Remove the dead letters; their records are lost.")] = False


@with_options(DeadLetterOptions)
def dead_letters(context: typer.Context, options: DeadLetterOptions) -> None:
    """Show the dead letters of an environment's stream: records that could not be used, batches that failed.

    Reading changes nothing. Use --replay after a repair of the consumer: records keep their ids, so those that had
    arrived nevertheless do not count twice. A malformed record returns as a new dead letter.
    """
    from training.stream.dead_letter_queue import DeadLetterQueue
    from training.stream.description import description_of

    if options.replay and options.discard:
        raise OptionError("--replay and --discard exclude each other; give one of them")
    description = description_of(options.environment)
    with steps() as progress:
        progress.add_task("reading the dead letters")
        queue = DeadLetterQueue(description)
        found = queue.take(options.limit)
    if not found:
        say("there are no dead letters")
        return
    with held(queue, found) as kept:
        for dead_letter in found:
            _say(dead_letter)
        if options.replay:
            replay(queue, kept, _sender(description.stream))
        elif options.discard:
            for dead_letter in found:
                queue.remove(dead_letter)
                kept.remove(dead_letter)
            say(f"dead letters discarded: {len(found)}")
        else:
            next_step(here(context, "dead-letters --replay") + "   (or --discard)")


@contextmanager
def held(queue: DeadLetterQueue, found: list[DeadLetter]) -> Iterator[list[DeadLetter]]:
    """Yield those that are held, for the block to take out what it removes; the rest is released, whatever happens."""
    kept = list(found)
    try:
        yield kept
    finally:
        for dead_letter in kept:
            with suppress(PublicationError):  # it is visible again by itself after some minutes
                queue.release(dead_letter)


def _sender(stream: str) -> Callable[[list[Record]], object]:
    from training.stream.kinesis import KinesisStream
    from training.stream.sending import Sent, send

    kinesis = KinesisStream(stream)
    return lambda records: send(records, kinesis, rate=1000, sent=Sent())


def replay(queue: DeadLetterQueue, kept: list[DeadLetter], put: Callable[[list[Record]], object]) -> None:
    """Send the records of each dead letter with `put`, then remove it; the first problem is raised at the end."""
    sent, problems = 0, []
    for dead_letter in list(kept):
        try:
            records = queue.records(dead_letter)
            put(records)
        except (StreamError, PublicationError) as problem:
            problems.append(str(problem))
        else:
            queue.remove(dead_letter)
            kept.remove(dead_letter)
            sent += len(records)
    say(f"records sent again: {sent}; dead letters left: {len(problems)}")
    if problems:
        raise StreamError(problems[0])


def _say(dead_letter: DeadLetter) -> None:
    """A dead letter in three lines: sequence numbers of Kinesis have 56 digits."""
    count, first, last = dead_letter.count, dead_letter.first, dead_letter.last
    records = "1 record" if count == 1 else f"{count} records"
    numbers = first if first == last else f"{first} to {last}"
    lines = (f"{records} of {dead_letter.shard}, arrived {dead_letter.arrived_at}", f"  sequence number {numbers}")
    for line in (*lines, f"  {dead_letter.reason}"):
        say(line if len(line) <= _LINE_CHARACTERS else f"{line[:_LINE_CHARACTERS]}...")
