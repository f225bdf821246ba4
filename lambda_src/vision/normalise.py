"""Making of a stroke what MNIST made of its scans: light ink on black, 20 x 20 inside 28 x 28. Pure.

The data set's own recipe: size normalised to fit 20 x 20 keeping the aspect ratio, then placed with the centre of mass
at the centre of the 28 x 28 field (http://yann.lecun.com/exdb/mnist/). Measured on its images: the longer side of the
ink is always 20, the centre of mass always rounds to pixel (14, 14), strokes are 2.2 to 2.8 pixels broad.
"""

from __future__ import annotations

import cv2
import numpy as np

from contract.digit import PIXEL_MAX, SIDE
from vision.decoding import Grey
from vision.strokes import Mask

INK_SIDE, MIDDLE = 20, SIDE // 2
"""Longest side of the ink after scaling, and column and row of its centre of mass, in pixels."""


def as_it_is(grey: Grey) -> Grey | None:
    """Give the ink of a picture that already has the size, the crop and the centre of MNIST's, and None of others."""
    ink = np.asarray(PIXEL_MAX - grey if np.median(grey) > PIXEL_MAX / 2 else grey, np.uint8)
    x, y, width, height = cv2.boundingRect(ink)
    if grey.shape != (SIDE, SIDE) or max(width, height) != INK_SIDE:
        return None
    return ink if np.array_equal(centre(ink[y : y + height, x : x + width]), ink) else None


def normalise(own: Mask, thickness: float, width: float) -> Grey:
    """Make a digit, uint8, shape (28, 28), of its ink.

    Parameters
    ----------
    own, thickness
        Where there is ink, without margins, and how thick its strokes are, in pixels of the picture.
    width
        Their least width in the result, in pixels of the result.
    """
    # Strokes that are widened lie further out, so the digit is scaled less afterwards.
    missing = max(0.0, (width * max(own.shape) - INK_SIDE * thickness) / (INK_SIDE - width))
    margin = round(missing / 2)
    paper = cv2.copyMakeBorder(1 - own, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=1)
    ink = np.clip(missing / 2 + 1 - cv2.distanceTransform(paper, cv2.DIST_L2, 5), 0, 1)
    small = tuple(max(1, round(length * INK_SIDE / max(ink.shape))) for length in ink.shape[::-1])
    return centre(np.asarray(cv2.resize(ink * PIXEL_MAX, small, interpolation=cv2.INTER_AREA), np.uint8))


def centre(digit: Grey) -> Grey:
    """Put the centre of mass in the middle of 28 x 28, as far as the digit stays inside."""
    height, width = digit.shape
    moments = cv2.moments(digit)
    middles = ((moments[name] / max(moments["m00"], 1.0), side) for name, side in (("m10", width), ("m01", height)))
    left, top = (min(max(round(MIDDLE - middle), 0), SIDE - side) for middle, side in middles)
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    canvas[top : top + height, left : left + width] = digit
    return canvas
