"""Making of a grey picture of one digit what MNIST made of its scans: light ink on black, 20 x 20 inside 28 x 28.

One pure function. It finds out which of paper and ink is lighter, takes uneven light, noise and specks off, crops to
the ink, scales and centres it. The data set's own recipe: size normalised to fit 20 x 20 keeping the aspect ratio, then
placed with the centre of mass at the centre of the 28 x 28 field (http://yann.lecun.com/exdb/mnist/). Measured on its
images: the longer side of the ink is always 20, the centre of mass always rounds to pixel (14, 14).
"""

from __future__ import annotations

from PIL import Image

from contract.digit import PIXEL_MAX, SIDE
from gateway.problems import ProblemError
from vision.components import Box, drop_specks
from vision.ink import extract_ink
from vision.problems import BLANK_IMAGE

INK_SIDE = 20
"""Longest side of the ink after scaling, in pixels."""

MIDDLE = SIDE // 2
"""Column and row of the centre of mass."""


def normalise(image: Image.Image) -> bytes:
    """Make a digit of a picture.

    Parameters
    ----------
    image
        Mode `L`, any size, one digit, dark on light or light on dark.

    Returns
    -------
    bytes
        784 pixels, row-major, 0 is background, 255 full ink. A picture that already is as MNIST's comes back as it is.

    Raises
    ------
    ProblemError
        If nothing stands out from the background.
    """
    ink = extract_ink(image)
    if ink is None:
        raise ProblemError(BLANK_IMAGE, "nothing stands out from the background (transparent parts count as white)")
    if is_normalised(ink):
        return ink.tobytes()
    strokes = drop_specks(ink)
    if strokes is None:
        raise ProblemError(BLANK_IMAGE, "only specks stand out from the background")
    return centre(fit(*strokes)).tobytes()


def is_normalised(ink: Image.Image) -> bool:
    """Tell whether a picture already has the size, the crop and the centre of MNIST's."""
    box = ink.getbbox()
    if ink.size != (SIDE, SIDE) or box is None:
        return False
    x, y = centre_of_mass(ink)
    return max(box[2] - box[0], box[3] - box[1]) == INK_SIDE and (round(x), round(y)) == (MIDDLE, MIDDLE)


def fit(ink: Image.Image, box: Box) -> Image.Image:
    """Scale the part inside a box so that its longer side is 20 pixels, keeping its aspect."""
    width, height = box[2] - box[0], box[3] - box[1]
    scale = INK_SIDE / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = ink.resize(size, Image.Resampling.BICUBIC, box=box)
    return small.point(brighten(max(small.tobytes())))


def brighten(peak: int) -> list[int]:
    """Make the table that stretches 0..peak to 0..255: thin strokes fade when they are scaled down."""
    return [min(PIXEL_MAX, round(value * PIXEL_MAX / max(peak, 1))) for value in range(PIXEL_MAX + 1)]


def centre(digit: Image.Image) -> Image.Image:
    """Put the centre of mass in the middle of 28 x 28, as far as the digit stays inside."""
    x, y = centre_of_mass(digit)
    left, top = (min(max(round(MIDDLE - at), 0), SIDE - side) for at, side in ((x, digit.width), (y, digit.height)))
    canvas = Image.new("L", (SIDE, SIDE))
    canvas.paste(digit, (left, top))
    return canvas


def centre_of_mass(ink: Image.Image) -> tuple[float, float]:
    """Give column and row of the centre of mass; a pixel's own place is its index, not its middle."""
    pixels, width = ink.tobytes(), ink.width
    mass = max(sum(pixels), 1)
    x = sum(value * (place % width) for place, value in enumerate(pixels)) / mass
    y = sum(value * (place // width) for place, value in enumerate(pixels)) / mass
    return x, y
