"""The IDX format of the MNIST files: bytes to arrays and back. Knows no file names and checks no digests.

Format: two zero bytes, a type byte (8 = unsigned byte), the number of dimensions, each size as a big-endian 32-bit
integer, then the values row by row (http://yann.lecun.com/exdb/mnist/, "The IDX file format").
"""

from __future__ import annotations

import math
import struct

import numpy as np
import numpy.typing as npt

from training.common.errors import DataError

_UNSIGNED_BYTE = 8


def decode_idx(content: bytes, *, name: str, dimensions: int) -> npt.NDArray[np.uint8]:
    """Turn the bytes of an IDX file of unsigned bytes into an array.

    Parameters
    ----------
    content
        the whole file, decompressed
    name
        what to call it in an error
    dimensions
        3 for images, 1 for labels

    Returns
    -------
    numpy.ndarray
        uint8, of the shape in the header, read-only

    Raises
    ------
    DataError
        when the header is not that of such a file, or the length is not what the header promises
    """
    expected = bytes((0, 0, _UNSIGNED_BYTE, dimensions))
    header_bytes = 4 + 4 * dimensions
    if len(content) < header_bytes or content[:4] != expected:
        raise DataError(
            f"{name} is not an IDX file of {dimensions}-dimensional unsigned bytes: it begins with"
            f" {content[:4].hex() or 'nothing'}, expected {expected.hex()}; get a fresh copy"
        )
    shape = struct.unpack(f">{dimensions}I", content[4:header_bytes])
    if len(content) != header_bytes + math.prod(shape):
        raise DataError(
            f"{name} has {len(content)} bytes, its header says {header_bytes + math.prod(shape)}; get a fresh copy"
        )
    return np.frombuffer(content, dtype=np.uint8, offset=header_bytes).reshape(shape)


def encode_idx(values: npt.NDArray[np.uint8]) -> bytes:
    """The IDX file of a uint8 array of any shape."""
    header = bytes((0, 0, _UNSIGNED_BYTE, values.ndim)) + struct.pack(f">{values.ndim}I", *values.shape)
    return header + values.tobytes()
