"""What a digit is, as numbers: the shape of an image, the range of a pixel, the classes. As MNIST has them."""

from __future__ import annotations

SIDE = 28
"""Height and width of an image, in pixels."""

PIXELS = SIDE * SIDE
"""Pixels of an image, row by row: the features of the model."""

PIXEL_MAX = 255
"""Largest value of a pixel: full ink. 0 is background."""

CLASSES = 10
"""The digits 0 to 9 that the model tells apart."""

COLUMN_NAMES = ("label", *(f"pixel_{index:03d}" for index in range(PIXELS)))
"""Columns of labelled digits in Parquet, all of them uint8."""

RAW_FORM = 0
"""Version of the canonical form that leaves an image as it is: models and channels that name no form have it."""

CANONICAL_FORM = 1
"""Version of the canonical form that `prepare` writes."""

CANONICAL_FORMS = (RAW_FORM, CANONICAL_FORM)
"""Versions that `contract.canonical` knows; it is not imported for them, because it needs numpy."""
