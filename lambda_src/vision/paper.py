"""The sheet of paper on a darker desk: the one bright, convex region that most of the light comes from. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from vision.decoding import Grey, shrunk
from vision.strokes import Mask, Stroke, morphed, usual_of

COARSE_SIDE, STROKE = 200, 17
"""Paper is sought on a picture of this longest side, without strokes up to so many of its pixels."""
CONTRAST = 1.35
"""Paper is at least so many times as bright as the desk beside it."""
LEAST, MOST, CONVEX = 0.15, 0.97, 0.9
"""Paper covers at least the first and at most the second share of the picture, and the third of its convex hull."""
MARGIN = 0.012
"""So much of the longer side inside of its edge is no paper: the edge throws a shadow, and is blurred."""
ALIKE, GOING_ON = 1.8, 0.1
"""Writing is of one hand where heights and strengths differ by no more than this factor; it goes on outside if so much
of it is there."""


def find_paper(grey: Grey) -> Mask | None:
    """Find paper; None where it fills the picture, or nothing tells it apart."""
    small = morphed(morphed(shrunk(grey, COARSE_SIDE), cv2.MORPH_CLOSE, STROKE, STROKE), cv2.MORPH_OPEN, STROKE, STROKE)
    level, _ = cv2.threshold(small, 0, 1, cv2.THRESH_OTSU)
    darker, _ = cv2.threshold(small[small <= level], 0, 1, cv2.THRESH_OTSU)
    sheets = (_sheet(small, np.asarray(small > each, np.uint8)) for each in (darker, level))  # shadows on it are darker
    inside = next((sheet for sheet in sheets if sheet is not None), None)
    if inside is None:
        return None
    large = np.asarray(cv2.resize(inside * np.float32(1), grey.shape[::-1]) > 0.5, np.uint8)
    margin = 2 * round(MARGIN * max(grey.shape)) + 1
    return morphed(large, cv2.MORPH_ERODE, margin, margin)


def _sheet(small: Grey, bright: Mask) -> Mask | None:
    """Give the convex hull of the largest bright region where that is paper on a desk."""
    outlines, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    hull = cv2.convexHull(max(outlines, key=cv2.contourArea))
    inside = np.asarray(cv2.fillConvexPoly(np.zeros_like(small), hull, 1), np.uint8)
    # At the border of the picture erosion keeps what touches it, so both are rings along the edge of the paper alone.
    within, without = (
        small[inside > morphed(inside, cv2.MORPH_ERODE, 9, 9)],
        small[morphed(inside, cv2.MORPH_DILATE, 9, 9) > inside],
    )
    if not (within.size and without.size and LEAST <= inside.mean() <= MOST):
        return None
    if bright[inside > 0].mean() < CONVEX or np.median(within) < CONTRAST * max(1.0, float(np.median(without))):
        return None
    return inside


def goes_on(strokes: Sequence[Stroke], paper: Mask) -> bool:
    """Tell whether writing goes on outside of what was taken for the paper: then its edge is that of a shadow."""
    placed = [(each, bool(paper[each.top + each.height // 2, each.left + each.width // 2])) for each in strokes]
    writing = [each for each, inside in placed if inside]
    height, strength = usual_of(writing, lambda each: each.length), usual_of(writing, lambda each: each.strength)
    low, high = height / ALIKE, height * ALIKE
    alike = [inside for each, inside in placed if each.strength >= strength / ALIKE and low <= each.length <= high]
    return not writing or alike.count(False) >= max(1, GOING_ON * len(alike))
