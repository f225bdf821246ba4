"""Telling a digit from specks: touching pixels make a stroke, and one far smaller than the largest is dirt. Pure."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter

from contract.digit import PIXEL_MAX

Box = tuple[int, int, int, int]

MAP_SIDE = 100
"""Longest side of the map on which strokes are told apart, in cells: coarse enough to be quick."""

INK_SHARE = 0.25
"""From this share of full ink on a pixel belongs to a stroke."""

CELL_SHARE = 0.2
"""From this share of its pixels on a cell of the map belongs to a stroke."""

STROKE_SHARE = 0.05
"""A stroke with less than this share of the largest stroke's area is a speck."""


def drop_specks(ink: Image.Image) -> tuple[Image.Image, Box] | None:
    """Keep the strokes of a digit.

    Parameters
    ----------
    ink
        Mode `L`, 0 is paper, 255 full ink.

    Returns
    -------
    (PIL.Image.Image, (int, int, int, int)) or None
        The same picture with everything but the strokes set to 0, and the box (left, upper, right, lower) around
        them. None if there are only specks.
    """
    scale = max(1, -(-max(ink.size) // MAP_SIDE))
    strokes = ink.point(_threshold(INK_SHARE))
    kept = _keep_large(strokes.reduce(scale).point(_threshold(CELL_SHARE)))
    grown = kept.filter(ImageFilter.MaxFilter(3))  # soft edges of strokes lie beside the cells that hold them
    mask = grown.resize((grown.width * scale, grown.height * scale), Image.Resampling.NEAREST).crop((0, 0, *ink.size))
    box = ImageChops.darker(strokes, mask).getbbox()
    return box and (ImageChops.darker(ink, mask), box)


def _threshold(share: float) -> list[int]:
    return [PIXEL_MAX if value > share * PIXEL_MAX else 0 for value in range(PIXEL_MAX + 1)]


def _keep_large(mask: Image.Image) -> Image.Image:
    components = _components(mask)
    smallest = STROKE_SHARE * max(map(len, components), default=0)
    pixels = bytearray(mask.width * mask.height)
    for component in components:
        if len(component) >= smallest:
            for place in component:
                pixels[place] = PIXEL_MAX
    return Image.frombytes("L", mask.size, bytes(pixels))


def _components(mask: Image.Image) -> list[list[int]]:
    width = mask.width + 1  # a column of paper on the right keeps the ends of lines apart
    padded = Image.new("L", (width, mask.height))
    padded.paste(mask)
    left = {place for place, value in enumerate(padded.tobytes()) if value}
    around = (-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1)
    found = []
    while left:
        component = [left.pop()]
        for place in component:
            near = {place + step for step in around} & left
            left -= near
            component.extend(near)
        found.append([place // width * mask.width + place % width for place in component])
    return found
