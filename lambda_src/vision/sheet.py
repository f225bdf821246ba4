"""What is read from one uploaded picture: its size and its digits, as bytes and numbers. Knows no imaging library."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class DigitImage:
    """One digit.

    Attributes
    ----------
    pixels
        784 bytes, row-major, 0 is background, 255 full ink: as MNIST's.
    box
        Left, top, width and height of its ink, in pixels of the upright original.
    """

    pixels: bytes
    box: tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One picture.

    Attributes
    ----------
    width, height
        The upright original, in pixels.
    digits
        In reading order, at least one.
    """

    width: int
    height: int
    digits: tuple[DigitImage, ...]
