"""Distorted copies: the same for the same seed, different for another, and still the digit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from training.data.distortion import distorted


def strokes(count: int) -> npt.NDArray[np.uint8]:
    """A cross of strokes three pixels wide, in the middle of each image."""
    field = np.zeros((count, 28, 28), dtype=np.uint8)
    field[:, 4:24, 12:15] = 255
    field[:, 12:15, 6:22] = 255
    return field.reshape(count, 784)


def test_the_same_seed_gives_the_same_copies_and_every_image_another() -> None:
    first = distorted(strokes(40), seed=1)
    assert np.array_equal(first, distorted(strokes(40), seed=1))
    assert not np.array_equal(first, distorted(strokes(40), seed=2))
    assert len({image.tobytes() for image in first}) == 40


def test_a_copy_is_near_its_image_with_thinner_or_thicker_strokes() -> None:
    images = strokes(200)
    copies = distorted(images, seed=3).reshape(-1, 28, 28).astype(float)
    ink = copies.sum(axis=(1, 2)) / images[0].sum()
    assert 0.4 < ink.min() < 0.85
    assert 1.15 < ink.max() < 1.7
    y, x = np.mgrid[0:28, 0:28]
    for axis in (y, x):
        centre = (copies * axis).sum(axis=(1, 2)) / copies.sum(axis=(1, 2))
        assert abs(centre - 13.5).max() < 2.5
    assert (copies.max(axis=(1, 2)) > 200).all()


def test_a_blank_stays_blank() -> None:
    assert not distorted(np.zeros((3, 784), dtype=np.uint8), seed=1).any()
