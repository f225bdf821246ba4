"""Holds Ctrl-C back while something must not be cut in two: a request that starts something, a line that is printed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interrupt_held_back() -> Iterator[None]:
    """Deliver Ctrl-C when the block is over, unless that raises; only the main thread ever receives it.

    The same for SIGTERM in a program that handles it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    formers = {number: handler for number in _SIGNALS if callable(handler := signal.getsignal(number))}
    received: list[int] = []
    for number in formers:
        signal.signal(number, lambda number, _frame: received.append(number))
    try:
        yield
    finally:
        for number, handler in formers.items():
            signal.signal(number, handler)
    if received:
        signal.raise_signal(received[0])


class WholeLines(Console):
    """A console on which Ctrl-C waits for the line that is being printed.

    An exception at the wrong moment inside `Console.print` leaves its count of buffers wrong, and everything that is
    printed afterwards is lost.
    """

    def print(self, *objects: Any, **options: Any) -> None:
        """As `rich.console.Console.print`, to its end."""
        with interrupt_held_back():
            super().print(*objects, **options)
