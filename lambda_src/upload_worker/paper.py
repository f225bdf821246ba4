"""Finding a sheet of paper on a darker desk: where digits may be, and where grain and edges are none of ours. Pure.

Paper is one bright region, nearly all of its own convex hull, much brighter than what is around. Where there is no such
region the whole picture is paper. Works on a map of few cells.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFilter

from prediction.limits import PIXEL_MAX
from upload_worker.strokes import Stroke, find_strokes

MAP_SIDE = 128
"""Longest side of the map, in cells: a cell is finer than the margin between a digit and the edge of its paper."""

BRIGHTER = 1.8
"""Paper is this many times as bright as the desk; a shadow is seldom that dark, a desk of light wood is not."""

AREA_MIN = 0.15
"""Smallest share of the picture that is a sheet; less is a label, a reflection or a thick light stroke."""

AREA_MAX = 0.97
"""From this share on there is no desk worth speaking of."""

SOLID = 0.85
"""Share of its hull that paper fills: digits are few and thin on it. A light digit has holes and bays."""

ANGULAR = 0.8
"""Share of its tightest rectangle that the hull fills: a sheet seen aslant does, a round digit does not."""

EDGE_CELLS = 1
"""Cells inside the edge that do not count as paper: its edge is soft, and casts a shadow."""

Point = tuple[float, float]


def find_paper(grey: Image.Image) -> Image.Image | None:
    """Find a sheet that does not fill the picture.

    Parameters
    ----------
    grey
        Mode `L`.

    Returns
    -------
    PIL.Image.Image or None
        Mode `L`, same size, 255 inside the sheet; None if everything is paper.
    """
    cell = max(1, -(-max(grey.size) // MAP_SIDE))
    cells = grey.reduce(cell).filter(ImageFilter.MaxFilter(3)).filter(ImageFilter.MinFilter(3))
    for level in _levels(cells.histogram()):
        inside = _sheet(cells, level)
        if inside is not None:
            for _ in range(EDGE_CELLS):
                inside = inside.filter(ImageFilter.MinFilter(3))
            large = inside.resize((cells.width * cell, cells.height * cell), Image.Resampling.NEAREST)
            return large.crop((0, 0, *grey.size))
    return None


def _levels(histogram: Sequence[int]) -> list[int]:
    """Give grey values that may separate paper from desk, where shadow or light makes three shades of two."""
    first = otsu(histogram)
    lower, upper = list(histogram), list(histogram)
    lower[first + 1 :] = [0] * (PIXEL_MAX - first)
    upper[: first + 1] = [0] * (first + 1)
    return [first, otsu(lower), otsu(upper)]


def _sheet(cells: Image.Image, level: int) -> Image.Image | None:
    """Give the sheet that is brighter than a level, as a mask of cells."""
    strokes = find_strokes(cells.point([PIXEL_MAX if value > level else 0 for value in range(PIXEL_MAX + 1)]))
    if not strokes:
        return None
    sheet = max(strokes, key=lambda stroke: stroke.area)
    corners = hull(sheet)
    if not _is_sheet(sheet, corners, cells):
        return None
    inside = Image.new("L", cells.size)
    ImageDraw.Draw(inside).polygon(corners, fill=PIXEL_MAX)
    return inside if _contrast(cells, inside) >= BRIGHTER else None


def otsu(histogram: Sequence[int]) -> int:
    """Give the grey value that separates dark from light best (Otsu 1979): the last one that is dark."""
    total, mass = sum(histogram), sum(value * count for value, count in enumerate(histogram))
    best, level, dark, dark_mass = -1.0, 0, 0, 0
    for value, count in enumerate(histogram):
        dark, dark_mass = dark + count, dark_mass + value * count
        if dark == 0 or dark == total:
            continue
        between = (dark_mass * total - mass * dark) ** 2 / (dark * (total - dark))
        if between > best:
            best, level = between, value
    return level


def hull(stroke: Stroke) -> list[Point]:
    """Give the corners of the convex hull of a region (Andrew's monotone chain), in order around it."""
    ends = [
        (x, row) for row, spans in stroke.lines.items() for x in (min(spans)[0], max(spans, key=lambda s: s[1])[1] - 1)
    ]
    points = sorted(set(ends))
    if len(points) < 3:
        return [(float(x), float(y)) for x, y in points]
    chains = []
    for ordered in (points, points[::-1]):
        chain: list[tuple[int, int]] = []
        for x, y in ordered:
            while len(chain) > 1 and (chain[-1][0] - chain[-2][0]) * (y - chain[-2][1]) <= (
                chain[-1][1] - chain[-2][1]
            ) * (x - chain[-2][0]):
                chain.pop()
            chain.append((x, y))
        chains.append(chain[:-1])
    return [(float(x), float(y)) for chain in chains for x, y in chain]


def _is_sheet(sheet: Stroke, corners: list[Point], cells: Image.Image) -> bool:
    area = _polygon_area(corners)
    share = area / ((cells.width - 1) * (cells.height - 1) or 1)
    return AREA_MIN <= share <= AREA_MAX and sheet.area >= SOLID * area and area >= ANGULAR * _rectangle_area(corners)


def _polygon_area(corners: list[Point]) -> float:
    pairs = zip(corners, corners[1:] + corners[:1], strict=True)
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)) / 2


def _rectangle_area(corners: list[Point]) -> float:
    """Area of the smallest rectangle around a hull; one of its sides lies along one of the hull's."""
    areas = []
    for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
        length = math.hypot(x1 - x0, y1 - y0)
        if length:
            u, v = (x1 - x0) / length, (y1 - y0) / length
            along = [x * u + y * v for x, y in corners]
            across = [y * u - x * v for x, y in corners]
            areas.append((max(along) - min(along)) * (max(across) - min(across)))
    return min(areas, default=0.0)


def _contrast(cells: Image.Image, inside: Image.Image) -> float:
    outside = inside.filter(ImageFilter.MaxFilter(3)).point([PIXEL_MAX] + [0] * PIXEL_MAX)
    return _median(cells.histogram(inside)) / max(1, _median(cells.histogram(outside)))


def _median(histogram: Sequence[int]) -> int:
    half, seen = sum(histogram) / 2, 0
    for value, count in enumerate(histogram):
        seen += count
        if seen >= half:
            return value
    return 0
