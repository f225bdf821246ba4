"""Reading the digits of a picture: bytes in, digits with their probabilities in reading order out.

Nothing here knows AWS: the model is a function that is passed in. Each step is a pure function of a module of its own:
decode, tell ink from paper, find strokes, make digits of them, order them, and scale each to 28 x 28.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from contract.digit import PIXELS
from gateway.problems import ProblemError
from vision.components import Stroke, find_digits, find_strokes, usual_height
from vision.decoding import Grey, decode
from vision.ink import Ink, find_ink
from vision.limits import UPLOAD_PIXELS_MAX
from vision.normalise import is_normalised, normalise
from vision.order import reading_order
from vision.problems import BLANK_IMAGE
from vision.sheet import Box, DigitImage, Sheet

Predict = Callable[[NDArray[np.uint8]], NDArray[np.float64]]
"""The model: pixels of shape (n, 784) in MNIST's form in, probabilities of shape (n, 10) out."""

WORKING_SIDE = 1600
"""Longest side of the picture worked on, in pixels: a digit of 20 pixels is then an eightieth of it."""

ENLARGED_TO = 400
"""Smaller pictures are enlarged to about this side: what follows thinks in strokes of several pixels."""


def read_picture(
    body: bytes, media_type: str, predict: Predict, *, one: bool = False, pixels_max: int = UPLOAD_PIXELS_MAX
) -> Sheet:
    """Read a picture.

    Parameters
    ----------
    body
        The file.
    media_type
        What it was uploaded as: `image/png` or `image/jpeg`.
    predict
        The model.
    one
        The picture shows one digit.
    pixels_max
        Largest picture, width x height.

    Raises
    ------
    ProblemError
        If it cannot be decoded, shows nothing, or shows too many digits.
    """
    picture = decode(body, media_type, side=WORKING_SIDE, pixels_max=pixels_max)
    grey = enlarged(picture.grey)
    ready = is_normalised(picture.grey)
    if ready is not None:
        digits = [ready]; boxes = [(0, 0, 28, 28)]
    else:
        ink = find_ink(grey)
        labels, strokes = find_strokes(ink.mask)
        found = find_digits(strokes, grey.shape)
        if not found:
            raise ProblemError(BLANK_IMAGE, "nothing stands out from the background")
        if one:
            found = [max(found, key=lambda stroke: stroke.area)]
        usual = usual_height(found, grey.shape)
        middles = np.array([((s.box[0] + s.box[2]) / 2, (s.box[1] + s.box[3]) / 2) for s in found])
        found = [found[place] for place in reading_order(middles, usual)]
        digits = [cut(ink, labels, stroke) for stroke in found]
        boxes = [scaled(stroke.box, grey.shape, (picture.width, picture.height)) for stroke in found]
    probabilities = predict(np.stack(digits).reshape(-1, PIXELS))
    return Sheet(
        width=picture.width,
        height=picture.height,
        digits=tuple(
            DigitImage(pixels=pixels.tobytes(), box=box, probabilities=tuple(row.tolist()))
            for pixels, box, row in zip(digits, boxes, probabilities, strict=True)
        ),
    )


def enlarged(grey: Grey) -> Grey:
    times = ENLARGED_TO // max(grey.shape)
    if times < 2:
        return grey
    return np.asarray(cv2.resize(grey, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC), np.uint8)


def cut(ink: Ink, labels: NDArray[np.int32], stroke: Stroke, width: float = 2.4) -> Grey:
    left, upper, right, lower = stroke.box
    box = (slice(upper, lower), slice(left, right))
    own = np.isin(labels[box], stroke.labels).astype(np.uint8)
    return normalise(ink.strength[box], own, stroke.thickness, width)


def scaled(box: tuple[int, int, int, int], shape: tuple[int, int], original: tuple[int, int]) -> Box:
    """Give left, top, width and height in pixels of the original of a box on the picture worked on."""
    left, right = (round(x * original[0] / shape[1]) for x in (box[0], box[2]))
    upper, lower = (round(y * original[1] / shape[0]) for y in (box[1], box[3]))
    return left, upper, max(1, right - left), max(1, lower - upper)
