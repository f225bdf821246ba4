"""Taking ruled lines, squares and edges out of the strokes: thin, straight, and much longer than any digit. Pure."""

from __future__ import annotations

import cv2
import numpy as np

from vision.strokes import Mask, morphed

PIECE, LENGTH = 0.02, 0.3
"""A line is made of straight pieces of at least the first share of the longer side, and as long as the second."""
LEAN, THICKEST = 0.25, 0.005
"""It rises or falls by at most this share of its length, and is at most this share of the longer side thick."""
UNBROKEN = 0.7
"""Pieces cover at least this share of a line; bars of digits in a row leave gaps."""
RULED, BREAK = 3, 8
"""Paper with so many lines is ruled: then lines may be broken by so many times a piece, and a third as much covered."""


def without_rulings(mask: Mask) -> Mask:
    """Take lines that are about level or upright out; where strokes cross one, they are kept."""
    side = max(mask.shape)
    piece, thick = max(8, round(PIECE * side)), max(3, round(THICKEST * side))
    level, upright = _level_lines(mask, piece, thick), _level_lines(np.ascontiguousarray(mask.T), piece, thick).T
    rest = mask & (1 - (level | upright))
    # Strokes that cross a line have ink on both sides of it.
    above = level & morphed(rest, cv2.MORPH_CLOSE, 2 * thick + 1, 1)
    beside = upright & morphed(rest, cv2.MORPH_CLOSE, 1, 2 * thick + 1)
    return np.asarray(rest | mask & (above | beside), np.uint8)


def _level_lines(mask: Mask, piece: int, thick: int) -> Mask:
    thin = mask - morphed(mask, cv2.MORPH_OPEN, thick + 1, 1)
    thin = mask & morphed(thin, cv2.MORPH_CLOSE, 1, thick + 1)  # upright lines cross
    pieces = morphed(thin, cv2.MORPH_OPEN, 1, piece)
    lines, count = _lines(pieces, piece, UNBROKEN)
    if count >= RULED:  # then others are, too, that digits break
        lines, _ = _lines(pieces, BREAK * piece, UNBROKEN / 3)
    return morphed(lines, cv2.MORPH_DILATE, 3, 3)


def _lines(pieces: Mask, gap: int, unbroken: float) -> tuple[Mask, int]:
    """Give the pieces that are of lines, with gaps up to so many pixels, and how many lines there are."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(morphed(pieces, cv2.MORPH_DILATE, 3, gap + 1))
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    ink = np.bincount(labels.ravel(), weights=pieces.ravel())
    long = (width > LENGTH * max(pieces.shape)) & (height < LEAN * width) & (ink > unbroken * width)
    return pieces & long[labels].astype(np.uint8), int(long.sum())
