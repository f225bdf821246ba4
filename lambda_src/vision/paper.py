"""The sheet of paper on a darker desk: the one bright, convex region that most of the light comes from. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from contract.digit import PIXEL_MAX
from vision.components import Stroke, usual_of
from vision.decoding import Grey
from vision.ink import Mask

COARSE_SIDE = 200
"""Paper is sought on a picture of this longest side."""

STROKE = 0.08
"""Strokes up to this share of the longer side are taken out first, dark and light ones."""

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
    scale = min(1.0, COARSE_SIDE / max(grey.shape))
    size = tuple(max(1, round(side * scale)) for side in grey.shape[::-1])
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    kernel = np.ones((max(3, round(STROKE * max(size))) | 1,) * 2, np.uint8)
    small = cv2.morphologyEx(cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel), cv2.MORPH_OPEN, kernel)
    _, bright = cv2.threshold(small, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(np.asarray(bright, np.uint8))
    if count < 2:
        return None
    best = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    own = np.asarray(labels == best, np.uint8)
    outline = max(cv2.findContours(own, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0], key=cv2.contourArea)
    hull = np.asarray(cv2.fillConvexPoly(np.zeros_like(own), cv2.convexHull(outline), 1), np.uint8)
    if (
        not LEAST <= hull.mean() <= MOST
        or own.sum() < CONVEX * hull.sum()
        or _contrast(np.asarray(small, np.uint8), hull) < CONTRAST
    ):
        return None
    inside = cv2.resize(hull * np.uint8(PIXEL_MAX), grey.shape[::-1], interpolation=cv2.INTER_LINEAR) > PIXEL_MAX / 2
    margin = 2 * round(MARGIN * max(grey.shape)) + 1
    return np.asarray(cv2.erode(inside.astype(np.uint8), np.ones((margin, margin), np.uint8)), np.uint8)


def _contrast(small: Grey, inside: Mask) -> float:
    """Give how many times as bright it is just inside as just outside."""
    kernel = np.ones((9, 9), np.uint8)
    within = inside.astype(bool) & ~cv2.erode(inside, kernel).astype(bool)
    without = cv2.dilate(inside, kernel).astype(bool) & ~inside.astype(bool)
    # At the border of the picture erosion keeps what touches it, so both are rings along the edge of the paper alone.
    if not within.any() or not without.any():
        return 0.0
    return float(np.median(small[within]) / max(1.0, float(np.median(small[without]))))


def goes_on(on_paper: Sequence[Stroke], anywhere: Sequence[Stroke], paper: Mask) -> bool:
    """Tell whether the writing goes on outside of what was taken for the paper: then its edge is that of a shadow."""
    height = usual_of([(stroke.length, stroke.area) for stroke in on_paper])
    thickness = usual_of([(stroke.thickness, stroke.area) for stroke in on_paper])
    if not height:
        return True
    alike = [
        stroke
        for stroke in anywhere
        if max(stroke.length / height, height / stroke.length) <= ALIKE
        and max(stroke.thickness / thickness, thickness / stroke.thickness) <= ALIKE
    ]
    outside = [stroke for stroke in alike if not paper[int(stroke.middle[1]), int(stroke.middle[0])]]
    return len(outside) >= max(1, GOING_ON * len(alike))
