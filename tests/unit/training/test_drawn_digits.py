"""Drawn digits: the same for the same seed, as large as MNIST's, and of the forms that they are named for."""

from __future__ import annotations

import numpy as np

from contract.canonical import canonical
from training.data.drawn_digits import FORMS, SHARES, drawn_digits


def test_the_same_seed_gives_the_same_digits_and_every_one_is_another() -> None:
    images, labels = drawn_digits(200, seed=1)
    again, same = drawn_digits(200, seed=1)
    assert np.array_equal(images, again)
    assert np.array_equal(labels, same)
    assert not np.array_equal(images, drawn_digits(200, seed=2)[0])
    assert len({image.tobytes() for image in images}) == 200


def test_every_form_has_its_share_and_a_count_is_kept() -> None:
    for count in (0, 1, SHARES, 10 * SHARES + 3):
        images, labels = drawn_digits(count, seed=1)
        assert images.shape == (count, 784)
        assert labels.shape == (count,)
        assert images.dtype == labels.dtype == np.uint8
    assert labels[: 10 * SHARES].tolist() == [form.digit for form in FORMS for _ in range(10 * form.share)]


def test_a_digit_is_ink_of_20_pixels_in_the_middle_of_a_blank_field() -> None:
    images, _ = drawn_digits(400, seed=3)
    field = images.reshape(-1, 28, 28)
    assert (field.max(axis=(1, 2)) == 255).all()
    assert not field[:, [0, 1, 2, 25, 26, 27]].any()
    assert not field[:, :, [0, 1, 2, 25, 26, 27]].any()
    sides = np.stack([(field.max(axis=axis) > 127).sum(axis=1) for axis in (1, 2)]).max(axis=0)
    assert sides.min() >= 18
    assert sides.max() <= 21


def test_the_canonical_form_keeps_their_ink() -> None:
    images, _ = drawn_digits(200, seed=4)
    ink = canonical(images, 1).sum(axis=1, dtype=np.int64) / images.sum(axis=1, dtype=np.int64)
    assert ink.min() > 0.6
    assert ink.max() < 1.7


def test_the_upstroke_of_a_1_begins_left_of_its_stem_and_below_its_top() -> None:
    ones = FORMS[0].points(lambda least, most: np.linspace(least, most, 50))
    (x, y), (top_x, top_y), (_, foot_y) = ones
    assert (x < top_x).all()
    assert (y > top_y + 0.1).all()
    assert (y < foot_y).all()
