"""Writes predictions in the media types of an answer, byte for byte as the container writes them.

Without selectable inference; that is `sagemaker_local.container.serving.selectable`.
"""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np

from sagemaker_local.container.serving import media_types


def encode_predictions(predictions: Any, media_type: str) -> bytes:
    """Write predictions.

    Parameters
    ----------
    predictions
        One number, or a list of numbers, a row each.
    media_type
        `text/csv`, `application/json` or `application/x-npy`.

    Raises
    ------
    TypeError
        If `predictions` is a lone number, which the container cannot write either.
    ValueError
        If the container has no writer for the media type.
    """
    if media_type == media_types.JSON:
        return json.dumps({"predictions": [{"score": score} for score in predictions]}).encode()
    if media_type == media_types.CSV:
        return _csv(predictions)
    if media_type == media_types.NPY:
        return _npy(predictions)
    message = f"no writer for the answer type {media_type!r}, expected text/csv or application/json"
    raise ValueError(message)


def encode_batch(predictions: Any) -> bytes:
    """Write predictions for a batch transform: the Python text of one value a line."""
    return ("\n".join(map(str, predictions)) + "\n").encode()


def _csv(predictions: Any) -> bytes:
    lines = [",".join(map(repr, row)) if isinstance(row, list) else repr(row) for row in predictions]
    return "".join(f"{line}\n" for line in lines).encode()


def _npy(predictions: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, predictions)
    return stream.getvalue()
