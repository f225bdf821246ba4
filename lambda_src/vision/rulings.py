"""Taking ruled lines, squares and edges out of the strokes: thin, straight, and much longer than any digit. Pure."""

from __future__ import annotations

import cv2
import numpy as np

from vision.ink import Mask

PIECE = 0.02
"""A line is made of straight pieces of at least this share of the longer side, however it leans."""

LENGTH = 0.3
"""A line is at least this share of the longer side long."""

LEAN = 0.25
"""It rises or falls by at most this share of its length."""

THICKEST = 0.005
"""A line is at most this share of the longer side thick: what is thicker is a bar."""

UNBROKEN = 0.7
"""Pieces cover at least this share of a line; bars of digits in a row leave gaps."""

RULED, BREAK = 3, 5
"""Paper with so many lines is ruled: then lines may be broken by so many times a piece, and a third as much covered."""


def without_rulings(mask: Mask) -> Mask:
    """Take lines that are about level or upright out; where strokes cross one, they are kept."""
    mask = _without_level_lines(mask)
    return np.ascontiguousarray(_without_level_lines(np.ascontiguousarray(mask.T)).T)


def _without_level_lines(mask: Mask) -> Mask:
    side = max(mask.shape)
    piece, thick = max(8, round(PIECE * side)), max(3, round(THICKEST * side))
    bars = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((thick + 1, 1), np.uint8)), np.uint8)
    thin = mask & (1 - bars)
    pieces = np.asarray(cv2.morphologyEx(thin, cv2.MORPH_OPEN, np.ones((1, piece), np.uint8)), np.uint8)
    lines, count = _lines(pieces, piece, UNBROKEN)
    if count >= RULED:  # then others are, too, that digits break
        lines, _ = _lines(pieces, BREAK * piece, UNBROKEN / 3)
    if not count:
        return mask
    lines = np.asarray(cv2.dilate(lines, np.ones((3, 3), np.uint8)), np.uint8)
    rest = mask & (1 - lines)
    # Strokes that cross a line have ink on both sides of it.
    crossing = np.asarray(cv2.morphologyEx(rest, cv2.MORPH_CLOSE, np.ones((2 * thick + 1, 1), np.uint8)), np.uint8)
    return rest | (crossing & lines & mask)


def _lines(pieces: Mask, gap: int, unbroken: float) -> tuple[Mask, int]:
    """Give the pieces that are of lines, with gaps up to so many pixels, and how many lines there are."""
    linked = cv2.dilate(pieces, np.ones((3, gap + 1), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(linked)
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    ink = np.bincount(labels.ravel(), weights=pieces.ravel(), minlength=len(stats))
    long = (width > LENGTH * max(pieces.shape)) & (height < LEAN * width) & (ink > unbroken * width)
    long[0] = False
    return pieces & long[labels].astype(np.uint8), int(long.sum())
