"""The sheet of paper on a darker desk: the one bright, convex region that most of the light comes from. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from vision.decoding import Grey, shrunk
from vision.ink import Mask, morphed
from vision.strokes import Stroke, usual_of

COARSE_SIDE = 200
"""Paper is sought on a picture of this longest side."""

STROKE = 17
"""Strokes up to so many coarse pixels are taken out first, dark and light ones."""

CONTRAST = 1.35
"""Paper is at least so many times as bright as the desk beside it."""

LEAST, MOST, CONVEX = 0.15, 0.97, 0.9
"""Paper covers at least the first and at most the second share of the picture, and the third of its convex hull."""

MARGIN = 0.012
"""So much of the longer side inside of its edge is no paper: the edge throws a shadow, and is blurred."""

ALIKE, GOING_ON = 1.8, 0.1
"""Writing is of one hand where heights and strokes differ by no more than this factor; it goes on outside if so much of
it is there."""


def find_paper(grey: Grey) -> Mask | None:
    """Find paper; None where it fills the picture, or nothing tells it apart."""
    small = morphed(shrunk(grey, COARSE_SIDE), cv2.MORPH_CLOSE, STROKE, STROKE)
    small = morphed(small, cv2.MORPH_OPEN, STROKE, STROKE)
    bright = np.asarray(cv2.threshold(small, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1], np.uint8)
    outlines, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    outline = max(outlines, key=cv2.contourArea)
    hull = np.asarray(cv2.fillConvexPoly(np.zeros_like(small), cv2.convexHull(outline), 1), np.uint8)
    covered = np.count_nonzero(hull & bright) >= CONVEX * np.count_nonzero(hull)
    if not (covered and LEAST <= hull.mean() <= MOST and _contrast(small, hull) >= CONTRAST):
        return None
    inside = np.asarray(cv2.resize(hull * np.float32(1), grey.shape[::-1]) > 0.5, np.uint8)
    margin = 2 * round(MARGIN * max(grey.shape)) + 1
    return morphed(inside, cv2.MORPH_ERODE, margin, margin)


def _contrast(small: Grey, inside: Mask) -> float:
    """Give how many times as bright it is just inside as just outside."""
    # At the border of the picture erosion keeps what touches it, so both are rings along the edge of the paper alone.
    within, without = inside > morphed(inside, cv2.MORPH_ERODE, 9, 9), morphed(inside, cv2.MORPH_DILATE, 9, 9) > inside
    if not within.any() or not without.any():
        return 0.0
    return float(np.median(small[within]) / max(1.0, float(np.median(small[without]))))


def goes_on(on_paper: Sequence[Stroke], anywhere: Sequence[Stroke], paper: Mask) -> bool:
    """Tell whether the writing goes on outside of what was taken for the paper: then its edge is that of a shadow."""
    height = usual_of([(stroke.length, stroke.area) for stroke in on_paper])
    thickness = usual_of([(stroke.thickness, stroke.area) for stroke in on_paper])
    alike = [
        not paper[stroke.top + stroke.height // 2, stroke.left + stroke.width // 2]
        for stroke in anywhere
        if height / ALIKE <= stroke.length <= height * ALIKE
        and thickness / ALIKE <= stroke.thickness <= thickness * ALIKE
    ]
    return not height or sum(alike) >= max(1, GOING_ON * len(alike))
