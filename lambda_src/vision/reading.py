"""Reading the digits of a picture: bytes in, digits with their probabilities in reading order out.

Nothing here knows AWS: the model is a function that is passed in. Each step is a pure function of a module of its own:
decode, tell ink from paper, find strokes, make digits of them, ask the model, choose between ways to read, order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from contract.digit import PIXEL_MAX, PIXELS
from gateway.problems import ProblemError
from vision.alternatives import Alternative, alternatives, best_of
from vision.components import Stroke, find_digits, find_strokes, usual_height
from vision.decoding import Grey, decode
from vision.ink import Ink, find_ink, is_light_on_dark
from vision.limits import UPLOAD_PIXELS_MAX
from vision.normalise import as_it_is, normalise
from vision.order import reading_order
from vision.paper import find_paper, goes_on
from vision.problems import BLANK_IMAGE
from vision.rulings import without_rulings
from vision.sheet import Box, DigitImage, Sheet

Rows = NDArray[np.uint8]
Scores = NDArray[np.float64]
Predict = Callable[[Rows], Scores]
"""The model: raw digits as MNIST's, shape (n, 784), in; probabilities, shape (n, 10), out."""

Watch = Callable[[str, Grey], None]
"""Is shown what each step saw: its name and a picture."""

WORKING_SIDE = 1600
"""Longest side of the picture worked on, in pixels: a digit of 20 pixels is then an eightieth of it."""

ENLARGED_TO = 400
"""Smaller pictures are enlarged to about this side: what follows thinks in strokes of several pixels."""

ICON_SIDE = 64
"""A picture of at most this longest side shows one digit, of any thickness."""

WIDTHS = (2.1, 2.7)
"""Each digit is shown to the model with strokes of these least widths, in pixels; the mean of its answers counts."""

LYING, LYING_DIGITS, LYING_LOSS = 1.1, 3, 0.1
"""A sheet of at least so many digits may lie on its side where the usual one is so many times as broad as high; it does
unless the model is less sure by the third."""


@dataclass(frozen=True)
class Found:
    """A digit on the picture worked on: what it is a stroke of, its 28 x 28 pixels and its probabilities."""

    stroke: Stroke
    pixels: Grey
    scores: Scores


@dataclass(frozen=True)
class Question:
    """What the model is asked about ink: strokes, each with its 28 x 28 pixels in every width, and other ways to read.

    The first strokes, `count` of them, are the digits as they hang together; those of the other ways follow.
    """

    strokes: Sequence[Stroke]
    pixels: Sequence[Sequence[Grey]]
    ways: Sequence[Alternative]
    count: int
    usual: float


def read_picture(
    body: bytes,
    media_type: str,
    predict: Predict,
    *,
    one: bool = False,
    pixels_max: int = UPLOAD_PIXELS_MAX,
    watch: Watch = lambda *_: None,
) -> Sheet:
    """Read a picture.

    Parameters
    ----------
    body
        The file.
    media_type
        What it was uploaded as: `image/png` or `image/jpeg`.
    predict
        The model; it is asked once, about every way to read.
    one
        Whether the picture shows one digit.
    pixels_max
        Largest picture, width x height.
    watch
        Is shown what each step saw.

    Raises
    ------
    ProblemError
        If it cannot be decoded, shows nothing, or shows too many digits.
    """
    picture = decode(body, media_type, side=WORKING_SIDE, pixels_max=pixels_max)
    watch("picture", picture.grey)
    size = picture.width, picture.height
    ready = as_it_is(picture.grey)
    if ready is not None:
        found = [Found(Stroke((), _box_of(ready), 0, 0.0, 1.0), ready, predict(ready.reshape(1, PIXELS))[0])]
        return _sheet(found, ready.shape, size)
    ink = _ink_of(enlarged(picture.grey), one=one or max(picture.grey.shape) <= ICON_SIDE)
    watch("strength", np.asarray(ink.strength * PIXEL_MAX, np.uint8))
    watch("ink", ink.mask * np.uint8(PIXEL_MAX))
    questions = {0: (ink, _question(ink, one=one))}
    if not one and may_lie(questions[0][1]):
        turned = {
            turns: Ink(np.rot90(ink.strength, -turns).copy(), np.rot90(ink.mask, -turns).copy()) for turns in (1, 3)
        }
        questions |= {turns: (other, _question(other)) for turns, other in turned.items()}
    answers = _answers([question for _, question in questions.values()], predict)
    readings = dict(zip(questions, answers, strict=True))
    turns = max(readings, key=lambda turns: _sureness(readings[turns]) - (LYING_LOSS if turns == 0 else 0))
    found, ink = readings[turns], questions[turns][0]
    size = size[::-1] if turns % 2 else size
    if not found:
        raise ProblemError(BLANK_IMAGE, "nothing that may be a digit stands out from the background")
    watch("digits", np.hstack([digit.pixels for digit in found]))
    return _sheet(found, ink.mask.shape, size, turned=90 * turns)


def _ink_of(grey: Grey, *, one: bool) -> Ink:
    """Find ink on the paper, if there is paper on a desk and the writing does not go on beside it."""
    paper = None if one else find_paper(grey)
    light = is_light_on_dark(grey, paper)
    ink = find_ink(grey, light=light, one=one)
    if one:
        return ink
    if paper is not None:
        on_paper = find_ink(grey, paper, light=light)
        if not goes_on(find_strokes(on_paper)[1], find_strokes(ink)[1], paper):
            ink = on_paper
    return Ink(ink.strength, without_rulings(ink.mask))


def _question(ink: Ink, *, one: bool = False) -> Question:
    """Find what may be digits in ink."""
    labels, strokes = find_strokes(ink)
    digits = find_digits(strokes, labels, one=one)
    usual = usual_height(digits, ink.mask.shape)
    ways = [] if one else alternatives(digits, labels, usual)
    strokes = [*digits, *(stroke for way in ways for stroke in way.strokes)]
    pixels = [[cut(labels, stroke, width) for width in WIDTHS] for stroke in strokes]
    return Question(strokes, pixels, ways, len(digits), usual)


def _answers(questions: Sequence[Question], predict: Predict) -> list[list[Found]]:
    """Ask the model once; the digits of each question in reading order."""
    pixels = [each for question in questions for each in question.pixels]
    if not pixels:
        return [[] for _ in questions]
    scores = (
        predict(np.asarray(pixels, np.uint8).reshape(-1, PIXELS)).reshape(len(pixels), len(WIDTHS), -1).mean(axis=1)
    )
    ends = np.cumsum([len(question.strokes) for question in questions])
    return [_answer(*each) for each in zip(questions, np.split(scores, ends[:-1]), strict=True)]


def _answer(question: Question, scores: Scores) -> list[Found]:
    chosen = best_of(question.ways, scores.max(axis=1).tolist(), question.count)
    found = [Found(question.strokes[place], question.pixels[place][0], scores[place]) for place in chosen]
    if not found:
        return []
    middles = np.array([digit.stroke.middle for digit in found])
    return [found[place] for place in reading_order(middles, question.usual)]


def may_lie(question: Question) -> bool:
    """Tell whether digits are so broad that their sheet may lie on its side: upright ones are higher than broad."""
    broadness = [stroke.width / stroke.height for stroke in question.strokes[: question.count]]
    return len(broadness) >= LYING_DIGITS and float(np.median(broadness)) > LYING


def _sureness(found: Sequence[Found]) -> float:
    return float(np.mean([digit.scores.max() for digit in found])) if found else 0.0


def enlarged(grey: Grey) -> Grey:
    """Enlarge a small picture."""
    times = ENLARGED_TO // max(grey.shape)
    if times < 2:
        return grey
    return np.asarray(cv2.resize(grey, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC), np.uint8)


def cut(labels: NDArray[np.int32], stroke: Stroke, width: float) -> Grey:
    """Cut a digit out and scale it to 28 x 28, its strokes at least so wide."""
    left, upper, right, lower = stroke.box
    own = np.isin(labels[upper:lower, left:right], stroke.labels).astype(np.uint8)
    return normalise(own, stroke.thickness, width)


def _box_of(ink: Grey) -> tuple[int, int, int, int]:
    left, upper, width, height = cv2.boundingRect(ink)
    return left, upper, left + width, upper + height


def _sheet(found: Sequence[Found], shape: tuple[int, ...], size: tuple[int, int], turned: int = 0) -> Sheet:
    digits = tuple(
        DigitImage(
            pixels=digit.pixels.tobytes(),
            box=scaled(digit.stroke.box, shape, size),
            probabilities=tuple(digit.scores.tolist()),
        )
        for digit in found
    )
    return Sheet(width=size[0], height=size[1], digits=digits, turned=turned)


def scaled(box: Box, shape: tuple[int, ...], size: tuple[int, int]) -> Box:
    """Give left, top, width and height in pixels of the original of a box on the picture worked on."""
    left, right = (round(x * size[0] / shape[1]) for x in (box[0], box[2]))
    upper, lower = (round(y * size[1] / shape[0]) for y in (box[1], box[3]))
    return left, upper, max(1, right - left), max(1, lower - upper)
