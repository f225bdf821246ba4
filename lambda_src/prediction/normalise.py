"""Making of a grey picture of one digit what MNIST made of its scans: light ink, 20 x 20 inside 28 x 28, centred by mass.

One pure function. It finds out which of paper and ink is lighter, takes uneven light and noise off, crops to the ink, scales it and
centres it. The recipe of the data set: http://yann.lecun.com/exdb/mnist/ ("size normalized to fit in a 20x20 pixel box while preserving
their aspect ratio ... centered in a 28x28 image by computing the center of mass").
"""

from __future__ import annotations

from statistics import median

from PIL import Image, ImageChops

from prediction.limits import PIXEL_MAX, SIDE
from prediction.problems import BLANK_IMAGE, ProblemError

INK_SIDE = 20
"""Longest side of the ink after scaling, in pixels."""

CONTRAST_MIN = 24
"""Ink that differs less than this from the paper (of 255) is no ink."""


def normalise(image: Image.Image) -> bytes:
    """Make a digit of a picture.

    Parameters
    ----------
    image
        Mode `L`, any size, one digit, dark on light or light on dark.

    Returns
    -------
    bytes
        784 pixels, row-major, 0 is background, 255 full ink.

    Raises
    ------
    ProblemError
        If nothing stands out from the background.
    """
    ink = extract_ink(image)
    box = ink.point(lambda value: PIXEL_MAX if value > PIXEL_MAX // 5 else 0).getbbox()
    if box is None:
        raise ProblemError(BLANK_IMAGE, "nothing stands out from the background (transparent parts count as white)")
    return centre(fit(ink, box)).tobytes()


def extract_ink(image: Image.Image) -> Image.Image:
    """Take paper, uneven light and noise off: what is left is ink, 0..255, stretched to the full range."""
    paper, noise = estimate_paper(image)
    darker, lighter = ImageChops.subtract(paper, image), ImageChops.subtract(image, paper)
    ink = max(darker, lighter, key=_peak)
    floor, peak = 3 * noise, _peak(ink)
    if peak - floor < CONTRAST_MIN:
        raise ProblemError(BLANK_IMAGE, "nothing stands out from the background (transparent parts count as white)")
    return ink.point(lambda value: max(0, round((value - floor) * PIXEL_MAX / (peak - floor))))


def estimate_paper(image: Image.Image) -> tuple[Image.Image, float]:
    """Estimate the empty paper from the picture's border: a plane through the medians of its four edges, and the noise on it."""
    width, height = image.size
    edges = [
        image.crop(box).tobytes()
        for box in ((0, 0, width, 1), (0, height - 1, width, height), (0, 0, 1, height), (width - 1, 0, width, height))
    ]
    top, bottom, left, right = (median(edge) for edge in edges)
    middle = (top + bottom + left + right) / 4
    noise = median(
        abs(value - level) for edge, level in zip(edges, (top, bottom, left, right), strict=True) for value in edge
    )
    down, across = (bottom - top) / 2, (right - left) / 2
    corners = [middle - across - down, middle + across - down, middle - across + down, middle + across + down]
    small = Image.frombytes("L", (2, 2), bytes(round(min(max(value, 0), PIXEL_MAX)) for value in corners))
    return small.resize(image.size, Image.Resampling.BILINEAR, box=(0.5, 0.5, 1.5, 1.5)), 1.4826 * noise


def fit(ink: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
    """Scale the part inside a box to fit in 20 x 20, keeping its aspect."""
    width, height = box[2] - box[0], box[3] - box[1]
    scale = INK_SIDE / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return ink.resize(size, Image.Resampling.BICUBIC, box=box)


def centre(digit: Image.Image) -> Image.Image:
    """Put the centre of mass in the middle of 28 x 28, as far as the digit stays inside."""
    width, height = digit.size
    pixels = digit.tobytes()
    mass = sum(pixels)
    x = sum(value * (place % width) for place, value in enumerate(pixels)) / mass
    y = sum(value * (place // width) for place, value in enumerate(pixels)) / mass
    canvas = Image.new("L", (SIDE, SIDE))
    corner = [min(max(round(SIDE / 2 - at), 0), SIDE - side) for at, side in ((x, width), (y, height))]
    canvas.paste(digit, (corner[0], corner[1]))
    return canvas


def _peak(image: Image.Image) -> int:
    return int(image.getextrema()[1])
