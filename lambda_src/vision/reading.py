"""Reading the digits out of an uploaded picture: bytes in, digits as MNIST's in reading order out.

Nothing here knows AWS. Each step is a pure function of a module of its own: decode, find the paper, tell ink from it,
find strokes, make digits of them, order them, and scale each to 28 x 28. Loops in Python walk over runs of ink and maps
of few cells, never over all pixels.
"""

from __future__ import annotations

from statistics import median

from PIL import Image, ImageChops, ImageFilter

from contract.digit import PIXEL_MAX, SIDE
from gateway.problems import ProblemError
from vision.components import INK_SHARE
from vision.contrast import Ink, find_ink
from vision.digits import find_digits, scaled
from vision.images import Picture, decode_picture
from vision.ink import extract_ink
from vision.limits import UPLOAD_PIXELS_MAX
from vision.normalise import centre, fit, is_normalised
from vision.paper import find_paper
from vision.problems import BLANK_IMAGE, TOO_MANY_DIGITS
from vision.reading_order import in_reading_order
from vision.sheet import DigitImage, Sheet
from vision.strokes import Box, Stroke, find_strokes

WORKING_SIDE = 1600
"""Longest side of the picture worked on, in pixels: a digit of 20 pixels is then an eightieth of it."""

ENLARGED_TO = 400
"""Smaller pictures are enlarged to about this side: what follows thinks in strokes of several pixels."""

FULL_SHARE = 0.8
"""As strong as this share of the stroke's own pixels at most is full ink."""

CUT_SIDE = 100
"""A digit is made about so small before it is masked: five times the size it gets in the end."""

SOFT_MIN, SOFT_MAX = 3, 11
"""Pixels around a stroke that may hold its soft edge; more would vanish from a blurred mask."""

SURELY_DESK = 3.0
"""No shadow is so many times darker than the paper beside it."""

ALIKE = 1.8
"""Writing is of one hand where heights and strokes differ by no more than this factor."""

AS_THICK = 0.6
"""Lines as dark as the ink, and thicker than this share of its strokes, take too much of the digits with them."""

GOING_ON = 0.1
"""From this share of the writing outside on, the sheet ends elsewhere."""


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
    on_paper = _digits_on(grey, paper.inside) if paper else None
    if paper and on_paper and paper.contrast >= SURELY_DESK:
        return on_paper
    anywhere = _digits_on(grey, None)
    if paper and on_paper and not (anywhere and goes_on(on_paper[1], anywhere[1], paper.inside)):
        return on_paper
    if anywhere:
        return anywhere
    raise ProblemError(BLANK_IMAGE, "nothing stands out from the background (transparent parts count as white)")


def _digits_on(grey: Image.Image, inside: Image.Image | None) -> tuple[Ink, list[Stroke]] | None:
    ink = find_ink(grey, inside)
    digits = find_digits(find_strokes(ink.image.point(ink.is_stroke)), grey.size) if ink else []
    if not ink or not digits:
        return None
    if ink.ruling > AS_THICK * median(digit.thickness for digit in digits):
        raise ProblemError(TOO_MANY_DIGITS, "the lines of the paper are as dark and as thick as the strokes of digits")
    return ink, in_reading_order(digits)


def goes_on(on_paper: list[Stroke], anywhere: list[Stroke], paper: Image.Image) -> bool:
    """Tell whether the writing goes on outside of what was taken for the paper: then its edge is that of a shadow."""
    height, thickness = (median(getattr(digit, name) for digit in on_paper) for name in ("height", "thickness"))
    alike = [
        digit
        for digit in anywhere
        if 1 / ALIKE <= digit.height / height <= ALIKE and 1 / ALIKE <= digit.thickness / thickness <= ALIKE
    ]
    outside = [digit for digit in alike if not paper.getpixel((int(digit.middle[0]), int(digit.middle[1])))]
    return len(outside) >= max(1, GOING_ON * len(alike))


def cut(ink: Ink, digit: Stroke) -> bytes:
    """Cut a digit out and scale it to 28 x 28 as MNIST's are.

    Its soft edges go with it, other strokes do not.
    """
    times = max(1, max(digit.width, digit.height) // CUT_SIDE)
    soft = min(max(round(digit.thickness / 3), SOFT_MIN), SOFT_MAX * times)
    left, upper, right, lower = digit.box
    width, height = ink.image.size
    box: Box = max(0, left - soft), max(0, upper - soft), min(width, right + soft), min(height, lower + soft)
    values, mask = ink.image.crop(box), digit.mask(box)
    others = ImageChops.subtract(values.point(ink.is_stroke), mask).reduce(times)
    values, own = values.reduce(times), mask.reduce(times)
    around = own.filter(ImageFilter.BoxBlur(max(1, soft // times))).point([0] + [PIXEL_MAX] * PIXEL_MAX)
    values = ImageChops.darker(ImageChops.subtract(around, others), values)
    full = _full(values.histogram(own), ink)
    stretched = [(value - ink.floor) * PIXEL_MAX / (full - ink.floor) for value in range(PIXEL_MAX + 1)]
    values = values.point([min(PIXEL_MAX, max(0, round(value))) for value in stretched])
    strokes = values.point([PIXEL_MAX if value > INK_SHARE * PIXEL_MAX else 0 for value in range(PIXEL_MAX + 1)])
    return centre(fit(values, strokes.getbbox() or (0, 0, *values.size))).tobytes()


def _full(histogram: list[int], ink: Ink) -> int:
    wanted, seen = FULL_SHARE * sum(histogram), 0
    for value, count in enumerate(histogram):
        seen += count
        if seen >= wanted:
            return max(value, ink.level, ink.floor + 1)
    return PIXEL_MAX
