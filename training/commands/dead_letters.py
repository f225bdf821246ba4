"""`dead-letters`: records of the stream that could not be processed, why, and sending them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from training.commands.console import here, next_step, say, steps
from training.commands.environment_option import environment_option
from training.common.errors import StreamError

if TYPE_CHECKING:
    from training.stream.dead_letter_queue import DeadLetterQueue
    from training.stream.dead_letters import DeadLetter


def dead_letters(
    context: typer.Context,
    environment: Annotated[str, environment_option("Whose stream")] = "local",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to look at.")] = 20,
    *,
    replay: Annotated[
        bool, typer.Option("--replay", help="Send their records to the stream again, unchanged, then remove them.")
    ] = False,
    discard: Annotated[bool, typer.Option("--discard", help="Remove them; what they tell of is lost.")] = False,
) -> None:
    """Show the dead letters of an environment's stream: records that could not be used, batches that were given up.

    Looking changes nothing. --replay is for after a repair of the consumer: what was sent keeps its id, so whatever
    had arrived in spite of all does not count twice. A record that is malformed comes back as a new letter.
    """
    from training.stream.dead_letter_queue import DeadLetterQueue
    from training.stream.description import description_of

    if replay and discard:
        raise StreamError("--replay and --discard exclude each other; give one of them")
    description = description_of(environment)
    with steps() as progress:
        progress.add_task("reading the dead letters")
        box = DeadLetterQueue(description)
        found = box.take(limit)
    if not found:
        say("there are no dead letters")
        return
    for letter in found:
        _say(letter)
    if discard:
        for letter in found:
            box.remove(letter)
        say(f"dead letters discarded: {len(found)}")
    elif replay:
        _replay(box, found, description.stream)
    else:
        for letter in found:
            box.release(letter)
        next_step(here(context, "letters --replay") + "   (or --discard)")


def _replay(box: DeadLetterQueue, found: list[DeadLetter], stream: str) -> None:
    """Send the records of each letter, then remove it; those that are gone are told of at the end."""
    from training.stream.kinesis import KinesisStream
    from training.stream.sending import Sent, send

    kinesis, sent, problems = KinesisStream(stream), 0, []
    for letter in found:
        try:
            records = box.records(letter)
            send(records, kinesis, rate=1000, sent=Sent())
        except StreamError as problem:
            box.release(letter)
            problems.append(str(problem))
        else:
            box.remove(letter)
            sent += len(records)
    say(f"records sent again: {sent}; letters left: {len(problems)}")
    if problems:
        raise StreamError(problems[0])


def _say(letter: DeadLetter) -> None:
    """A letter in three lines: sequence numbers of Kinesis have 56 digits."""
    records = "1 record" if letter.count == 1 else f"{letter.count} records"
    numbers = letter.first if letter.first == letter.last else f"{letter.first} to {letter.last}"
    say(f"{records} of {letter.shard}, arrived {letter.arrived_at}\n  sequence number {numbers}\n  {letter.reason}")
