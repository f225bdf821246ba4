"""Rows of pixels as the CSV body that the endpoint takes. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from contract.digit import PIXEL_MAX

BODY_BYTES_MAX = 4 * 1000 * 1000
"""What a serverless endpoint takes in one request, read strictly."""

_DECIMAL = tuple(str(value) for value in range(PIXEL_MAX + 1))


def to_csv(rows: Iterable[bytes]) -> bytes:
    """Write rows as `text/csv`: one line a row, decimal integers with commas, no header.

    Parameters
    ----------
    rows
        Pixels 0..255, one byte each.
    """
    return b"\n".join(",".join(map(_DECIMAL.__getitem__, row)).encode("ascii") for row in rows)
