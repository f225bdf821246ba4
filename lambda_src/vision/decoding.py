"""Decoding a picture from a stranger: PNG or JPEG bytes in, one upright grey array of bounded size out.

Pillow decodes: it takes a JPEG at a half, a quarter or an eighth of its size, reads transparency, palettes and 16 bits
as the file has them, and raises for damage, where `cv2.imdecode` gives a picture of half a file.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from contract.digit import PIXEL_MAX
from gateway.problems import ProblemError
from vision.headers import check_header
from vision.problems import TOO_MANY_PIXELS, UNREADABLE_IMAGE

Grey = NDArray[np.uint8]
"""Grey values 0..255, shape (height, width)."""

# What Pillow's decoders raise on damaged files, found by feeding them thousands of damaged files.
_DECODER_ERRORS = (
    *(AssertionError, AttributeError, EOFError, LookupError, OSError, OverflowError, SyntaxError, TypeError),
    *(ValueError, struct.error, zlib.error),
)
_ORIENTATION = 0x0112
_TURNS = {2: (0, True), 3: (2, False), 4: (2, True), 5: (3, True), 6: (3, False), 7: (1, True), 8: (1, False)}
"""Quarters to turn to the left, and whether to mirror then, by orientation (CIPA DC-008, tag 0x0112)."""
_DEPTHS = tuple(2**bits - 1 for bits in (8, 10, 12, 14, 16))
"""White of the bit depths that a 16-bit file may hold."""
_FAINT_ALPHA, _LAYER_CONTRAST = 16, 48
"""From this opacity on a pixel has a colour; less contrast inside a layer than this is that of one ink."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A decoded picture: upright, on its own paper, of bounded size; width and height are the original's."""

    grey: Grey
    width: int
    height: int


def decode(body: bytes, media_type: str, *, side: int, pixels_max: int) -> Picture:
    """Decode a picture of at most `pixels_max`, width x height; the longest side of the result is at most `side`.

    Raises
    ------
    ProblemError
        As `vision.headers.check_header` does, and if the file is damaged or truncated.
    """
    check_header(body, media_type, pixels_max)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(body), formats=(media_type.removeprefix("image/"),)) as image:
                return _read(image, side)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            detail = f"the picture has far more pixels than {pixels_max}, which are allowed"
            raise ProblemError(TOO_MANY_PIXELS, detail) from error
        except _DECODER_ERRORS as error:
            raise ProblemError(UNREADABLE_IMAGE, "the file is damaged or incomplete", cause=repr(error)) from error


def _read(image: Image.Image, side: int) -> Picture:
    width, height = image.size
    image.draft("L", (side, side))  # a JPEG is decoded at 1/2, 1/4 or 1/8 of its size, others as they are
    image.load()
    grey = shrunk(_flatten(image), side)
    try:
        quarters, mirrored = _TURNS.get(image.getexif().get(_ORIENTATION, 1), (0, False))
    except _DECODER_ERRORS:  # nobody else refuses a whole picture for what is said beside it
        quarters, mirrored = 0, False
    grey = np.rot90(grey, quarters)
    grey = np.ascontiguousarray(np.fliplr(grey) if mirrored else grey)
    width, height = (height, width) if quarters % 2 else (width, height)
    return Picture(grey=grey, width=width, height=height)


def shrunk(grey: Grey, side: int) -> Grey:
    """Scale a larger picture down to this longest side."""
    scale = min(1.0, side / max(grey.shape))
    size = [max(1, round(length * scale)) for length in grey.shape[::-1]]
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _flatten(image: Image.Image) -> Grey:
    if image.mode.startswith("I"):  # grey of more than 8 bits
        values = np.asarray(image.convert("I"), np.float32)
        white = next((depth for depth in _DEPTHS if depth >= values.max(initial=0)), _DEPTHS[-1])
        return (values * (PIXEL_MAX / white)).clip(0, PIXEL_MAX).astype(np.uint8)
    if not image.has_transparency_data:
        return np.asarray(image.convert("L"), np.uint8)
    layers = image.convert("RGBA")
    return lay_on_paper(np.asarray(layers.convert("L"), np.uint8), np.asarray(layers.getchannel("A"), np.uint8))


def lay_on_paper(grey: Grey, alpha: Grey) -> Grey:
    """Lay a transparent picture on its paper: what borders on nothing, or what its one ink stands out from."""
    seen, nothing = alpha >= _FAINT_ALPHA, (alpha < _FAINT_ALPHA).astype(np.uint8)
    if not seen.any():
        return np.full_like(grey, PIXEL_MAX)
    rim = seen & (cv2.dilate(nothing, np.ones((3, 3), np.uint8)) > 0)
    inner = seen & ~rim
    paper = float(np.median(grey[rim])) if rim.any() else PIXEL_MAX
    contrast = np.percentile(np.abs(grey[inner] - paper), 90) if inner.any() else 0
    if contrast < _LAYER_CONTRAST:
        paper = PIXEL_MAX if grey[seen].mean() <= PIXEL_MAX / 2 else 0
    opaque = alpha.astype(np.float32) / PIXEL_MAX
    return np.asarray(grey * opaque + paper * (1 - opaque) + 0.5, np.uint8)
