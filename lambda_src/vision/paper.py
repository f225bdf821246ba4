"""Finding a sheet of paper on a darker desk: where digits may be, and where grain and edges are none of ours. Pure.

Paper is one bright region, nearly all of its own convex hull, much brighter than what is around. Where there is no such
region the whole picture is paper. Works on a map of few cells.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter

from contract.digit import PIXEL_MAX
from vision.histograms import quantile
from vision.strokes import Stroke, find_strokes

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

LEVELS = 8
"""Grey values that are tried to tell paper from desk."""

ACROSS_EDGE = 3
"""Cells from the edge at which paper and desk are compared."""

EDGE_CELLS = 1
"""Cells inside the edge that do not count as paper: its edge is soft, and casts a shadow."""

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A sheet that does not fill the picture.

    Attributes
    ----------
    inside
        Mode `L`, as large as the picture, 255 inside the sheet.
    contrast
        How many times brighter than the desk it is along three quarters of its edge.
    likeness
        The same, less where it is not solid or not angular: to choose among sheets.
    """

    inside: Image.Image
    contrast: float
    likeness: float


def find_paper(grey: Image.Image) -> Paper | None:
    """Find the sheet on a picture of mode `L`; None if everything is paper."""
    cell = max(1, -(-max(grey.size) // MAP_SIDE))
    cells = grey.reduce(cell).filter(ImageFilter.MaxFilter(3)).filter(ImageFilter.MinFilter(3))
    sheets = [sheet for level in _levels(cells.histogram()) if (sheet := _sheet(cells, level))]
    if not sheets:
        return None
    sheet = max(sheets, key=lambda sheet: sheet.likeness)
    inside = sheet.inside.filter(ImageFilter.MinFilter(2 * EDGE_CELLS + 1))
    large = inside.resize((cells.width * cell, cells.height * cell), Image.Resampling.NEAREST)
    return Paper(inside=large.crop((0, 0, *grey.size)), contrast=sheet.contrast, likeness=sheet.likeness)


def _levels(histogram: Sequence[int]) -> list[int]:
    """Give grey values that may separate paper from desk: light and shadow make many shades of two."""
    darkest, brightest = (quantile(histogram, share) for share in (0.02, 0.98))
    return [darkest + (brightest - darkest) * number // (LEVELS + 1) for number in range(1, LEVELS + 1)]


def _sheet(cells: Image.Image, level: int) -> Paper | None:
    """Give the sheet that is brighter than a level, in cells."""
    strokes = find_strokes(cells.point([PIXEL_MAX if value > level else 0 for value in range(PIXEL_MAX + 1)]))
    if not strokes:
        return None
    sheet = max(strokes, key=lambda stroke: stroke.area)
    corners = hull(sheet)
    area = _polygon_area(corners)
    share = area / max(1, (cells.width - 1) * (cells.height - 1))
    if not AREA_MIN <= share <= AREA_MAX:
        return None
    solid, angular = min(1.0, sheet.area / area), area / _rectangle_area(corners)
    contrast = _contrast(cells, corners)
    if solid < SOLID or angular < ANGULAR or contrast < BRIGHTER:
        return None
    inside = Image.new("L", cells.size)
    ImageDraw.Draw(inside).polygon(corners, fill=PIXEL_MAX)
    return Paper(inside=inside, contrast=contrast, likeness=contrast * solid * angular)


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


def _contrast(cells: Image.Image, corners: list[Point]) -> float:
    """Compare both sides of the edge, place by place, because light may differ along it; give the lower quartile."""
    middle_x, middle_y = (sum(values) / len(corners) for values in zip(*corners, strict=True))
    values, ratios = cells.tobytes(), []
    for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
        for step in range(count := math.ceil(math.hypot(x1 - x0, y1 - y0))):
            x, y = x0 + (x1 - x0) * step / count, y0 + (y1 - y0) * step / count
            away = ACROSS_EDGE / max(1.0, math.hypot(x - middle_x, y - middle_y))
            inner, outer = (
                (round(x + sign * away * (x - middle_x)), round(y + sign * away * (y - middle_y))) for sign in (-1, 1)
            )
            if 0 <= outer[0] < cells.width and 0 <= outer[1] < cells.height:
                light, dark = (values[row * cells.width + column] for column, row in (inner, outer))
                ratios.append(light / max(1, dark))
    return sorted(ratios)[len(ratios) // 4] if ratios else 1.0
