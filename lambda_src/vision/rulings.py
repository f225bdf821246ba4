"""Taking ruled lines, squares and edges out of the strokes: thin, straight, and much longer than any digit. Pure."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.strokes import Mask, Strength, morphed

PIECE, LENGTH = 0.02, 0.3
"""A line is made of straight pieces of at least the first share of the longer side, and as long as the second."""
LEAN, THICKEST = 0.25, 0.008
"""It rises or falls by at most this share of its length, and is at most this share of the longer side thick."""
UNBROKEN = 0.7
"""Pieces cover at least this share of a line; bars of digits in a row leave gaps."""
RULED, BREAK, BROADER = 3, 8, 1.5
"""Paper with so many lines is ruled: then lines may be broken by so many times a piece, and a third as much covered,
but so many times as broad at most, and what is parallel to them is a line where ink covers it, strokes or not."""
STRONGER = 1.5
"""Ink so many times as strong as that of the lines is that of strokes."""


def without_rulings(mask: Mask, strength: Strength) -> Mask:
    """Take lines that are about level or upright out; where strokes cross one, they are kept."""
    side = max(mask.shape)
    piece, thick = max(8, round(PIECE * side)), max(3, round(THICKEST * side))
    level, upright = _level_lines(mask, piece, thick), _level_lines(np.ascontiguousarray(mask.T), piece, thick).T
    lines, reach = level | upright, 3 * thick + 1
    if not lines.any():
        return mask
    # Strokes that cross a line are stronger, or have ink on both sides of it.
    stronger = strength > STRONGER * np.median(strength[(lines & mask) > 0])
    rest = mask & (1 - lines | stronger.astype(np.uint8))
    for crossed, height, width in ((level, reach, 1), (upright, 1, reach)):
        rest |= mask & crossed & morphed(rest, cv2.MORPH_CLOSE, height, width)
    return np.asarray(rest, np.uint8)


def _level_lines(mask: Mask, piece: int, thick: int) -> Mask:
    thin = mask - morphed(mask, cv2.MORPH_OPEN, thick + 1, 1)
    thin = mask & morphed(thin, cv2.MORPH_CLOSE, 1, thick + 1)  # upright lines cross
    pieces = morphed(thin, cv2.MORPH_OPEN, 1, piece)
    labels, count = _lines(pieces, piece, UNBROKEN)
    lines = labels.clip(0, 1).astype(np.uint8)
    if count >= RULED:  # then others are, too, that digits break
        breadth = lines.sum() / (lines > np.roll(lines, 1, axis=0)).sum()
        fine = pieces - morphed(pieces, cv2.MORPH_OPEN, round(BROADER * breadth) + 1, 1)
        lines |= _lines(fine, BREAK * piece, UNBROKEN / 3)[0].clip(0, 1).astype(np.uint8)
        lines |= mask & _along(mask, labels, thick)
    return morphed(lines, cv2.MORPH_DILATE, 3, 3)


def _lines(pieces: Mask, gap: int, unbroken: float) -> tuple[NDArray[np.int32], int]:
    """Give which line each piece is of, 0 for none, with gaps up to so many pixels, and how many lines there are."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(morphed(pieces, cv2.MORPH_DILATE, 3, gap + 1))
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    ink = np.bincount(labels.ravel(), weights=pieces.ravel())
    long = (width > LENGTH * max(pieces.shape)) & (height < LEAN * width) & (ink > unbroken * width)
    return labels * long[labels] * pieces, int(long.sum())


def _along(mask: Mask, labels: NDArray[np.int32], thick: int) -> Mask:
    """Give where ink goes on along labelled lines and what is parallel to them, as a camera sees parallels."""
    rows, columns = labels.nonzero()
    numbers, away = labels[rows, columns], columns - mask.shape[1] / 2
    fits = np.array([np.polyfit(away[numbers == each], rows[numbers == each], 1) for each in np.unique(numbers)])
    turning, slope = np.polyfit(fits[:, 1], fits[:, 0], 1)
    middle = np.array([[1, 0, -mask.shape[1] / 2], [0, 1, 0], [0, 0, 1]])
    level = np.linalg.inv(middle) @ np.array([[1, 0, 0], [-slope, 1, 0], [turning, 0, 1]]) @ middle
    seen = np.asarray(cv2.warpPerspective(mask, level, mask.shape[::-1], flags=cv2.INTER_NEAREST), np.uint8)
    span = round(LENGTH * max(mask.shape))
    seen = morphed(morphed(seen, cv2.MORPH_DILATE, 3, 1), cv2.MORPH_CLOSE, 1, thick + 1)  # thick strokes leave gaps
    dense = np.asarray(cv2.blur(seen.astype(np.float32), (span, 1)) > UNBROKEN, np.uint8)
    covered = morphed(dense, cv2.MORPH_DILATE, 1, 2 * span)
    covered -= morphed(covered, cv2.MORPH_OPEN, 2 * thick + 1, 1)
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpPerspective(covered, level, mask.shape[::-1], flags=flags), np.uint8)
