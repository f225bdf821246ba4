"""A picture that takes too long to read ends in a problem, and the next one has all its time again."""

from __future__ import annotations

import signal
import time

import numpy as np
import pytest
from numpy.typing import NDArray

from gateway.problems import ProblemError
from tests.support.any_model import sevens
from vision.problems import TOO_LONG_TO_READ
from vision.reading import Predict
from vision.sheet import Sheet
from vision.time_limit import within

SHEET = Sheet(width=1, height=1, digits=())


def endless(_body: bytes, _media_type: str, _predict: Predict) -> Sheet:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        pass
    return SHEET


def test_reading_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(ProblemError) as caught:
        within(0.2, endless)(b"", "image/png", sevens)
    assert caught.value.problem is TOO_LONG_TO_READ


def test_nothing_rings_after_a_picture_was_read_or_has_failed() -> None:
    def broken(_body: bytes, _media_type: str, _predict: Predict) -> Sheet:
        raise ProblemError(TOO_LONG_TO_READ, "another reason")

    before = signal.getsignal(signal.SIGALRM)
    assert within(60, lambda _body, _media_type, _predict: SHEET)(b"", "image/png", sevens) is SHEET
    with pytest.raises(ProblemError, match="another reason"):
        within(60, broken)(b"", "image/png", sevens)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before


def test_the_time_in_which_the_model_answers_does_not_count() -> None:
    def model(digits: NDArray[np.uint8]) -> NDArray[np.float64]:
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
        return sevens(digits)

    def read(_body: bytes, _media_type: str, predict: Predict) -> Sheet:
        predict(np.zeros((1, 784), np.uint8))
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
        return SHEET

    assert within(60, read)(b"", "image/png", model) is SHEET
