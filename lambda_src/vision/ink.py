"""Ink apart from paper: how strongly each pixel stands out from the paper around it, whatever the light. Pure.

The paper is what remains when everything thinner than a stroke can be is filled (a morphological closing, Serra 1982):
shadows, folds and desks are broader and stay. What is then darker than its paper, as a share of it, is ink.
"""

from __future__ import annotations

import cv2
import numpy as np

from contract.digit import PIXEL_MAX
from vision.decoding import Grey, shrunk
from vision.rulings import without_rulings
from vision.strokes import Mask, Strength, find_strokes, usual_of

COARSE_SIDE = 400
"""The paper is sought on a picture of this longest side: light changes slowly."""
STROKE_MAX = 0.3
"""The thickest stroke, as a share of the shorter side: that of one digit that fills its picture."""
STROKE_TIMES, STROKE_PIXELS = 4.0, 7
"""Once the usual thickness is known, the thickest stroke in times of it, and at least so many coarse pixels."""
AROUND, DARK = 0.4, 16
"""Whether ink is darker or lighter than paper is judged against the median of so large a part of the longer side, by
their ratio, as differences are small in shadow; the second grey value is added to both, as noise is large there."""
CLOSE, FILLED, CLEAR = 0.9, 0.6, 0.75
"""Ink is cut out closely if it reaches over the first share of both sides, covers no more than the second, and the
border is for the third of it alike."""
FAINTEST, NOISE_TIMES = 0.07, 4.0
"""Ink takes at least this share of the light, and is as many times as strong as the noise of its picture."""
SURE, OWN_SHARE, EDGE_SHARE = 1.6, 0.18, 0.5
"""A stroke has a place that is so many times as strong as what may be ink at all, and ends where it is weaker than the
second share of its own strongest ink, or the third of what is beside it: where a blurred edge has half of its ink."""


def find_ink(grey: Grey, *, light: bool) -> tuple[Strength, Mask]:
    """Find ink that is lighter than its paper, or darker: how strong it is everywhere, and where there are strokes."""
    grey = np.asarray(PIXEL_MAX - grey if light else grey, np.uint8)
    small = np.asarray(cv2.medianBlur(shrunk(grey, COARSE_SIDE), 3), np.uint8)
    reach = STROKE_MAX * min(small.shape)
    first = _strength(small, small, reach)
    thickness = usual_of(find_strokes(without_rulings(_mask(first), first), first), lambda each: each.thickness)
    strength = _strength(grey, small, min(reach, max(STROKE_PIXELS, STROKE_TIMES * thickness)))
    return strength, _mask(strength, thickness * max(grey.shape) / max(small.shape))


def _strength(grey: Grey, small: Grey, reach: float) -> Strength:
    """Give how much of its paper's light each pixel takes, for dark ink; strokes are no thicker than the reach."""
    paper = cv2.blur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, _square(reach)), (5, 5))
    paper = cv2.resize(paper, grey.shape[::-1], interpolation=cv2.INTER_LINEAR).astype(np.float32)
    soft = cv2.GaussianBlur(grey, (0, 0), max(0.6, max(grey.shape) / 1600)).astype(np.float32)
    return np.asarray(np.clip((paper - soft) / (paper + 8), 0, 1), np.float32)


def _mask(strength: Strength, thickness: float = 0.0) -> Mask:
    """Tell strokes from paper by two levels: weak ink counts where it hangs together with strong ink."""
    noise = 1.48 * float(np.median(np.abs(strength - cv2.blur(strength, (5, 5)))[::3, ::3]))
    level = max(FAINTEST, NOISE_TIMES * noise)
    count, labels = cv2.connectedComponents((strength > level).astype(np.uint8))
    peaks = np.zeros(count, np.float32)
    np.maximum.at(peaks, np.asarray(labels.ravel(), np.intp), strength.ravel())
    ends = np.where(peaks < SURE * level, 2.0, np.maximum(level, OWN_SHARE * peaks))  # nothing is as strong as 2
    ends[0] = 2.0
    ink = strength > ends[labels]
    if thickness:
        ink &= strength > EDGE_SHARE * cv2.dilate(strength, _square(thickness))
    return np.asarray(ink, np.uint8)


def _square(side: float) -> Mask:
    return np.ones((2 * round(side / 2) + 1,) * 2, np.uint8)


def is_light_on_dark(grey: Grey, paper: Mask | None = None) -> bool:
    """Tell whether ink, on paper if that is known, is lighter than what is around it.

    Around it is the median of a large part: paper is more than half of it. The border is left out, where desks are.
    """
    small = cv2.medianBlur(shrunk(grey, COARSE_SIDE), 3)
    there = np.ones(small.shape, bool)
    if paper is not None:
        there = cv2.resize(paper, small.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
        small = np.where(there, small, np.uint8(np.median(small[there])))
    reach, edge = max(1, round(AROUND * max(small.shape) / 2)), min(small.shape) // 30
    wide = cv2.copyMakeBorder(small, reach, reach, reach, reach, cv2.BORDER_REFLECT)
    usual = cv2.medianBlur(wide, 2 * reach + 1)[reach:-reach, reach:-reach]
    inner = np.s_[edge : small.shape[0] - edge, edge : small.shape[1] - edge]
    difference = np.log((small + np.float32(DARK)) / (usual + np.float32(DARK)))[inner][there[inner]]
    beyond_noise = np.maximum(np.abs(difference) - 3 * np.median(np.abs(difference)), 0) ** 2
    return float((beyond_noise * np.sign(difference)).sum()) > 0


def bright_border(grey: Grey) -> float | None:
    """Give how much of the border is bright where ink is cut out closely, so that it is paper, and None elsewhere."""
    small = shrunk(grey, COARSE_SIDE)
    bright = np.asarray(cv2.threshold(small, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1], np.uint8)
    border = float(np.concatenate([bright[0], bright[-1], bright[:, 0], bright[:, -1]]).mean())
    ink = bright if border < 0.5 else 1 - bright
    (height, width), (_, _, across, down) = ink.shape, cv2.boundingRect(ink)
    close = across >= CLOSE * width and down >= CLOSE * height and ink.mean() <= FILLED
    return border if close and max(border, 1 - border) >= CLEAR else None
