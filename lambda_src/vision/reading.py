"""Reading the digits of a picture: bytes in, digits with their probabilities in reading order out.

Nothing here knows AWS: the model is a function that is passed in. Each step is a pure function of a module of its own:
decode, tell ink from paper, find strokes, make digits of them, ask the model, choose between ways to read, order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from contract.digit import PIXEL_MAX, PIXELS, SIDE
from gateway.problems import ProblemError
from vision.alternatives import Alternative, alternatives, best_of
from vision.decoding import Grey, decode
from vision.digits import find_digits
from vision.ink import bright_border, find_ink, is_light_on_dark
from vision.limits import UPLOAD_PIXELS_MAX
from vision.normalise import as_it_is, normalise
from vision.order import reading_order
from vision.paper import find_paper, goes_on
from vision.problems import BLANK_IMAGE
from vision.rulings import without_rulings
from vision.sheet import Box, DigitImage, Sheet
from vision.strokes import Stroke, find_strokes, usual_height

Rows = NDArray[np.uint8]
Scores = NDArray[np.float64]
Predict = Callable[[Rows], Scores]
"""The model: raw digits as MNIST's, shape (n, 784), in; its own probabilities, shape (n, 10), out."""
WORKING_SIDE, ENLARGED_TO = 1600, 400
"""Pictures are shrunk to the first longest side, where a digit of 20 pixels is an eightieth of it, or enlarged to about
the second, as what follows thinks in strokes of several pixels."""
WIDTHS = (2.1, 2.7)
"""Each digit is shown to the model with strokes of these least widths, in pixels; the mean of its answers counts."""
LYING, LYING_DIGITS, LYING_LOSS = 1.1, 3, 0.1
"""A sheet of at least so many digits may lie on its side where the usual one is so many times as broad as high; it does
unless the model is less sure by the third."""
FEW, FILLING, ALL_INK = 6, 0.5, 0.8
"""At most so many digits may be pieces of one that is at least this share of the shorter side long, and has at least
this share of their ink: without it one digit of several would win by being surer than their mean."""


@dataclass(frozen=True)
class Text:
    """What may be digits on a picture that was turned: `count` strokes as they hang together, then those of `ways`."""

    turns: int
    shape: tuple[int, ...]
    strokes: Sequence[Stroke]
    ways: Sequence[Alternative]
    count: int
    usual: float

    def may_lie(self) -> bool:
        """Tell whether digits are so broad that their sheet may lie on its side."""
        broadness = [stroke.width / stroke.height for stroke in self.strokes[: self.count]]
        return len(broadness) >= LYING_DIGITS and float(np.median(broadness)) > LYING

    def ink(self) -> int:
        """Give the pixels of the strokes as they hang together."""
        return sum(stroke.area for stroke in self.strokes[: self.count])

    def read(self, scores: Scores) -> tuple[float, list[int]]:
        """Give how sure the model is and the places of what is read, in reading order, of the scores of all strokes."""
        sureness = scores.max(axis=1)
        chosen = best_of(self.ways, sureness.tolist(), self.count)
        boxes = np.array([self.strokes[place].box for place in chosen]).reshape(-1, 4)
        order = reading_order((boxes[:, :2] + boxes[:, 2:]) / 2, self.usual)
        sure = float(sureness[chosen].mean()) if chosen else 0.0
        return sure + LYING_LOSS * bool(self.turns), [chosen[place] for place in order]


def read_picture(
    body: bytes,
    media_type: str,
    predict: Predict,
    *,
    one: bool = False,
    pixels_max: int = UPLOAD_PIXELS_MAX,
    watch: Callable[[str, Grey], None] = lambda *_: None,
) -> Sheet:
    """Read a PNG or JPEG of at most `pixels_max`, width x height.

    The model is called once, with all alternatives; `one` tells that there is one digit; `watch` is shown the name of
    each step and what it saw.

    Raises
    ------
    ProblemError
        If it cannot be decoded, shows nothing, or shows too many digits.
    """
    picture = decode(body, media_type, side=WORKING_SIDE, pixels_max=pixels_max)
    size = picture.width, picture.height
    watch("picture", picture.grey)
    if picture.grey.shape == (SIDE, SIDE) and (ready := as_it_is(picture.grey)) is not None:
        return _sheet(size, [(ready, cv2.boundingRect(ready), predict(ready.reshape(1, PIXELS))[0])])
    texts = _texts(picture.grey, one=one, watch=watch)
    pixels = [
        normalise(each.mask, each.thickness, width) for text in texts for each in text.strokes for width in WIDTHS
    ]
    if not pixels:
        raise ProblemError(BLANK_IMAGE, "no possible digit stands out from the background")
    answers = predict(np.array(pixels).reshape(-1, PIXELS)).reshape(len(pixels) // len(WIDTHS), len(WIDTHS), -1)
    starts = np.cumsum([0, *(len(text.strokes) for text in texts)])
    scores = np.split(answers.mean(axis=1), starts[1:-1])
    readings = [text.read(each) for text, each in zip(texts, scores, strict=True)]
    best = max(range(len(texts)), key=lambda at: readings[at][0])
    text, found = texts[best], []
    size = size[::-1] if text.turns % 2 else size
    for at in readings[best][1]:
        image = pixels[(starts[best] + at) * len(WIDTHS)]
        found.append((image, scaled(text.strokes[at].box, text.shape, size), scores[best][at]))
    watch("digits", np.hstack([each for each, _, _ in found]))
    return _sheet(size, found, turned=90 * text.turns)


def _texts(grey: Grey, *, one: bool, watch: Callable[[str, Grey], None]) -> list[Text]:
    """Give what may be on a picture: its digits as it lies and as it is turned, or all of it as one digit."""
    times = max(1, ENLARGED_TO // max(grey.shape))
    grey = np.asarray(cv2.resize(grey, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC), np.uint8)
    border = bright_border(grey)
    paper = find_paper(grey) if not one and border is None else None
    strength, mask = find_ink(grey, light=is_light_on_dark(grey, paper) if border is None else border < 0.5)
    watch("strength", np.asarray(strength * PIXEL_MAX, np.uint8))
    watch("ink", mask * np.uint8(PIXEL_MAX))
    strokes = find_strokes(mask, strength)
    whole = _text(strokes, grey.shape, one=True)
    if one:
        return [whole]
    mask = without_rulings(mask, strength)
    strokes = find_strokes(mask, strength)
    if paper is not None and not goes_on(strokes, paper):
        mask &= paper
        strokes = find_strokes(mask, strength)
    texts = [_text(strokes, grey.shape)]
    for turns in (1, 3) if texts[0].may_lie() else ():
        turned = np.rot90(mask, -turns).copy()
        texts.append(_text(find_strokes(turned, np.rot90(strength, -turns).copy()), turned.shape, turns))
    is_filling = any(each.length >= FILLING * min(grey.shape) for each in whole.strokes)
    if texts[0].count <= FEW and is_filling and whole.ink() >= ALL_INK * texts[0].ink():
        texts.append(whole)
    return texts


def _text(strokes: Sequence[Stroke], shape: tuple[int, ...], turns: int = 0, *, one: bool = False) -> Text:
    """Find what may be digits among the strokes of a picture that was turned clockwise by so many quarters."""
    digits = find_digits(strokes, shape, one=one)
    usual = usual_height(digits, shape)
    ways = [] if one else alternatives(digits, usual)
    shown = [*digits, *(stroke for way in ways for stroke in way.strokes)]
    return Text(turns, shape, shown, ways, len(digits), usual)


def _sheet(size: tuple[int, int], found: Iterable[tuple[Grey, Sequence[int], Scores]], turned: int = 0) -> Sheet:
    digits = (
        DigitImage(pixels=pixels.tobytes(), box=(box[0], box[1], box[2], box[3]), probabilities=tuple(scores.tolist()))
        for pixels, box, scores in found
    )
    return Sheet(width=size[0], height=size[1], digits=tuple(digits), turned=turned)


def scaled(box: tuple[int, int, int, int], shape: tuple[int, ...], size: tuple[int, int]) -> Box:
    """Give left, top, width and height in pixels of the original of corners on the picture worked on."""
    left, right = (round(x * size[0] / shape[1]) for x in (box[0], box[2]))
    upper, lower = (round(y * size[1] / shape[0]) for y in (box[1], box[3]))
    return left, upper, max(1, right - left), max(1, lower - upper)
