"""Strokes: ink that hangs together, with its own pixels. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]
"""0 or 1, shape (height, width)."""

Strength = NDArray[np.float32]
"""Share of the paper's light that is taken, 0..1, shape (height, width)."""
SMALLEST, SPECK = 0.0125, 0.2
"""A digit is at least the first share of the picture's longer side high, 20 pixels of 1,600 as MNIST's are; a stroke is
dirt below the second share of the smallest digit, or of the usual one."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Stroke:
    """A digit or a part of one: its box, its pixels (0 or 1), their number, the thickness and strength of its ink."""

    left: int
    top: int
    width: int
    height: int
    mask: Mask
    area: int
    thickness: float
    strength: float

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom."""
        return self.left, self.top, self.left + self.width, self.top + self.height

    @property
    def length(self) -> int:
        """The height that the digit of a stroke may have: a bar is as broad as its digit is high, or half as much."""
        return max(self.height, min(self.width, 2 * self.height))

    @property
    def weight(self) -> float:
        """How much it counts: by the way of the pen and the strength of its ink, so corners and grain hardly do."""
        return self.area / self.thickness * self.strength**2

    def touches(self, shape: tuple[int, ...]) -> bool:
        """Tell whether it reaches the border of a picture of a shape."""
        return min(self.box[:2]) <= 1 or self.box[2] >= shape[1] - 1 or self.box[3] >= shape[0] - 1

    def joined(self, other: Stroke) -> Stroke:
        """Give both as one."""
        left, top, right, bottom = self.around(other)
        mask = np.zeros((bottom - top, right - left), np.uint8)
        for each in (self, other):
            x, y = each.left - left, each.top - top
            mask[y : y + each.height, x : x + each.width] |= each.mask
        return stroke_of(mask, left, top, max(self, other, key=lambda stroke: stroke.area).strength)

    def around(self, other: Stroke) -> tuple[int, int, int, int]:
        """Give the box around both."""
        (left, top, right, bottom), theirs = self.box, other.box
        return min(left, theirs[0]), min(top, theirs[1]), max(right, theirs[2]), max(bottom, theirs[3])

    def apart(self, other: Stroke) -> tuple[int, int]:
        """Give how far two boxes are apart across and down, in pixels; less than 0 where they overlap."""
        left, top, right, bottom = self.around(other)
        return right - left - self.width - other.width, bottom - top - self.height - other.height


def stroke_of(mask: Mask, left: int, top: int, strength: float) -> Stroke:
    """Make a stroke of the ink of a mask whose corner is at a place of the picture."""
    x, y, width, height = cv2.boundingRect(mask)
    own = np.ascontiguousarray(mask[y : y + height, x : x + width])
    area = cv2.countNonZero(own)
    depth = cv2.distanceTransform(cv2.copyMakeBorder(own, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3)
    thickness = max(1.0, 4 * float(depth.sum()) / area - 1)  # in a strip, the mean depth is a quarter of its breadth
    return Stroke(
        left=left + x,
        top=top + y,
        width=width,
        height=height,
        mask=own,
        area=area,
        thickness=thickness,
        strength=strength,
    )


def find_strokes(mask: Mask, strength: Strength) -> list[Stroke]:
    """Give what hangs together and is no speck."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    strengths = np.bincount(labels.ravel(), weights=strength.ravel()) / stats[:, cv2.CC_STAT_AREA]
    least = max(2.0, SMALLEST * SPECK * max(mask.shape))
    return [
        stroke_of((labels[top : top + height, left : left + width] == label).astype(np.uint8), left, top, mean)
        for label, ((left, top, width, height, _), mean) in enumerate(zip(stats.tolist(), strengths, strict=True))
        if label and max(width, height) >= least
    ]


def usual_height(strokes: Sequence[Stroke], shape: tuple[int, ...]) -> float:
    """Give the height of the usual digit of those that are large enough."""
    least = SMALLEST * max(shape)
    return usual_of([stroke for stroke in strokes if stroke.length >= least], lambda stroke: stroke.length) or least


def usual_of(strokes: Sequence[Stroke], value: Callable[[Stroke], float], share: float = 0.5) -> float:
    """Give the value that a share of the strokes, by their weights, does not exceed, 0 of none."""
    if not strokes:
        return 0.0
    values, weights = np.array(sorted((value(stroke), stroke.weight) for stroke in strokes)).T
    reached = weights.cumsum()
    return float(values[np.searchsorted(reached, share * reached[-1])])


def morphed(mask: Mask, operation: int, height: int, width: int) -> Mask:
    """Apply an operation of mathematical morphology (`cv2.MORPH_...`) with a rectangle."""
    return np.asarray(cv2.morphologyEx(mask, operation, np.ones((height, width), np.uint8)), np.uint8)
