"""What a command has started on AWS: it continues after Ctrl-C, and whoever pressed that learns so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from training.commands.console import next_step, say
from training.common.errors import StoppedEarly


@contextmanager
def left_running(what: str, *, come_back: str) -> Iterator[None]:
    """After Ctrl-C within the block say that `what` continues, and which command follows it again.

    What starts it stands in this block, too, within `interrupt_held_back`: so it is known whether it was started.

    Raises
    ------
    StoppedEarly
        after Ctrl-C
    """
    try:
        yield
    except KeyboardInterrupt:
        say(f"\nno longer following; {what} continues")
        next_step(come_back)
        raise StoppedEarly from None
