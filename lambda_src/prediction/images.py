"""Decoding a picture from a stranger safely: PNG or JPEG bytes in, one grey picture of bounded size out.

Everything that can be known before decoding is checked before decoding. What the picture shows is no concern of this
module; `prediction.normalise` makes a digit of it.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Mapping

from PIL import Image, ImageOps

from prediction.limits import IMAGE_PIXELS_MAX
from prediction.problems import (
    ANIMATED_IMAGE,
    CONTENT_TYPE_MISMATCH,
    TOO_MANY_PIXELS,
    UNREADABLE_IMAGE,
    ProblemError,
)

WORKING_SIDE = 400
"""Longest side of the picture worked on, in pixels: 20 times the digit's, so that a digit may be small on its paper."""

FORMATS: Mapping[str, tuple[str, bytes]] = {
    "image/png": ("PNG", b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": ("JPEG", b"\xff\xd8\xff"),
}
"""For each media type the decoder's name and the bytes every such file begins with."""

# What Pillow's decoders raise on damaged files, found by feeding them thousands of damaged files.
_DECODER_ERRORS = (
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    OverflowError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)

_SIXTEEN_TO_EIGHT_BITS = 1 / 257

WHITE, BLACK = 255, 0
FAINTEST_ON_WHITE = 240
"""A transparent picture with nothing darker than this on white paper is put on black."""


def decode(body: bytes, media_type: str) -> Image.Image:
    """Decode a picture.

    Parameters
    ----------
    body
        The file.
    media_type
        `image/png` or `image/jpeg`; the file must really be of this type.

    Returns
    -------
    PIL.Image.Image
        Mode `L` (8-bit grey), upright as its EXIF orientation says, transparent parts white, no side longer than
        `WORKING_SIDE`.

    Raises
    ------
    ProblemError
        If it is of another type, has too many pixels, is animated, damaged or truncated.
    """
    decoder, signature = FORMATS[media_type]
    if not body.startswith(signature):
        raise ProblemError(CONTENT_TYPE_MISMATCH, f"Content-Type is {media_type}, but the body is {_recognise(body)}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(body), formats=(decoder,)) as image:
                _check(image)
                return _to_grey(image)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise _too_many_pixels("far more") from error
        except _DECODER_ERRORS as error:
            raise ProblemError(UNREADABLE_IMAGE, "the file is damaged or incomplete", cause=repr(error)) from error


def _recognise(body: bytes) -> str:
    names = [name for name, (_, signature) in FORMATS.items() if body.startswith(signature)]
    return names[0] if names else "neither PNG nor JPEG"


def _too_many_pixels(count: str) -> ProblemError:
    return ProblemError(TOO_MANY_PIXELS, f"the picture has {count} pixels; {IMAGE_PIXELS_MAX} are allowed")


def _check(image: Image.Image) -> None:
    width, height = image.size
    if width * height > IMAGE_PIXELS_MAX:
        count = f"{width} x {height} = {width * height}"
        raise _too_many_pixels(count)
    # A JPEG with several pictures is a photograph with its depth map or preview; its first picture is the photograph.
    if image.format == "PNG" and getattr(image, "n_frames", 1) > 1:
        raise ProblemError(ANIMATED_IMAGE, "the PNG has more than one frame")


def _to_grey(image: Image.Image) -> Image.Image:
    image.draft(
        "L", (WORKING_SIDE, WORKING_SIDE)
    )  # a JPEG is decoded at 1/2, 1/4 or 1/8 of its size, others as they are
    image.load()
    grey = _flatten(image)
    grey.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BOX)
    return _upright(grey, image)


def _flatten(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16-bit grey
        return image.convert("I").point(lambda value: value * _SIXTEEN_TO_EIGHT_BITS).convert("L")
    if not image.has_transparency_data:
        return image.convert("L")
    layers = image.convert("RGBA")
    on_white = _on_paper(layers, WHITE)
    # Light strokes on nothing would vanish there.
    return on_white if any(on_white.histogram()[:FAINTEST_ON_WHITE]) else _on_paper(layers, BLACK)


def _on_paper(layers: Image.Image, grey: int) -> Image.Image:
    paper = Image.new("L", layers.size, grey)
    paper.paste(layers.convert("L"), mask=layers.getchannel("A"))
    return paper


def _upright(grey: Image.Image, original: Image.Image) -> Image.Image:
    grey.info.update({key: value for key, value in original.info.items() if key == "exif"})
    try:
        return ImageOps.exif_transpose(grey)
    except _DECODER_ERRORS:  # nobody else refuses a whole picture for what is said beside it
        return grey
