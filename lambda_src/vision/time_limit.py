"""A time limit for reading one picture, so that a slow one does not delay the others.

It is the timer of the process (SIGALRM), whose signal Python handles in the main thread, in which Lambda runs a
handler. One call into a library is not interrupted: `vision.headers` refuses the files that would make one long.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import NoReturn

from gateway.problems import ProblemError
from vision.problems import TOO_LONG_TO_READ
from vision.reading import Predict, Rows, Scores
from vision.sheet import Sheet

Read = Callable[[bytes, str, Predict], Sheet]


def within(seconds: float, read: Read) -> Read:
    """Make a reader that ends with the problem `too-long-to-read` after some seconds, without those of the model."""

    def stop(*_: object) -> NoReturn:
        raise ProblemError(TOO_LONG_TO_READ, f"reading took longer than {seconds:g} seconds")

    def read_in_time(body: bytes, media_type: str, predict: Predict) -> Sheet:
        def uncounted(digits: Rows) -> Scores:
            left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
            try:
                return predict(digits)
            finally:
                signal.setitimer(signal.ITIMER_REAL, left)

        if threading.current_thread() is not threading.main_thread():  # there are no signals elsewhere
            return read(body, media_type, predict)
        before = signal.signal(signal.SIGALRM, stop)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            return read(body, media_type, uncounted)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    return read_in_time
