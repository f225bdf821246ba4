"""Decoding a picture from a stranger safely: PNG or JPEG bytes in, one grey picture of bounded size out.

Everything that can be known before decoding is checked before decoding. What the picture shows is no concern of this
module; `vision.normalise` makes a digit of it.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image, ImageOps

from gateway.problems import ProblemError
from vision.limits import IMAGE_PIXELS_MAX, IMAGE_SIDE_MAX
from vision.problems import ANIMATED_IMAGE, CONTENT_TYPE_MISMATCH, TOO_MANY_PIXELS, UNREADABLE_IMAGE

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


SCANS_MAX = 100
"""Most passes of a progressive JPEG: encoders write about ten, and each costs a walk over the whole picture."""

_START_OF_SCAN = b"\xff\xda"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A decoded picture.

    Attributes
    ----------
    grey
        Mode `L` (8-bit grey), upright as its EXIF orientation says, transparent parts white, of bounded size.
    width, height
        The upright original, in pixels.
    """

    grey: Image.Image
    width: int
    height: int


def decode(body: bytes, media_type: str) -> Image.Image:
    """Decode a picture for the API: `decode_picture` with its limits.

    Returns
    -------
    PIL.Image.Image
        `Picture.grey`, no side longer than `WORKING_SIDE`.

    Raises
    ------
    ProblemError
        As `decode_picture` does.
    """
    return decode_picture(body, media_type, side=WORKING_SIDE, pixels_max=IMAGE_PIXELS_MAX).grey


def decode_picture(body: bytes, media_type: str, *, side: int, pixels_max: int) -> Picture:
    """Decode a picture.

    Parameters
    ----------
    body
        The file.
    media_type
        `image/png` or `image/jpeg`; the file must really be of this type.
    side
        Longest side of the result, in pixels; larger pictures are scaled down to it.
    pixels_max
        Largest picture, width x height, at most Pillow's own limit (`PIL.Image.MAX_IMAGE_PIXELS`, 89 million).

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
                _check(image, body, pixels_max)
                return _read(image, side)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise _too_many_pixels("far more", pixels_max) from error
        except _DECODER_ERRORS as error:
            raise ProblemError(UNREADABLE_IMAGE, "the file is damaged or incomplete", cause=repr(error)) from error


def _recognise(body: bytes) -> str:
    names = [name for name, (_, signature) in FORMATS.items() if body.startswith(signature)]
    return names[0] if names else "neither PNG nor JPEG"


def _too_many_pixels(count: str, pixels_max: int) -> ProblemError:
    return ProblemError(TOO_MANY_PIXELS, f"the picture has {count} pixels; {pixels_max} are allowed")


def _check(image: Image.Image, body: bytes, pixels_max: int) -> None:
    width, height = image.size
    if width * height > pixels_max:
        count = f"{width} x {height} = {width * height}"
        raise _too_many_pixels(count, pixels_max)
    if max(width, height) > IMAGE_SIDE_MAX:
        detail = f"the picture has {width} x {height} pixels; a side has at most {IMAGE_SIDE_MAX}"
        raise ProblemError(TOO_MANY_PIXELS, detail)
    # Entropy-coded data never hold these two bytes, so this counts scans, and now and then two bytes of a header.
    scans = 0 if image.format == "PNG" else body.count(_START_OF_SCAN)
    if scans > SCANS_MAX:
        raise ProblemError(UNREADABLE_IMAGE, f"the JPEG has {scans} scans; {SCANS_MAX} are read")
    # A JPEG with several pictures is a photograph with its depth map or preview; its first picture is the photograph.
    if image.format == "PNG" and getattr(image, "n_frames", 1) > 1:
        raise ProblemError(ANIMATED_IMAGE, "the PNG has more than one frame")


def _read(image: Image.Image, side: int) -> Picture:
    width, height = image.size
    if _upright(Image.new("L", (2, 1)), image).width == 1:  # its EXIF orientation makes lying pictures stand
        width, height = height, width
    image.draft("L", (side, side))  # a JPEG is decoded at 1/2, 1/4 or 1/8 of its size, others as they are
    image.load()
    grey = _flatten(image)
    grey.thumbnail((side, side), Image.Resampling.BOX)
    return Picture(grey=_upright(grey, image), width=width, height=height)


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
