"""Pictures of every kind that people send are read right, by the functions' own code and a real model.

The share that must be right was measured once on these pictures and is set with a margin. What is measured is the
reading of pictures: the digits are test images that the model knows.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from gateway.problems import ProblemError
from tests.support.nearest_model import nearest
from tests.support.pictures_by_kind import KINDS, Made
from vision.reading import read_picture

COUNT = 6
"""So many pictures of each kind are read."""

RIGHT = 5
"""So many of them are right to the last digit, unless it is a kind of its own measure below."""

OF_THEIR_OWN = {"a-nought-that-fills-its-picture": 5, "dark-squares": 4, "signs-and-scribble": 6}

UNSURE = 0.9
"""What is no digit is read with less than this probability, by the model of these tests."""


@dataclass(frozen=True)
class Read:
    """What was read: digits and their probabilities, or the name of a problem; and how far it was turned."""

    digits: str
    probabilities: tuple[float, ...]
    turned: int


def read(made: Made) -> Read:
    try:
        sheet = read_picture(made.body, made.media_type, nearest, one=made.one)
    except ProblemError as error:
        return Read(error.problem.slug, (), 0)
    digits = "".join(str(digit.digit) for digit in sheet.digits)
    return Read(digits, tuple(digit.probability for digit in sheet.digits), sheet.turned)


def is_right(kind: str, made: Made) -> bool:
    """Tell whether a picture is read as it is: signs may be found beside the digits, but never surely."""
    found = read(made)
    if kind == "signs-and-scribble":  # they stand below the digits
        return found.digits.startswith(made.truth) and all(
            probability < UNSURE for probability in found.probabilities[len(made.truth) :]
        )
    return (found.digits, found.turned) == (made.truth, made.turned)


QUICK = {"thin-pens": 1, "transparent": 1, "sixteen-bits": 2, "a-nought-that-fills-its-picture": 0}
"""Kinds that cost next to nothing, and the picture of each that `make check` reads."""


def test_some_small_pictures_are_read() -> None:
    for kind, number in QUICK.items():
        made = KINDS[kind](number)
        assert read(made).digits == made.truth, kind


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_pictures_of_each_kind_are_read_right(kind: str) -> None:
    pictures = [KINDS[kind](number) for number in range(COUNT)]
    wrong = {number: (made.truth, read(made)) for number, made in enumerate(pictures) if not is_right(kind, made)}
    assert COUNT - len(wrong) >= OF_THEIR_OWN.get(kind, RIGHT), wrong
