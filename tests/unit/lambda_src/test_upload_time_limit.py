"""A picture that takes too long to read ends in a problem, and the next one has all its time again."""

from __future__ import annotations

import signal
import time

import pytest

from gateway.problems import ProblemError
from upload_worker.time_limit import within
from vision.problems import TOO_LONG_TO_READ
from vision.sheet import Sheet

SHEET = Sheet(width=1, height=1, digits=())


def endless(_body: bytes, _media_type: str) -> Sheet:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        pass
    return SHEET


def test_reading_that_takes_too_long_is_given_up() -> None:
    started = time.monotonic()
    with pytest.raises(ProblemError) as caught:
        within(0.2, endless)(b"", "image/png")
    assert caught.value.problem is TOO_LONG_TO_READ
    assert time.monotonic() - started < 10


def test_nothing_rings_after_a_picture_was_read_or_has_failed() -> None:
    def broken(_body: bytes, _media_type: str) -> Sheet:
        raise ProblemError(TOO_LONG_TO_READ, "another reason")

    before = signal.getsignal(signal.SIGALRM)
    assert within(0.2, lambda _body, _media_type: SHEET)(b"", "image/png") is SHEET
    with pytest.raises(ProblemError, match="another reason"):
        within(0.2, broken)(b"", "image/png")
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before
    time.sleep(0.3)
