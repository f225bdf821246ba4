"""Strokes: ink that hangs together, with its own pixels. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from vision.ink import Ink, Mask, thicknesses

SMALLEST = 0.0125
"""A digit is at least this share of the picture's longer side high: 20 pixels of 1,600, what MNIST's have."""

SPECK = 0.2
"""A stroke is dirt below this share of the smallest digit, or of the usual one."""


@dataclass(frozen=True, eq=False)
class Stroke:
    """A digit or a part of one: its place, its pixels (0 or 1), the thickness and the mean strength of its ink."""

    left: int
    top: int
    mask: Mask
    thickness: float
    strength: float

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom."""
        return self.left, self.top, self.left + self.width, self.top + self.height

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return int(self.mask.shape[1])

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return int(self.mask.shape[0])

    @property
    def area(self) -> int:
        """Pixels of ink."""
        return int(np.count_nonzero(self.mask))

    @property
    def length(self) -> int:
        """The height that the digit of a stroke may have: a bar is as broad as its digit is high, or half as much."""
        return max(self.height, min(self.width, 2 * self.height))

    def joined(self, other: Stroke) -> Stroke:
        """Give both as one."""
        left, top = min(self.left, other.left), min(self.top, other.top)
        right, bottom = max(self.box[2], other.box[2]), max(self.box[3], other.box[3])
        mask = np.zeros((bottom - top, right - left), np.uint8)
        for each in (self, other):
            x, y = each.left - left, each.top - top
            mask[y : y + each.height, x : x + each.width] |= each.mask
        larger = max(self, other, key=lambda stroke: stroke.area)
        return Stroke(left, top, mask, larger.thickness, larger.strength)

    def part(self, first: int, end: int) -> Stroke:
        """Give the part between two of its columns."""
        x, y, width, height = cv2.boundingRect(np.ascontiguousarray(self.mask[:, first:end]))
        mask = self.mask[y : y + height, first + x : first + x + width]
        return Stroke(self.left + first + x, self.top + y, mask, self.thickness, self.strength)

    def apart(self, other: Stroke) -> tuple[int, int]:
        """Give how far two boxes are apart across and down, in pixels; less than 0 where they overlap."""
        first, second = self.box, other.box
        across = max(first[0], second[0]) - min(first[2], second[2])
        return across, max(first[1], second[1]) - min(first[3], second[3])


def find_strokes(ink: Ink) -> list[Stroke]:
    """Give what hangs together and is no speck."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.mask)
    thickness = thicknesses(ink.mask, labels, stats)
    strength = np.bincount(labels.ravel(), weights=ink.strength.ravel()) / stats[:, cv2.CC_STAT_AREA]
    least = max(2.0, SMALLEST * SPECK * max(ink.mask.shape))
    strokes = []
    for label, (left, top, width, height, _) in enumerate(stats.tolist()):
        if label and max(width, height) >= least:
            own = np.asarray(labels[top : top + height, left : left + width] == label, np.uint8)
            strokes.append(Stroke(left, top, own, float(thickness[label]), float(strength[label])))
    return strokes


def usual_height(strokes: Sequence[Stroke], shape: tuple[int, ...]) -> float:
    """Give the height of the usual digit: half of the ink is in strokes of at most this height."""
    least = SMALLEST * max(shape)
    return usual_of([(stroke.length, stroke.area) for stroke in strokes if stroke.length >= least]) or least


def usual_of(pairs: Sequence[tuple[float, float]], share: float = 0.5) -> float:
    """Give the value of pairs of value and weight that a share of the weight does not exceed, 0 of none."""
    wanted, seen = share * sum(weight for _, weight in pairs), 0.0
    for value, weight in sorted(pairs):
        seen += weight
        if seen >= wanted:
            return value
    return 0.0
