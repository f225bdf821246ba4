"""Pictures as people make them, by kind: MNIST's test digits or a pen's, on what has misled readers of digits before.

Each kind is a function of a number: the same number gives the same picture. `photographs` draws and lights the sheets;
here is what is special of a kind.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from tests.support.nearest_model import nearest
from tests.support.photographs import (
    BLUE,
    BOARD,
    CHALK,
    PENCIL,
    WOOD,
    Scene,
    drawn,
    mnist_digits,
    photograph,
    stroke,
)

Bytes = NDArray[np.uint8]
PNG, JPEG = "image/png", "image/jpeg"
SURE = 0.8
"""Digits that the model of the tests reads with less than this from the data set itself are not used."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """A picture and what is on it: digits in reading order, whether it is one digit, how far it must be turned."""

    body: bytes
    media_type: str
    truth: str
    one: bool = False
    turned: int = 0


@functools.cache
def digits_by_label() -> Mapping[int, Sequence[int]]:
    """Give the places of some test digits, by label, that the model reads right as they are."""
    images, labels = mnist_digits()
    scores = nearest(images[:400].reshape(400, -1))
    right = (scores.argmax(axis=1) == labels[:400]) & (scores.max(axis=1) > SURE)
    return {label: np.flatnonzero(right & (labels[:400] == label)).tolist() for label in range(10)}


def encoded(image: Image.Image, media_type: str = PNG, **options: Any) -> bytes:
    """Encode a picture."""
    file = io.BytesIO()
    image.save(file, "PNG" if media_type == PNG else "JPEG", **options)
    return file.getvalue()


def thinned(digits: Bytes, share: float) -> Bytes:
    """Give digits, uint8 of shape (n, side, side), eight times as large with strokes of a share of their width."""
    return np.stack([_thinned(digit, share) for digit in digits])


def _thinned(digit: Bytes, share: float) -> Bytes:
    large = cv2.resize(digit, None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC)
    depth = cv2.distanceTransform((large > 110).astype(np.uint8), cv2.DIST_L2, 5)
    ridge = cv2.dilate(depth, np.ones((17, 17), np.uint8))
    return np.asarray(255 * ((depth > (1 - share) * ridge) & (depth > 0)), np.uint8)


def sheet(scene: Scene, seed: int, pen: float = 1.0) -> tuple[Image.Image, str]:
    """Give a photograph of a sheet of a scene, its strokes a share of their width, and what is written on it."""
    chance = np.random.default_rng(seed)
    labels = "".join(str(each) for _ in range(3) for each in chance.permutation(10).tolist())[
        : scene.rows * scene.columns
    ]
    digits = np.stack([some(int(label), int(chance.integers(100))) for label in labels])
    digits = thinned(digits, pen) if pen < 1 else digits
    return photograph(scene, digits, range(len(labels)), seed).image, labels


def written(scene: Scene, seed: int, *, pen: float = 1.0, one: bool = False) -> Made:
    """Give a photograph as a file."""
    image, truth = sheet(scene, seed, pen)
    return Made(body=encoded(image, JPEG, quality=scene.quality), media_type=JPEG, truth=truth, one=one)


def some(label: int, seed: int) -> Bytes:
    """Give one test digit of a label."""
    known = digits_by_label()[label]
    digit: Bytes = mnist_digits()[0][known[seed % len(known)]]
    return digit


SHEET = Scene(size=(900, 700), rows=2, columns=4, light=0.8, noise=3, turn=1.5)
ONE = Scene(size=(400, 400), rows=1, columns=1, height=(0.6, 0.8), noise=3, turn=0)


def thin_pens(seed: int) -> Made:
    """Strokes of a third of the width that the data set has, on sheets and alone."""
    if seed % 2:
        return written(ONE, seed, pen=0.35, one=True)
    return written(replace(SHEET, noise=2), seed, pen=0.35)


def faint_pencil(seed: int) -> Made:
    """Strokes that take a fifth to a third of the paper's light."""
    grey = 165 + 5 * (seed % 4)
    return written(replace(SHEET, ink=(grey, grey, grey + 3), light=0.85), seed)


def shadow(seed: int) -> Made:
    """The shadow of a hand, light that falls off, and both; every second picture is called one digit."""
    dark: dict[str, Any] = {"light": 0.4 + 0.1 * (seed % 3), "shadow": (0.45, 0.6, None)[seed % 3]}
    return written(replace(ONE if seed % 2 else SHEET, **dark), seed, one=bool(seed % 2))


def thin_pens_of_either_polarity(seed: int) -> Made:
    """Full pages of fine writing, dark on light and light on dark."""
    colours: dict[str, Any] = {"paper": BOARD, "ink": CHALK} if seed % 2 else {}
    return written(replace(SHEET, size=(1200, 900), rows=4, columns=5, **colours), seed, pen=0.45)


def as_tall_as_the_strip(seed: int) -> Made:
    """A row of digits cut out closely."""
    scene = replace(SHEET, size=(1000, 130), rows=1, columns=8, height=(0.98, 1.04), turn=0, light=1, blur=0.6)
    return written(scene, seed)


def ruled_and_squared(seed: int) -> Made:
    """Lined paper: level, in perspective, and with digits that stand at the border."""
    lines = ("ruled", "squared")[seed % 2]
    image, truth = sheet(replace(SHEET, lines=lines, turn=0, line_width=2, ink=BLUE), seed)
    if seed % 3 == 1:
        lean = 0.03 * image.height
        corners = np.array([[0, 0], [image.width, 0], [image.width, image.height], [0, image.height]], np.float32)
        seen = corners + np.array([[2 * lean, lean], [-lean, 0], [0, -lean], [lean, 0]], np.float32)
        matrix = cv2.getPerspectiveTransform(seen, corners)
        image = Image.fromarray(cv2.warpPerspective(np.asarray(image), matrix, image.size))
    if seed % 3 == 2:
        image = image.crop((int(0.07 * image.width), int(0.1 * image.height), image.width, image.height))
    return Made(body=encoded(image, JPEG, quality=85), media_type=JPEG, truth=truth)


def dark_squares(seed: int) -> Made:
    """Squared paper whose lines are dark, or broad; the sheet is turned a little."""
    colour, width = (((70, 80, 120), 2), ((130, 140, 170), 3))[seed % 2]
    return written(replace(SHEET, lines="squared", line_colour=colour, line_width=width, turn=seed % 3), seed)


def a_nought_that_fills_its_picture(seed: int) -> Made:
    """An oval that is no sheet of paper, in either way of calling."""
    ring = ImageOps.invert(drawn(0, 300, 0.05 + 0.03 * (seed % 4), 0, np.random.default_rng(seed)))
    image = ImageOps.expand(ring, 6 + 2 * (seed % 3), 255)
    if seed % 4 == 3:
        image = ImageOps.invert(image)
    return Made(body=encoded(image), media_type=PNG, truth="0", one=seed % 2 == 0)


def margins_holes_and_desks(seed: int) -> Made:
    """What is around the writing: a red margin and the holes of a binder, or the desk beside the paper."""
    if seed % 2:
        return written(replace(SHEET, desk=WOOD if seed % 4 == 1 else (60, 62, 70), turn=3 - seed), seed)
    image, truth = sheet(replace(SHEET, lines="ruled" if seed % 4 else "", turn=0), seed)
    wide = ImageOps.expand(image, (110, 0, 0, 0), tuple(np.asarray(image)[5, 5].tolist()))
    draw = ImageDraw.Draw(wide)
    draw.line((100, 0, 100, wide.height), (215, 120, 125), 3)
    for y in (160, 540):
        draw.ellipse((25, y, 55, y + 30), (50, 45, 40))
    return Made(body=encoded(wide, JPEG, quality=88), media_type=JPEG, truth=truth)


def what_reaches_in(seed: int) -> Made:
    """A thumb at the side, the dark edge of a table below, or the coarse grain of cardboard; the digits are small."""
    scene = replace(SHEET, size=(1200, 900), rows=1, columns=4, height=(0.08, 0.1), turn=0, noise=1)
    image, truth = sheet(scene, seed, 0.5)
    width, height = image.size
    cover, chance = Image.new("L", image.size, 0), np.random.default_rng(seed)
    draw = ImageDraw.Draw(cover)
    if seed % 3 == 0:
        draw.ellipse((-90, height - 330, 80, height - 90), 90)
    elif seed % 3 == 1:
        draw.rectangle((0, height - 130, width, height), 200)
    else:
        for x, y in chance.uniform((0, 0.6 * height), (width, height), (900, 2)):
            draw.line((x, y, x + chance.uniform(4, 26), y + chance.uniform(-3, 3)), 35, 4)
    dark = Image.new("RGB", image.size, (70, 60, 55))
    image.paste(dark, (0, 0), cover.filter(ImageFilter.GaussianBlur(12 if seed % 3 < 2 else 1)))
    return Made(body=encoded(image, JPEG, quality=88), media_type=JPEG, truth=truth)


def framed_digits(seed: int) -> Made:
    """One digit on a screen with a rim on two sides, or between the lines of a form that are longer than it."""
    label = seed % 10
    image = ImageOps.expand(stroke(some(label, seed), 240), 90, 0)
    draw = ImageDraw.Draw(image)
    if seed % 2:
        draw.line((0, image.height - 2, 0, 0, image.width - 2, 0), 255, 4)
    else:
        image = ImageOps.invert(image)
        draw = ImageDraw.Draw(image)
        for y in (60, image.height - 60):
            draw.line((0, y, image.width - 9, y + 2), 0, 9)
    return Made(body=encoded(image), media_type=PNG, truth=str(label), one=True)


def columns_of_a_form(seed: int) -> Made:
    """Upright strokes below each other between the fine lines of a form."""
    cell, side, chance = 114, 8, np.random.default_rng(seed)
    labels = [(1, 4, 7, 9)[(seed + place) % 4] for place in range(side)]
    image = Image.new("L", (10 * cell, side * cell), 250)
    draw = ImageDraw.Draw(image)
    for place in range(0, 10 * cell, cell):
        draw.line((place, 0, place, image.height), 60, 3)
        draw.line((0, place, image.width, place), 60, 3)
    for row in range(side):
        for column, label in enumerate(labels):
            digit = drawn(label, 74, 0.1, 0, chance)
            ink = Image.new("L", digit.size, 20)
            image.paste(ink, (column * cell + (cell - digit.width) // 2, row * cell + 20), digit)
    return Made(body=encoded(image), media_type=PNG, truth="".join(map(str, labels)) * side)


def desks_in_shadow(seed: int) -> Made:
    """The shadow of a hand over paper and desk: paper in shadow is hardly brighter than a lit desk."""
    return written(replace(SHEET, size=(1200, 900), desk=WOOD, shadow=0.5, turn=4 - 2 * (seed % 4)), seed)


def transparent(seed: int) -> Made:
    """Everything that programs leave of a digit whose paper was taken away."""
    label = seed % 10
    soft = ImageOps.expand(stroke(some(label, seed), 180), 50, 0)
    hard, full = soft.point(lambda value: 255 * (value > 10)), Image.new("L", soft.size, 255)
    margin = ImageOps.expand(full.crop((0, 0, full.width - 50, full.height - 50)), 25, 0)
    layers = {
        "dark ink": (full.point(lambda _: 20), soft),
        "white ink": (full, soft),
        "white ink, premultiplied": (soft, soft),
        "light ink with a dark rim": (soft, hard),
        "dark ink with a light rim": (ImageOps.invert(soft), hard),
        "dark sheet in a margin": (soft, margin),
        "white sheet in a margin": (ImageOps.invert(soft), margin),
    }
    if seed % 8 == 7:  # black made transparent by tRNS
        return Made(body=encoded(soft, PNG, transparency=0), media_type=PNG, truth=str(label), one=True)
    grey, alpha = list(layers.values())[seed % 8]
    body = encoded(Image.merge("RGBA", (grey, grey, grey, alpha)))
    return Made(body=body, media_type=PNG, truth=str(label), one=True)


def sixteen_bits(seed: int) -> Made:
    """Files of 16 bits whose values are those of 8, 10, 12 or 14, or a narrow part of all."""
    label, white = seed % 10, (255, 1023, 4095, 16383, 65535, 30000)[seed % 6]
    black = 20_000 if white == 30_000 else 0
    soft = ImageOps.expand(stroke(some(label, seed), 180), 50, 0)
    values = black + (white - black) * (1 - np.asarray(soft, np.float64) / 255)
    return Made(body=encoded(Image.fromarray(values.astype(np.uint16))), media_type=PNG, truth=str(label), one=True)


def sideways(seed: int) -> Made:
    """Sheets that lie, without an orientation in the file."""
    image, truth = sheet(replace(SHEET, size=(900, 500)), seed)
    turned = 90 if seed % 2 else 270
    return Made(body=encoded(image.rotate(turned, expand=True), JPEG), media_type=JPEG, truth=truth, turned=turned)


def touching_pairs(seed: int) -> Made:
    """Every second digit touches the one before it."""
    return written(replace(SHEET, pairs=True, columns=4, turn=0), seed)


def signs_and_scribble(seed: int) -> Made:
    """Digits among signs of arithmetic, dots and scribble."""
    image, truth = sheet(replace(SHEET, rows=1, columns=6, size=(1000, 300), turn=0), seed)
    whole = Image.new("RGB", (1000, 520), tuple(np.asarray(image)[5, 5].tolist()))
    whole.paste(image, (0, 0))
    draw, chance = ImageDraw.Draw(whole), np.random.default_rng(seed)
    ink, x, y = (40, 40, 45), 150, 400
    if seed % 3 == 0:  # plus, minus, equals
        draw.line((x - 35, y, x + 35, y), ink, 12)
        draw.line((x, y - 35, x, y + 35), ink, 12)
        draw.line((x + 200, y, x + 290, y), ink, 12)
        for level in (y - 14, y + 14):
            draw.line((x + 420, level, x + 500, level), ink, 10)
    elif seed % 3 == 1:  # dots, commas and ticks
        for left in (100, 300, 500):
            draw.ellipse((left, y, left + 14, y + 14), ink)
            draw.line((left + 60, y, left + 52, y + 22), ink, 9)
    else:
        points = [(x + 300 * step / 40 + chance.uniform(-60, 60), y + chance.uniform(-70, 70)) for step in range(40)]
        draw.line(points, ink, 8, joint="curve")
    soft = whole.filter(ImageFilter.GaussianBlur(0.8))
    return Made(body=encoded(soft, JPEG, quality=88), media_type=JPEG, truth=truth)


def pencil_on_a_phone(seed: int) -> Made:
    """Grey strokes in a noisy picture of little contrast, compressed hard."""
    return written(replace(SHEET, ink=PENCIL, paper=(180, 178, 172), noise=9, blur=1.5, quality=50, light=0.6), seed)


KINDS: Mapping[str, Callable[[int], Made]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        thin_pens,
        faint_pencil,
        shadow,
        thin_pens_of_either_polarity,
        as_tall_as_the_strip,
        ruled_and_squared,
        dark_squares,
        a_nought_that_fills_its_picture,
        margins_holes_and_desks,
        what_reaches_in,
        framed_digits,
        columns_of_a_form,
        desks_in_shadow,
        transparent,
        sixteen_bits,
        sideways,
        touching_pairs,
        signs_and_scribble,
        pencil_on_a_phone,
    )
}
