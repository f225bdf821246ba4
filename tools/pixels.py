"""Show small grey images: with text, two by four pixels a character, for a terminal, and as the file a person sends."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from contract.digit import PIXEL_MAX, SIDE

# Bits of a braille character, by row and column of its dots (Unicode standard, block U+2800).
_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])


_SHADES = " .:-=+*#%"
"""Characters of any encoding, by the number of dots, 0..8, that a character stands for."""


def braille(image: NDArray[np.uint8], *, threshold: int = 100) -> list[str]:
    """Lines of text that show an image.

    Parameters
    ----------
    image
        Grey values 0..255, shape `(height, width)`, height a multiple of 4 and width of 2.
    threshold
        From this grey value on a dot is set.

    Returns
    -------
    list of str
        `height / 4` lines of `width / 2` characters.
    """
    codes = 0x2800 + np.einsum("ridj,ij->rd", _dots(image, threshold), _DOTS)
    return ["".join(map(chr, row)) for row in codes]


def shades(image: NDArray[np.uint8], *, threshold: int = 100) -> list[str]:
    """The same in the characters of ASCII, for a terminal that shows no others."""
    return ["".join(_SHADES[count] for count in row) for row in _dots(image, threshold).sum(axis=(1, 3))]


def _dots(image: NDArray[np.uint8], threshold: int) -> NDArray[np.int_]:
    """Which dots are set: shape `(lines, 4, characters, 2)`."""
    height, width = image.shape
    return (image >= threshold).reshape(height // 4, 4, width // 2, 2).astype(int)


def png_of(image: NDArray[np.uint8], *, scale: int = 10) -> bytes:
    """A digit as the PNG file that a person would send: dark ink on white paper, enlarged."""
    side = SIDE * scale
    paper = Image.fromarray(PIXEL_MAX - image.reshape(SIDE, SIDE)).resize((side, side), Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    paper.save(buffer, format="PNG")
    return buffer.getvalue()


def row_of(images: NDArray[np.uint8], *, scale: int = 12) -> bytes:
    """Digits beside each other, dark ink on white paper, as a PNG file.

    Parameters
    ----------
    images
        `uint8`, shape `(n, 784)`, pixels 0..255 with 0 for paper as MNIST has them.
    scale
        Pixels of the picture for each pixel of a digit.
    """
    padded = [np.pad(PIXEL_MAX - image.reshape(SIDE, SIDE), 6, constant_values=PIXEL_MAX) for image in images]
    paper = Image.fromarray(np.hstack(padded))
    buffer = io.BytesIO()
    paper.resize((paper.width * scale, paper.height * scale), Image.Resampling.BICUBIC).save(buffer, format="PNG")
    return buffer.getvalue()


def photograph_of(digits: Sequence[NDArray[np.uint8]]) -> bytes:
    """Digits on paper as a phone photographs them: a JPEG file of 12 megapixels, light from one side, noise."""
    height, width = 3000, 4000
    light = np.linspace(232, 196, width, dtype=np.float32) + np.random.default_rng(7).normal(0, 4, (height, width))
    paper = Image.fromarray(light.clip(0, PIXEL_MAX).astype(np.uint8))
    pitch = width // len(digits)
    side = min(pitch * 3 // 4, 1200)
    for place, digit in enumerate(digits):
        ink = Image.fromarray(digit.reshape(SIDE, SIDE)).resize((side, side), Image.Resampling.BICUBIC)
        corner = (place * pitch + (pitch - side) // 2, (height - side) // 2)
        paper.paste(44, corner, ink)
    buffer = io.BytesIO()
    paper.save(buffer, format="JPEG", quality=88)
    return buffer.getvalue()
