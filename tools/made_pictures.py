"""Pictures of single digits as people take them, drawn of MNIST's: what calibration is measured on.

Pure but for the generator that is passed in. Pens are thin or thick, the digit is turned and stretched, the paper is
lit unevenly, and the camera blurs, adds noise and compresses. What a lens, a fold or another hand adds is not in them.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from contract.digit import PIXEL_MAX, SIDE

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

SCALE = 5
"""Pixels of the picture for each of MNIST's: a digit is some 100 pixels high, and read twice as fast as one of 160."""

FIELD = SIDE * SCALE * 3 // 2
"""Side of the square picture."""

THINNER, THICKER = 0.9, 0.6
"""Most that a stroke loses or gains on each side, in MNIST's pixels: real pens are thinner than MNIST's."""

TURN, LEAN, STRETCH = 9.0, 0.2, 0.18
"""Most that a digit is turned (degrees), sheared, and made wider or narrower."""

BLUR = 0.4, 1.4
"""Least and most that the camera blurs: the standard deviation, in pixels of the picture."""

DARK_ON_LIGHT = 0.75
"""Share of ink on paper; the others are light on dark, as on screens and boards."""


def picture_of(image: Bytes, generator: np.random.Generator) -> bytes:
    """Draw one digit as a JPEG.

    Parameters
    ----------
    image
        uint8, shape (28, 28), 0 is background.
    generator
        Decides pen, place, light and camera.
    """
    ink = _moved(_with_pen(image, generator), generator)
    paper, contrast = generator.uniform(0.75, 1.0), generator.uniform(0.35, 0.9)
    field = _light(generator) * (paper - contrast * paper * ink)
    if generator.random() > DARK_ON_LIGHT:
        field = 1.0 - field
    field = np.asarray(cv2.GaussianBlur(field, (0, 0), generator.uniform(*BLUR)), np.float32)
    field = field + generator.normal(0, generator.uniform(0.005, 0.03), (FIELD, FIELD)).astype(np.float32)
    grey = (field.clip(0, 1) * PIXEL_MAX).astype(np.uint8)
    _, encoded = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, int(generator.integers(60, 95))])
    return encoded.tobytes()


def _with_pen(image: Bytes, generator: np.random.Generator) -> Floats:
    """The digit enlarged, its strokes thinner or thicker; 0 to 1."""
    size = (SIDE * SCALE, SIDE * SCALE)
    large = cv2.resize(image, size, interpolation=cv2.INTER_CUBIC)
    change = generator.uniform(-THINNER, THICKER) * SCALE
    radius = round(abs(change))
    if radius:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
        changed = cv2.erode(large, kernel) if change < 0 else cv2.dilate(large, kernel)
        # A stroke that would vanish keeps its middle.
        large = changed if change > 0 else np.maximum(changed, np.where(large > PIXEL_MAX * 4 // 5, large, 0))
    return np.asarray(large, np.float32) / np.float32(PIXEL_MAX)


def _moved(ink: Floats, generator: np.random.Generator) -> Floats:
    """The digit somewhere in a larger field, turned, sheared and stretched."""
    turn = np.deg2rad(generator.uniform(-TURN, TURN))
    lean = generator.uniform(-LEAN, LEAN)
    wide, high = (1 + generator.uniform(-STRETCH, STRETCH) for _ in range(2))
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = turned @ np.array([[wide, lean], [0, high]])
    middle, slack = np.full(2, ink.shape[0] / 2), SIDE * SCALE / 12
    place = np.full(2, FIELD / 2) + generator.uniform(-slack, slack, 2)
    affine = np.hstack([matrix, (place - matrix @ middle)[:, None]])
    moved: Floats = cv2.warpAffine(ink, affine, (FIELD, FIELD), flags=cv2.INTER_LINEAR).astype(np.float32)
    return moved


def _light(generator: np.random.Generator) -> Floats:
    """Light that falls off to one side; 1 at its brightest."""
    towards = generator.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[0:FIELD, 0:FIELD] / FIELD - 0.5
    slope = rows * np.sin(towards) + columns * np.cos(towards)
    light: Floats = (1 - generator.uniform(0, 0.35) * (slope + 0.5)).astype(np.float32)
    return light
