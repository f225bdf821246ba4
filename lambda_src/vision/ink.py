"""Ink apart from paper: how strongly each pixel stands out from the paper around it, whatever the light. Pure.

The paper is what remains when everything thinner than a stroke can be is filled (a morphological closing, Serra 1982):
shadows, folds and desks are broader and stay. What is then darker than its paper, as a share of it, is ink.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from contract.digit import PIXEL_MAX
from vision.decoding import Grey, shrunk

Mask = NDArray[np.uint8]
"""0 or 1, shape (height, width)."""

Strength = NDArray[np.float32]
"""Share of the paper's light that is taken, 0..1, shape (height, width)."""

COARSE_SIDE = 400
"""The paper is sought on a picture of this longest side: light changes slowly."""

STROKE_MAX, STROKE_MAX_OF_ONE = 0.16, 0.3
"""The thickest stroke, as a share of the shorter side: on a sheet, and where one digit fills the picture."""

STROKE_TIMES, STROKE_PIXELS = 4.0, 7
"""Once the usual thickness is known, the thickest stroke in times of it, and at least so many coarse pixels."""

AROUND = 0.4
"""Whether ink is darker or lighter than paper is judged against the median of so large a part of the longer side."""

FAINTEST = 0.07
"""Paper, its grain and the noise of a camera take less light than this, as a share."""

NOISE_TIMES = 4.0
"""Ink is as many times as strong as the noise of its picture."""

SURE = 1.6
"""A stroke has a place that is so many times as strong as what may be ink at all."""

OWN_SHARE, EDGE_SHARE = 0.18, 0.5
"""A stroke ends where it is weaker than the first share of its own strongest ink, or the second of what is beside it:
a blurred edge is where half of the ink is, and a pencil fades along its stroke."""


@dataclass(frozen=True)
class Ink:
    """Ink on a picture: how strong it is everywhere, and where there are strokes."""

    strength: Strength
    mask: Mask


def find_ink(grey: Grey, inside: Mask | None = None, *, light: bool, one: bool = False) -> Ink:
    """Find ink, lighter than its paper or darker, inside of what is paper (None: everywhere)."""
    if light:
        grey = np.asarray(PIXEL_MAX - grey, np.uint8)
    small = np.asarray(cv2.medianBlur(shrunk(grey, COARSE_SIDE), 3), np.uint8)
    reach = (STROKE_MAX_OF_ONE if one else STROKE_MAX) * min(small.shape)
    paper = np.ones_like(grey) if inside is None else inside
    few = np.asarray(cv2.resize(paper, small.shape[::-1], interpolation=cv2.INTER_NEAREST), np.uint8)
    first = strokes_of(_strength(small, small, reach) * few, few)
    thickness = usual_thickness(first)
    strength = _strength(grey, small, min(reach, max(STROKE_PIXELS, STROKE_TIMES * thickness))) * paper
    return Ink(strength, strokes_of(strength, paper, thickness * max(grey.shape) / max(small.shape)))


def usual_thickness(mask: Mask) -> float:
    """Give the usual thickness of strokes, in pixels: neither many specks nor a few large blots decide it."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    if count < 2:
        return 0.0
    thickness = thicknesses(mask, labels, stats)[1:]
    weights = np.sqrt(stats[1:, cv2.CC_STAT_AREA]) * (stats[1:, cv2.CC_STAT_AREA] > 4 * thickness)
    order = np.argsort(thickness)
    place = np.searchsorted(weights[order].cumsum(), 0.5 * weights.sum())
    return float(thickness[order][min(place, count - 2)])


def thicknesses(mask: Mask, labels: NDArray[Any], stats: NDArray[Any]) -> NDArray[np.float64]:
    """Give the mean thickness of every component, the background first, in pixels.

    In a strip, the mean distance from its edge is a quarter of its breadth.
    """
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    sums = np.bincount(labels.ravel(), weights=depth.ravel(), minlength=len(stats))
    thickness: NDArray[np.float64] = np.maximum(1.0, 4 * sums / stats[:, cv2.CC_STAT_AREA] - 1)
    return thickness


def is_light_on_dark(grey: Grey, inside: Mask | None = None) -> bool:
    """Tell whether what stands out from its surroundings is lighter than they are.

    Surroundings are the median of a large part: paper is more than half of it. The border is left out, where desks are.
    """
    small = cv2.medianBlur(shrunk(grey, COARSE_SIDE), 3)
    paper = np.ones(small.shape, bool)
    if inside is not None:
        paper = cv2.resize(inside, small.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
        small = np.where(paper, small, np.uint8(np.median(small[paper])))
    reach = max(1, round(AROUND * max(small.shape) / 2))
    wide = cv2.copyMakeBorder(small, reach, reach, reach, reach, cv2.BORDER_REFLECT)
    usual = cv2.medianBlur(wide, 2 * reach + 1)[reach:-reach, reach:-reach]
    difference = small.astype(np.float32) - usual
    edge = min(small.shape) // 30
    inner = (slice(edge, small.shape[0] - edge), slice(edge, small.shape[1] - edge))
    difference = difference[inner][paper[inner]]
    beyond_noise = np.maximum(np.abs(difference) - 3 * np.median(np.abs(difference)), 0) ** 2
    return float(beyond_noise[difference > 0].sum()) > float(beyond_noise[difference < 0].sum())


def _strength(grey: Grey, small: Grey, reach: float) -> Strength:
    """Give how much of its paper's light each pixel takes, for dark ink; strokes are no thicker than the reach."""
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, _square(reach))
    paper = cv2.blur(paper, (5, 5))
    paper = cv2.resize(paper, grey.shape[::-1], interpolation=cv2.INTER_LINEAR).astype(np.float32)
    soft = cv2.GaussianBlur(grey, (0, 0), max(0.6, max(grey.shape) / 1600)).astype(np.float32)
    strength: Strength = np.clip((paper - soft) / (paper + 8), 0, 1).astype(np.float32)
    return strength


def strokes_of(strength: Strength, inside: Mask, thickness: float = 0.0) -> Mask:
    """Tell strokes from paper by two levels: weak ink counts where it hangs together with strong ink."""
    level = max(FAINTEST, NOISE_TIMES * _noise(strength, inside))
    weak = (strength > level).astype(np.uint8)
    count, labels = cv2.connectedComponents(weak)
    peaks = np.zeros(count, np.float32)
    np.maximum.at(peaks, np.asarray(labels.ravel(), np.intp), strength.ravel())
    own = np.maximum(level, OWN_SHARE * peaks)
    own[peaks < SURE * level] = 2.0  # nothing is so strong
    own[0] = 2.0
    ink = strength > own[labels]
    if thickness:
        ink &= strength > EDGE_SHARE * cv2.dilate(strength, _square(thickness))
    return np.asarray(ink, np.uint8)


def _noise(strength: Strength, inside: Mask) -> float:
    grain = np.abs(strength - cv2.blur(strength, (5, 5)))
    seen = grain[::3, ::3][inside[::3, ::3] > 0]
    return float(1.48 * np.median(seen)) if seen.size else 0.0


def morphed(mask: Mask, operation: int, height: int, width: int) -> Mask:
    """Apply an operation of mathematical morphology (`cv2.MORPH_...`) with a rectangle."""
    return np.asarray(cv2.morphologyEx(mask, operation, np.ones((height, width), np.uint8)), np.uint8)


def _square(side: float) -> Mask:
    return np.ones((2 * round(side / 2) + 1,) * 2, np.uint8)
