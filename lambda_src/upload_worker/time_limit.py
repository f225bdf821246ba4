"""A time limit for reading one picture, so that a slow one does not delay the others of its batch.

It uses the timer of the process (SIGALRM), whose signal Python handles in the main thread, in which Lambda runs a
handler. One call into the imaging library is not interrupted; each of those is short.
https://docs.python.org/3/library/signal.html#execution-of-python-signal-handlers
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import NoReturn

from gateway.problems import ProblemError
from vision.problems import TOO_LONG_TO_READ
from vision.sheet import Sheet

Read = Callable[[bytes, str], Sheet]


def within(seconds: float, read: Read) -> Read:
    """Make a reader that stops after some seconds.

    Raises
    ------
    ProblemError
        `too-long-to-read`, from the reader that is returned.
    """

    def read_in_time(body: bytes, media_type: str) -> Sheet:
        def stop(*_: object) -> NoReturn:
            raise ProblemError(TOO_LONG_TO_READ, f"reading took longer than {seconds:g} seconds")

        before = signal.signal(signal.SIGALRM, stop)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            return read(body, media_type)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    return read_in_time
