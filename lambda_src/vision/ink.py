"""Telling ink from paper on a grey picture: uneven light and noise go, ink stays. Pure.

The paper is known from the picture's border: flat, or a plane through what is usual on its four edges where that fits
better. A plane follows a lamp on one side, and a stroke that runs off the picture does not disturb it.
"""

from __future__ import annotations

from statistics import median

from PIL import Image, ImageChops, ImageFilter

from contract.digit import PIXEL_MAX, SIDE

CONTRAST_MIN = 24
"""Ink that differs less than this from the paper (of 255) is no ink."""

NOISE_FACTOR = 3
"""Differences of less than this many standard deviations of the noise on the paper are noise."""

SMOOTHED_FROM = 4 * SIDE
"""From this size on a single pixel is finer than anything that survives the scaling, so outliers are smoothed away."""

PEAK_FULL = 250
"""Ink this dark is full ink already and is not stretched (MNIST's own images end at 254 or 255)."""

PEAK_SHARE = 0.001
"""The darkest pixels, this share of all, do not count as the ink's darkness."""

_DEVIATIONS = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""


def extract_ink(image: Image.Image) -> Image.Image | None:
    """Take paper, uneven light and noise off.

    Parameters
    ----------
    image
        Mode `L`, ink and paper in any two shades.

    Returns
    -------
    PIL.Image.Image or None
        Mode `L`, same size: 0 where there is paper, up to 255 where there is ink. None if there is no ink.
    """
    if min(image.size) >= SMOOTHED_FROM:
        image = image.filter(ImageFilter.MedianFilter(3))
    paper = _paper(image)
    ink = max(ImageChops.subtract(paper, image), ImageChops.subtract(image, paper), key=_peak)
    floor, peak = NOISE_FACTOR * _noise(image, paper), _peak(ink)
    if peak - floor < CONTRAST_MIN:
        return None
    return ink.point(_stretch(floor, peak))


def _edges(image: Image.Image) -> list[bytes]:
    width, height = image.size
    boxes = ((0, 0, width, 1), (0, height - 1, width, height), (0, 0, 1, height), (width - 1, 0, width, height))
    return [image.crop(box).tobytes() for box in boxes]


def _paper(image: Image.Image) -> Image.Image:
    # Even light makes flat paper, light from one side a plane. Ink on an edge bends the plane: then flat fits better.
    edges = _edges(image)
    flat = [float(median(b"".join(edges)))] * 4
    sloped = [float(median(edge)) for edge in edges]
    papers = [_plane(levels, image.size) for levels in (flat, sloped)]
    return min(papers, key=lambda paper: _misfit(image, paper))


def _misfit(image: Image.Image, paper: Image.Image) -> float:
    differences = b"".join(_edges(ImageChops.difference(image, paper)))
    return sum(differences) / len(differences)


def _plane(levels: list[float], size: tuple[int, int]) -> Image.Image:
    top, bottom, left, right = levels
    middle, down, across = sum(levels) / 4, (bottom - top) / 2, (right - left) / 2
    corners = (middle - across - down, middle + across - down, middle - across + down, middle + across + down)
    small = Image.frombytes("L", (2, 2), bytes(round(min(max(value, 0), PIXEL_MAX)) for value in corners))
    return small.resize(size, Image.Resampling.BILINEAR, box=(0.5, 0.5, 1.5, 1.5))


def _noise(image: Image.Image, paper: Image.Image) -> float:
    # The second quietest edge: a digit that runs off the picture disturbs up to two of the others.
    quiet = sorted(float(median(edge)) for edge in _edges(ImageChops.difference(image, paper)))
    return _DEVIATIONS * quiet[1]


def _stretch(floor: float, peak: int) -> list[int]:
    full = peak if peak < PEAK_FULL else PIXEL_MAX
    return [
        min(max(round((value - floor) * PIXEL_MAX / (full - floor)), 0), PIXEL_MAX) for value in range(PIXEL_MAX + 1)
    ]


def _peak(image: Image.Image) -> int:
    histogram, seen = image.histogram(), 0
    enough = image.width * image.height * PEAK_SHARE
    for value in range(PIXEL_MAX, 0, -1):
        seen += histogram[value]
        if seen > enough:
            return value
    return 0
