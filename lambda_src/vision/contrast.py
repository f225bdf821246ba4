"""Ink from paper under uneven light: how much darker (or lighter) than the paper around it each pixel is. Pure.

The paper's brightness is known everywhere from its surroundings: closing (the brightest of a neighbourhood, then the
darkest of those) paints over strokes and keeps gradients and the edges of broad shadows. Ink is told by the share of
light that it takes away, which a shadow does not change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from PIL import Image, ImageChops, ImageFilter, ImageMath, ImageOps

from contract.digit import PIXEL_MAX
from vision.histograms import otsu, quantile
from vision.ruling import SOFT, STRONGER, without_ruling

MAP_SIDE = 128
"""Longest side of the map of the paper's brightness, in cells."""

REACH = 16
"""Half the neighbourhood, in cells: strokes up to a quarter of the picture wide are painted over."""

SURROUNDINGS = 48
"""Half of what counts as around a pixel, in half cells: more than a stroke is wide, less than light takes to change."""

NOISE_FACTOR = 4
"""What differs by less than this many standard deviations from clean paper is noise."""

FLOOR_MIN = 12
"""Nor does what takes less than this of 255 count as ink, whatever the noise."""

CONTRAST_MIN = 24
"""Ink that takes away less than this of 255 is no ink (as for the API)."""

PEAK_SHARE = 0.0003
"""The strongest pixels, this share of all, do not count as the ink's strength: a small digit has some thousandths."""

LEVELS = (0.35, 0.6)
"""Stroke or not is decided between these shares of the way from noise to full ink, as the pixels divide."""

_DEVIATIONS = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""


@dataclass(frozen=True, kw_only=True)
class Ink:
    """Ink of a picture.

    Attributes
    ----------
    image
        Mode `L`: 0 is paper, more is ink.
    floor
        Up to this value it is noise.
    level
        Above this value it is a stroke.
    ruling
        How thick the lines are, in pixels, that are as strong as the ink and were taken out; 0: there are none.
    """

    image: Image.Image
    floor: int
    level: int
    ruling: int = 0

    @property
    def is_stroke(self) -> list[int]:
        """The table that makes a mask of the image: 255 where strokes are, 0 elsewhere."""
        return [PIXEL_MAX if value > self.level else 0 for value in range(PIXEL_MAX + 1)]


def find_ink(grey: Image.Image, paper: Image.Image | None) -> Ink | None:
    """Tell ink from paper.

    Parameters
    ----------
    grey
        Mode `L`, dark ink on light paper or light on dark.
    paper
        Where there is paper (mode `L`, 255); None: everywhere.

    Returns
    -------
    Ink or None
        None if nothing stands out.
    """
    inside = paper or Image.new("L", grey.size, PIXEL_MAX)
    dark = paper is not None or is_dark_on_light(grey)  # paper was found by being brighter than its surroundings
    image = _ink(grey if dark else ImageOps.invert(grey), inside, relative=dark)
    ink = _measured(image, inside)
    if not ink:
        return None
    image, lines = without_ruling(image, inside, ink.floor // 2)
    ink = _measured(image, inside) if lines else ink
    if not ink:
        return None
    full = quantile(image.histogram(inside), 1 - PEAK_SHARE)
    alike = [end - start - SOFT for start, end, strength in lines if STRONGER * strength > full]
    return replace(ink, ruling=max([0, *alike]))


def is_dark_on_light(grey: Image.Image) -> bool:
    """Tell whether strokes are darker than the paper: few pixels differ much from what is around, and those are ink."""
    cells = grey.reduce(max(1, -(-max(grey.size) // (2 * MAP_SIDE))))
    usual = cells.filter(ImageFilter.BoxBlur(SURROUNDINGS))
    below = ImageChops.subtract(usual, cells).histogram()
    above = ImageChops.subtract(cells, usual).histogram()
    return _skew(below) >= _skew(above)


def _skew(histogram: list[int]) -> int:
    return sum(value**3 * count for value, count in enumerate(histogram))


def _ink(grey: Image.Image, inside: Image.Image, *, relative: bool) -> Image.Image:
    cell = max(1, -(-max(grey.size) // MAP_SIDE))
    cells = ImageChops.darker(grey.reduce(cell), inside.reduce(cell).point([0] * PIXEL_MAX + [PIXEL_MAX]))
    for repeated in (ImageFilter.MaxFilter(3), ImageFilter.MinFilter(3)):
        for _ in range(REACH):
            cells = cells.filter(repeated)
    size = (cells.width * cell, cells.height * cell)
    light = cells.filter(ImageFilter.BoxBlur(1)).resize(size, Image.Resampling.BILINEAR).crop((0, 0, *grey.size))
    taken = ImageChops.subtract(light, grey)
    if relative:
        taken = ImageMath.lambda_eval(
            lambda images: images["convert"](
                images["min"](images["taken"] * PIXEL_MAX / images["max"](images["light"], 1), PIXEL_MAX), "L"
            ),
            taken=taken,
            light=light,
        )
    return ImageChops.darker(taken, inside)


def _measured(image: Image.Image, inside: Image.Image) -> Ink | None:
    histogram = image.histogram(inside)
    total = sum(histogram)
    usual = quantile(histogram, 0.5)
    spread = quantile(_folded(histogram, usual), 0.5)
    floor = max(FLOOR_MIN, round(usual + NOISE_FACTOR * _DEVIATIONS * spread))
    peak = quantile(histogram, 1 - PEAK_SHARE)
    if not total or peak - floor < CONTRAST_MIN:
        return None
    low, high = (round(floor + share * (peak - floor)) for share in LEVELS)
    above = [0] * (floor + 1) + histogram[floor + 1 :]
    return Ink(image=image, floor=floor, level=min(max(otsu(above), low), high))


def _folded(histogram: list[int], middle: int) -> list[int]:
    folded = [0] * (PIXEL_MAX + 1)
    for value, count in enumerate(histogram):
        folded[abs(value - middle)] += count
    return folded
