"""An end to the reading of a picture that takes too long, so that one picture costs itself and not those beside it.

By the timer of the process (SIGALRM), whose signal Python handles between two steps of the main thread: that is where
Lambda runs a handler. One call into the imaging library is not interrupted; each of those is short.
https://docs.python.org/3/library/signal.html#execution-of-python-signal-handlers
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import NoReturn

from gateway.problems import ProblemError
from upload_jobs.problems import TOO_LONG_TO_READ
from vision.sheet import Sheet

Read = Callable[[bytes, str], Sheet]


def within(seconds: float, read: Read) -> Read:
    """Make a reader that gives up after some seconds.

    Raises
    ------
    ProblemError
        `too-long-to-read`, from the reader that is returned.
    """

    def read_in_time(body: bytes, media_type: str) -> Sheet:
        def give_up(*_: object) -> NoReturn:
            raise ProblemError(TOO_LONG_TO_READ, f"reading was given up after {seconds:g} seconds")

        before = signal.signal(signal.SIGALRM, give_up)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            return read(body, media_type)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    return read_in_time
