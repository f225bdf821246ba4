"""A labelled digit as a record of the stream: `digits.record/1`, one JSON object in UTF-8. Writes only.

The consumer has its own reader; docs/streaming.md is the contract between the two.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SCHEMA = "digits.record/1"
_ID_CHARACTERS = 32


@dataclass(frozen=True, kw_only=True)
class Record:
    """One record: its id, which decides the shard too, and its payload."""

    id: str
    payload: bytes


def make_record(label: int, image: npt.NDArray[np.uint8]) -> Record:
    """Make the record of a digit.

    Parameters
    ----------
    label
        0..9
    image
        uint8, shape (784,), 0 is paper and 255 is ink

    Returns
    -------
    Record
        whose id is made of label and pixels: the same digit sent again is the same record
    """
    pixels = image.tobytes()
    record_id = hashlib.sha256(bytes([label]) + pixels).hexdigest()[:_ID_CHARACTERS]
    document = {"schema": SCHEMA, "id": record_id, "label": label, "image": base64.b64encode(pixels).decode()}
    return Record(id=record_id, payload=json.dumps(document, separators=(",", ":")).encode())
