"""Reading the digits out of an uploaded picture: bytes in, digits as MNIST's in reading order out.

Nothing here knows AWS. Each step is a pure function of a module of its own: decode, find the paper, tell ink from it,
find strokes, make digits of them, order them, and scale each to 28 x 28. Loops in Python walk over runs of ink and maps
of few cells, never over all pixels.
"""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter

from prediction.images import Picture, decode_picture
from prediction.ink import extract_ink
from prediction.limits import PIXEL_MAX, SIDE, UPLOAD_PIXELS_MAX
from prediction.normalise import centre, fit, is_normalised
from prediction.problems import BLANK_IMAGE, ProblemError
from upload_worker.contrast import Ink, find_ink
from upload_worker.digits import find_digits, scaled
from upload_worker.paper import find_paper
from upload_worker.reading_order import in_reading_order
from upload_worker.sheet import DigitImage, Sheet
from upload_worker.strokes import Box, Stroke, find_strokes

WORKING_SIDE = 1600
"""Longest side of the picture worked on, in pixels: a digit of 20 pixels is then an eightieth of it."""

ENLARGED_TO = 400
"""Smaller pictures are enlarged to about this side: what follows thinks in strokes of several pixels."""

FULL_SHARE = 0.5
"""Ink stronger than this share of the stroke's own pixels is full ink."""


SOFT = 4
"""Pixels around a stroke that may hold its soft edge."""


def read_digits(body: bytes, media_type: str) -> Sheet:
    """Read an uploaded picture.

    Parameters
    ----------
    body
        The file.
    media_type
        What it was uploaded as: `image/png` or `image/jpeg`.

    Raises
    ------
    ProblemError
        If it cannot be decoded, shows nothing, or shows too many digits.
    """
    picture = decode_picture(body, media_type, side=WORKING_SIDE, pixels_max=UPLOAD_PIXELS_MAX)
    digits = _as_it_is(picture) or _cut_out(picture)
    return Sheet(width=picture.width, height=picture.height, digits=digits)


def _as_it_is(picture: Picture) -> tuple[DigitImage, ...]:
    if picture.grey.size != (SIDE, SIDE):
        return ()
    ink = extract_ink(picture.grey)
    box = ink.getbbox() if ink else None
    if ink is None or not box or not is_normalised(ink):
        return ()
    place = scaled(box, ink.size, (picture.width, picture.height))
    return (DigitImage(pixels=ink.tobytes(), box=place),)


def _cut_out(picture: Picture) -> tuple[DigitImage, ...]:
    grey = _enlarged(picture.grey)
    ink, digits = _find(grey)
    original = picture.width, picture.height
    return tuple(DigitImage(pixels=cut(ink, digit), box=scaled(digit.box, grey.size, original)) for digit in digits)


def _enlarged(grey: Image.Image) -> Image.Image:
    times = ENLARGED_TO // max(grey.size)
    if times < 2:
        return grey
    return grey.resize((grey.width * times, grey.height * times), Image.Resampling.BICUBIC)


def _find(grey: Image.Image) -> tuple[Ink, list[Stroke]]:
    paper = find_paper(grey)
    for place in (paper, None) if paper else (None,):
        ink = find_ink(grey, place)
        digits = find_digits(find_strokes(ink.image.point(ink.is_stroke)), grey.size) if ink else []
        if ink and digits:
            return ink, in_reading_order(digits)
    raise ProblemError(BLANK_IMAGE, "nothing stands out from the background (transparent parts count as white)")


def cut(ink: Ink, digit: Stroke) -> bytes:
    """Cut a digit out and scale it to 28 x 28 as MNIST's are.

    Its soft edges go with it, other strokes do not.
    """
    left, upper, right, lower = digit.box
    width, height = ink.image.size
    box: Box = max(0, left - SOFT), max(0, upper - SOFT), min(width, right + SOFT), min(height, lower + SOFT)
    own, values = digit.mask(box), ink.image.crop(box)
    around = own.filter(ImageFilter.BoxBlur(SOFT)).point([0] + [PIXEL_MAX] * PIXEL_MAX)
    others = ImageChops.subtract(values.point(ink.is_stroke), own)
    values = ImageChops.darker(ImageChops.subtract(around, others), values)
    full = _full(values.histogram(own), ink)
    stretched = [(value - ink.floor) * PIXEL_MAX / (full - ink.floor) for value in range(PIXEL_MAX + 1)]
    values = values.point([min(PIXEL_MAX, max(0, round(value))) for value in stretched])
    return centre(fit(values, own.getbbox() or (0, 0, *own.size))).tobytes()


def _full(histogram: list[int], ink: Ink) -> int:
    wanted, seen = FULL_SHARE * sum(histogram), 0
    for value, count in enumerate(histogram):
        seen += count
        if seen >= wanted:
            return max(value, ink.level, ink.floor + 1)
    return PIXEL_MAX
