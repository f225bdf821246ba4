"""Reads comma-separated integers of one to three digits (pixels) with a few numpy operations on the bytes.

It is a short cut, not a parser: whatever is not exactly such text is left to
`sagemaker_local.container.serving.csv_payload`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_NUMERALS_AND_SEPARATORS = b"0123456789,\n"
_COMMA, _NEWLINE, _ZERO = 44, 10, 48
_SNIFFED_BYTES = 512


def read_small_integers(text: bytes) -> npt.NDArray[np.float32] | None:
    r"""Read rows such as `0,17,255` divided by `\n`.

    Parameters
    ----------
    text
        ASCII, without white space around it.

    Returns
    -------
    npt.NDArray[np.float32] or None
        Shape (rows, columns); `None` when the text is anything but equally long rows of at least two integers of one to
        three digits, or when its first 512 bytes hold no comma.
    """
    if text.translate(None, _NUMERALS_AND_SEPARATORS) or b"," not in text[:_SNIFFED_BYTES].split(b"\n", 1)[0]:
        return None
    characters = np.frombuffer(text + b"\n", np.uint8)
    ends = np.flatnonzero(characters < _ZERO)
    lengths = np.diff(ends, prepend=-1) - 1
    columns = _columns(characters[ends])
    if columns is None or lengths.min() < 1 or lengths.max() > 3:
        return None
    return _values(characters, ends, lengths).reshape(-1, columns)


def _columns(separators: npt.NDArray[np.uint8]) -> int | None:
    """Return the length that every row has, or `None` when they differ."""
    row_ends = np.flatnonzero(separators == _NEWLINE)
    columns = int(row_ends[0]) + 1
    if len(separators) % columns or not np.array_equal(row_ends, np.arange(columns - 1, len(separators), columns)):
        return None
    return columns


def _values(
    characters: npt.NDArray[np.uint8], ends: npt.NDArray[np.intp], lengths: npt.NDArray[np.intp]
) -> npt.NDArray[np.float32]:
    digits = characters.astype(np.float32) - _ZERO
    values = digits[ends - 1]
    # A shorter number's missing digits would be bytes of the numbers beside it, so they are multiplied away.
    values += 10 * digits[ends - 2] * (lengths > 1)
    values += 100 * digits[ends - 3] * (lengths > 2)
    return values
