"""Turns a CSV request body into a matrix, cell for cell as the container does.

The container sniffs the delimiter on the first 512 characters, splits without any notion of quotes, reads an empty
cell as missing and everything else as Python's `float` does. Bodies of plain numbers take a short cut to the same
result.
"""

from __future__ import annotations

import csv
from typing import Final

import numpy as np
import numpy.typing as npt

from sagemaker_local.container.serving.small_integers import read_small_integers

SNIFFED_CHARACTERS: Final = 512
_PLAIN = b"0123456789.,-+eE\n"

FloatMatrix = npt.NDArray[np.float32] | npt.NDArray[np.float64]


def read_csv(body: bytes) -> FloatMatrix:
    """Read a body of delimiter-separated numbers.

    Parameters
    ----------
    body
        UTF-8 text, a row a line, without header; the delimiter is found by `csv.Sniffer`.

    Returns
    -------
    FloatMatrix
        Shape (rows, columns); missing cells are NaN. float32 when every cell is an integer of up to three digits (exact
        in both widths), else float64.

    Raises
    ------
    ValueError, csv.Error
        If a cell is no number, the rows differ in length, or no delimiter can be determined.
    """
    stripped = body.strip()
    small = read_small_integers(stripped)
    if small is not None:
        return small
    text = stripped.decode("utf-8")
    if _is_plain_comma_text(stripped):
        return _read_plain(text)
    return _read_any(text, _sniffed_delimiter(text))


def _read_plain(text: str) -> FloatMatrix:
    """Read complete rows directly; numpy's own way over strings, three times slower, knows what to say about others."""
    try:
        return np.array([[float(cell) for cell in line.split(",")] for line in text.split("\n")])
    except ValueError:
        return _read_any(text, ",")


def _read_any(text: str, delimiter: str) -> FloatMatrix:
    return np.array([_cells(line, delimiter) for line in text.split("\n")]).astype(float)


def _is_plain_comma_text(stripped: bytes) -> bool:
    """Whether the sniffer would answer a comma: nothing quoted, and a comma among the characters it looks at.

    Of several candidates on one line it takes its preferred one, and the comma comes first.
    """
    first_line = stripped[: SNIFFED_CHARACTERS + 1].split(b"\n", 1)[0][:SNIFFED_CHARACTERS]
    return b"," in first_line and not stripped.translate(None, _PLAIN)


def _sniffed_delimiter(text: str) -> str:
    found = csv.Sniffer().sniff(text.split("\n", 1)[0][:SNIFFED_CHARACTERS]).delimiter
    return "," if found.isalnum() else found


def _cells(line: str, delimiter: str) -> list[str]:
    return ["nan" if cell == "" else cell for cell in line.split(delimiter)]
