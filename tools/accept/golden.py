"""The golden digits: the first image of each digit among the 10,000 test images of MNIST, whatever was trained."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from tools.deployment import ROOT
from training.common.files import sha256_of_bytes
from training.data.idx import decode_idx
from training.data.mnist import IDX_SHA256, TEST_IMAGES, TEST_LABELS
from training.data.sources import NPM_FOLDER, check_digest, find_idx_file, read_maybe_gzipped


@cache
def golden_digits() -> NDArray[np.uint8]:
    """Ten images: `uint8`, shape `(10, 784)`, pixels 0..255 as MNIST has them; the image at 7 is a 7.

    Raises
    ------
    DataError
        If the npm package of MNIST is not installed, or damaged.
    """
    images, labels = _read(TEST_IMAGES, dimensions=3), _read(TEST_LABELS, dimensions=1)
    return np.stack([images[int(np.argmax(labels == digit))].reshape(-1) for digit in range(10)])


def _read(name: str, *, dimensions: int) -> NDArray[np.uint8]:
    path = find_idx_file(ROOT / NPM_FOLDER, name)
    content = read_maybe_gzipped(path)
    check_digest(str(path), sha256_of_bytes(content), IDX_SHA256[name])
    return decode_idx(content, name=name, dimensions=dimensions)
