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
from vision.decoding import Grey, decode
from vision.digits import find_digits
from vision.ink import Ink, find_ink, is_light_on_dark
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

FEW, FILLING = 6, 0.5
"""At most so many digits may be pieces of one that is at least this share of the shorter side long."""

FRAMING = 0.9
"""What reaches over this share of both sides of a picture of one digit may as well be its paper: both are tried."""


@dataclass(frozen=True)
class Text:
    """What may be digits on a picture that was turned: `count` strokes as they hang together, then those of `ways`."""

    turns: int
    ink: Ink
    strokes: Sequence[Stroke]
    ways: Sequence[Alternative]
    count: int
    usual: float
    bonus: float

    def pixels(self) -> list[list[Grey]]:
        """Give the 28 x 28 of every stroke in every width."""
        return [[normalise(each.mask, each.thickness, width) for width in WIDTHS] for each in self.strokes]

    def may_lie(self) -> bool:
        """Tell whether digits are so broad that their sheet may lie on its side."""
        broadness = [stroke.width / stroke.height for stroke in self.strokes[: self.count]]
        return len(broadness) >= LYING_DIGITS and float(np.median(broadness)) > LYING

    def fills(self) -> bool:
        """Tell whether the strokes are so large that what was found may be pieces of one digit."""
        shape = self.ink.mask.shape
        return any(max(stroke.width, stroke.height) >= FILLING * min(shape) for stroke in self.strokes)

    def frames(self) -> bool:
        """Tell whether a stroke reaches from border to border both ways: the digit was cut out closely, or is paper."""
        height, width = self.ink.mask.shape
        return any(each.width >= FRAMING * width and each.height >= FRAMING * height for each in self.strokes)

    def read(self, scores: Scores) -> list[int]:
        """Give the places of what is read, in reading order, of the scores of every stroke."""
        chosen = best_of(self.ways, scores.max(axis=1).tolist(), self.count)
        boxes = np.array([self.strokes[place].box for place in chosen]).reshape(-1, 4)
        return [chosen[place] for place in reading_order((boxes[:, :2] + boxes[:, 2:]) / 2, self.usual)]


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
        The model; it is called once, with all alternatives.
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
    size = picture.width, picture.height
    watch("picture", picture.grey)
    ready = as_it_is(picture.grey)
    if ready is not None:
        return _sheet(size, [(ready, cv2.boundingRect(ready), predict(ready.reshape(1, PIXELS))[0])])
    grey, icon = enlarged(picture.grey), one or max(picture.grey.shape) <= ICON_SIDE
    ink = _ink_of(grey, one=icon)
    watch("strength", np.asarray(ink.strength * PIXEL_MAX, np.uint8))
    watch("ink", ink.mask * np.uint8(PIXEL_MAX))
    texts = [_text(ink, one=one)]
    if not one and texts[0].may_lie():
        texts += [_text(ink, turns=turns, bonus=LYING_LOSS) for turns in (1, 3)]
    if not one and texts[0].count <= FEW:
        whole = _text(_ink_of(grey, one=True), one=True)
        texts += [whole] if whole.fills() else []
    if icon and texts[0].frames():
        texts.append(_text(find_ink(grey, light=not is_light_on_dark(grey), one=True), one=True))
    pixels = [text.pixels() for text in texts]
    asked = np.array([each for text in pixels for each in text], np.uint8).reshape(-1, PIXELS)
    if not len(asked):
        raise ProblemError(BLANK_IMAGE, "no possible digit stands out from the background")
    answers = predict(asked).reshape(len(asked) // len(WIDTHS), len(WIDTHS), -1).mean(axis=1)
    scores = np.split(answers, np.cumsum([len(text.strokes) for text in texts])[:-1])
    readings = [text.read(each) for text, each in zip(texts, scores, strict=True)]
    best = max(range(len(texts)), key=lambda at: _sureness(scores[at][readings[at]]) + texts[at].bonus)
    text, shape = texts[best], texts[best].ink.mask.shape
    size = size[::-1] if text.turns % 2 else size
    found = [
        (pixels[best][at][0], scaled(text.strokes[at].box, shape, size), scores[best][at]) for at in readings[best]
    ]
    watch("digits", np.hstack([each for each, _, _ in found]))
    return _sheet(size, found, turned=90 * text.turns)


def _ink_of(grey: Grey, *, one: bool) -> Ink:
    """Find ink on the paper, if there is paper on a desk and the writing does not go on beside it."""
    paper = None if one else find_paper(grey)
    light = is_light_on_dark(grey, paper)
    ink = find_ink(grey, light=light, one=one)
    if one:
        return ink
    if paper is not None:
        on_paper = find_ink(grey, paper, light=light)
        if not goes_on(find_strokes(on_paper), find_strokes(ink), paper):
            ink = on_paper
    return Ink(ink.strength, without_rulings(ink.mask))


def _text(ink: Ink, *, one: bool = False, turns: int = 0, bonus: float = 0.0) -> Text:
    """Find what may be digits in ink that is turned clockwise by so many quarters."""
    ink = Ink(np.rot90(ink.strength, -turns).copy(), np.rot90(ink.mask, -turns).copy())
    digits = find_digits(find_strokes(ink), ink.mask.shape, one=one)
    usual = usual_height(digits, ink.mask.shape)
    ways = [] if one else alternatives(digits, usual)
    strokes = [*digits, *(stroke for way in ways for stroke in way.strokes)]
    return Text(turns, ink, strokes, ways, len(digits), usual, bonus)


def _sureness(scores: Scores) -> float:
    return float(scores.max(axis=1).mean()) if len(scores) else 0.0


def enlarged(grey: Grey) -> Grey:
    """Enlarge a small picture."""
    times = max(1, ENLARGED_TO // max(grey.shape))
    return np.asarray(cv2.resize(grey, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC), np.uint8)


def _sheet(size: tuple[int, int], found: Sequence[tuple[Grey, Sequence[int], Scores]], turned: int = 0) -> Sheet:
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
