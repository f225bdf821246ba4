"""Read the classic `mnist.pkl.gz` without running what it says. Checks no digests: `training.data.sources` does, first.

The file is a pickle of three pairs (train 50,000, validation 10,000, test 10,000), each of float32 images in [0, 1)
and int64 labels. The floats are the raw bytes divided by 256, so times 256 gives back exactly the bytes; anything
that is not a whole number then is refused. A pickle is a program, so the unpickler admits nothing but what rebuilds
numpy arrays (https://docs.python.org/3/library/pickle.html#restricting-globals).
"""

from __future__ import annotations

import io
import pickle  # only through the restricted unpickler below
from typing import Any

import numpy as np
import numpy.typing as npt

from contract.digit import PIXELS
from training.common.errors import DataError
from training.data.dataset import Split
from training.data.mnist import TEST_COUNT, TRAIN_COUNT, VALIDATION_COUNT

_RECONSTRUCT = np.empty(0).__reduce__()[0]
_ADMITTED: dict[tuple[str, str], Any] = {
    ("numpy.core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy._core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}
_SCALE = 256


class _ArraysOnly(pickle.Unpickler):
    """An unpickler that knows how to rebuild arrays and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ADMITTED:
            raise DataError(
                f"the pickle asks for {module}.{name}, allowed are plain numpy arrays; do not trust this file"
            )
        return _ADMITTED[module, name]


def decode_pickle(content: bytes, *, name: str) -> tuple[Split, Split]:
    """Turn the decompressed pickle into MNIST's training file (60,000, in its order) and test file (10,000).

    Parameters
    ----------
    content
        the pickle, decompressed
    name
        what to call it in an error

    Raises
    ------
    DataError
        when it asks for anything but arrays, or holds something else than the three pairs described above
    """
    parts = [_split(pair, name) for pair in _three_pairs(_unpickle(content, name), name)]
    counts = [len(part) for part in parts]
    if counts != [TRAIN_COUNT, VALIDATION_COUNT, TEST_COUNT]:
        raise DataError(f"{name} holds {counts} images, expected {[TRAIN_COUNT, VALIDATION_COUNT, TEST_COUNT]}")
    train, validation, test = parts
    training = Split(
        images=np.concatenate((train.images, validation.images)),
        labels=np.concatenate((train.labels, validation.labels)),
    )
    return training, test


def _unpickle(content: bytes, name: str) -> Any:
    try:
        # latin1: Python 2 wrote it, and its byte strings must come back byte for byte
        return _ArraysOnly(io.BytesIO(content), encoding="latin1").load()
    except DataError:
        raise
    except Exception as problem:  # noqa: BLE001  a damaged pickle can raise anything
        raise DataError(
            f"{name} is not a readable pickle ({type(problem).__name__}: {problem}); get a fresh copy"
        ) from None


def _three_pairs(value: Any, name: str) -> list[tuple[Any, Any]]:
    is_right = (
        isinstance(value, tuple | list)
        and len(value) == 3
        and all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in value)
        and all(isinstance(array, np.ndarray) for pair in value for array in pair)
    )
    if not is_right:
        raise DataError(f"{name} does not hold three pairs of images and labels; get a fresh copy")
    return [(pair[0], pair[1]) for pair in value]


def _split(pair: tuple[Any, Any], name: str) -> Split:
    images, labels = pair
    if images.dtype.kind != "f" or images.ndim != 2 or images.shape[1] != PIXELS or labels.dtype.kind not in "iu":
        raise DataError(
            f"{name} holds images of {images.dtype} {images.shape} and labels of {labels.dtype},"
            f" expected floats of shape (n, {PIXELS}) and integers; get a fresh copy"
        )
    return Split(images=_to_bytes(images, name), labels=labels.astype(np.uint8))


def _to_bytes(images: npt.NDArray[np.floating[Any]], name: str) -> npt.NDArray[np.uint8]:
    """Undo the division by 256: floats in [0, 1) to uint8, exactly."""
    scaled = images * np.float32(_SCALE)
    # not (a and b), so that NaN is refused too
    if not (scaled.min() >= 0 and scaled.max() < _SCALE):
        raise DataError(
            f"{name} holds pixels from {images.min()} to {images.max()}, allowed is [0, 1); get a fresh copy"
        )
    pixels = scaled.astype(np.uint8)
    if not np.array_equal(pixels, scaled):
        raise DataError(f"{name} holds pixels that are not a whole number of 256ths; get a fresh copy")
    return pixels
