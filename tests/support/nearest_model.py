"""A real model without training, for tests of what is read: the nearest of some images of MNIST's training file."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from contract.canonical import canonical
from contract.digit import CANONICAL_FORMS, PIXELS
from tests.support.photographs import mnist_digits

KNOWN = 6000
"""So many images are known: about 96 of 100 test images are read right."""

SOFTNESS = 100.0
"""A digit that is so much nearer than another, in grey values over the whole image, is e times as likely."""

STRANGE = 1700.0
"""At this distance an image is as likely to be no digit: what is said of it is then spread over all ten."""

Rows = NDArray[np.uint8]
Scores = NDArray[np.float64]


@functools.cache
def _known() -> tuple[NDArray[np.float32], NDArray[np.uint8], NDArray[np.float32]]:
    images, labels = mnist_digits("train")
    rows = canonical(images[:KNOWN].reshape(-1, PIXELS), CANONICAL_FORMS[-1]).astype(np.float32)
    return rows, labels[:KNOWN], (rows**2).sum(axis=1)


def nearest(digits: Rows) -> Scores:
    """Give probabilities, shape (n, 10), of raw digits, shape (n, 784)."""
    known, labels, squares = _known()
    rows = canonical(digits, CANONICAL_FORMS[-1]).astype(np.float32)
    apart = squares - 2 * rows @ known.T + (rows**2).sum(axis=1)[:, None]
    distances = np.sqrt(np.maximum(apart, 0)).astype(np.float64)
    least = np.stack([distances[:, labels == digit].min(axis=1) for digit in range(10)], axis=1)
    with_stranger = np.column_stack([least, np.full(len(least), STRANGE)])
    likely = np.exp((with_stranger.min(axis=1, keepdims=True) - with_stranger) / SOFTNESS)
    likely = likely[:, :10] + likely[:, 10:] / 10
    scores: Scores = likely / likely.sum(axis=1, keepdims=True)
    return scores
