"""Turns a libsvm request body into a sparse matrix as the container does: what is not stored is missing, not zero.

Labels and words without a colon are ignored, and indices are shifted down by one when none of them is 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped, unused-ignore]


def read_libsvm(body: bytes) -> csr_matrix:
    """Read a body of `index:value` pairs.

    Parameters
    ----------
    body
        UTF-8 text, a row a line, pairs divided by single spaces. A blank line inside is a row without values; such
        lines at the end are lost.

    Returns
    -------
    scipy.sparse.csr_matrix
        Shape (rows, highest index + 1), float64. Pairs that repeat an index of their row are added up.

    Raises
    ------
    ValueError
        If an index is no integer, a value no number, or there is no pair at all.
    """
    from scipy.sparse import csr_matrix  # a tenth of a second that most processes never need

    rows: list[int] = []
    columns: list[int] = []
    values: list[str] = []
    for number, line in enumerate(body.strip().decode("utf-8").split("\n")):
        for pair in line.split(" "):
            if ":" in pair:
                parts = pair.split(":")
                rows.append(number)
                columns.append(int(parts[0]))
                values.append(parts[1])
    data = np.array(values).astype(float)
    return csr_matrix((data, (np.array(rows), _zero_based(columns))))


def _zero_based(columns: list[int]) -> np.typing.NDArray[np.int_]:
    indices = np.array(columns).astype(int)
    return indices - 1 if len(indices) and indices.min() >= 1 else indices
