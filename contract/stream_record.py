"""A labelled digit as a record of the stream: `digits.record/1`, one JSON object in UTF-8, written and read.

docs/streaming.md explains each member. Anything else is refused with a reason: nothing but `RecordError` ever comes out
of `read_record`, whatever the bytes, since a record that made the consumer fail would hold up its whole shard.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from contract.digit import CLASSES, PIXELS, SIDE
from contract.errors import ContractError
from contract.json_text import JsonTextError, read_json
from contract.schemas import RECORD

MEMBERS = frozenset({"schema", "id", "label", "image"})

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}")
_ID_CHARACTERS = 32
_SHOWN_CHARACTERS = 60


class RecordError(ContractError):
    """A payload is not a labelled digit; the text is the reason, one sentence for the sender."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """One record: its id, which decides the shard too, and its payload."""

    id: str
    payload: bytes


@dataclass(frozen=True, kw_only=True)
class LabelledDigit:
    """A labelled digit.

    Attributes
    ----------
    id
        The sender's own unique name for it: the same id is the same digit, however often it arrives.
    label
        0 to 9.
    image
        784 bytes, 28 x 28 pixels row by row, 0 is paper and 255 is ink.
    """

    id: str
    label: int
    image: bytes


def make_record(label: int, image: bytes) -> Record:
    """Make the record of a digit.

    Parameters
    ----------
    label
        0 to 9.
    image
        784 bytes, as `LabelledDigit` has them.

    Returns
    -------
    Record
        Whose id is made of label and pixels: the same digit sent again is the same record.
    """
    record_id = hashlib.sha256(bytes([label]) + image).hexdigest()[:_ID_CHARACTERS]
    document = {"schema": RECORD, "id": record_id, "label": label, "image": base64.b64encode(image).decode()}
    return Record(id=record_id, payload=json.dumps(document, separators=(",", ":")).encode())


def read_record(payload: bytes) -> LabelledDigit:
    """Read one payload.

    Raises
    ------
    RecordError
        If it is not exactly what the schema says.
    """
    document = _object(payload)
    schema = document.get("schema")
    if schema != RECORD:
        msg = f"schema is {_shown(schema)}; only {RECORD!r} is supported"
        raise RecordError(msg)
    if document.keys() != MEMBERS:
        wrong = sorted(document.keys() ^ MEMBERS)
        msg = f"members missing or unknown: {_shown(wrong)}; exactly {', '.join(sorted(MEMBERS))} are needed"
        raise RecordError(msg)
    return LabelledDigit(id=_id(document["id"]), label=_label(document["label"]), image=_image(document["image"]))


def _object(payload: bytes) -> dict[str, Any]:
    try:
        document = read_json(payload)
    except JsonTextError as error:
        msg = f"the payload is not JSON in UTF-8 ({error})"
        raise RecordError(msg) from None
    if not isinstance(document, dict):
        msg = f"the payload is a JSON {type(document).__name__}; an object is needed"
        raise RecordError(msg)
    return document


def _id(value: object) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        msg = f"id is {_shown(value)}; 1 to 128 letters, digits and . _ : / - are needed, a letter or digit first"
        raise RecordError(msg)
    return value


def _label(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < CLASSES:
        msg = f"label is {_shown(value)}; a whole number from 0 to {CLASSES - 1} is needed"
        raise RecordError(msg)
    return value


def _image(value: object) -> bytes:
    if not isinstance(value, str):
        msg = f"image is {_shown(value)}; the base64 text of {PIXELS} bytes is needed"
        raise RecordError(msg)
    try:
        image = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        msg = f"image is not base64; the base64 text of {PIXELS} bytes is needed"
        raise RecordError(msg) from None
    if len(image) != PIXELS:
        msg = f"image has {len(image)} bytes; {PIXELS} are needed, a byte for each of {SIDE} x {SIDE} pixels"
        raise RecordError(msg)
    if max(image) <= 1:
        msg = "image has no pixel above 1; it is blank, or scaled to 0..1, and raw pixels 0..255 are needed"
        raise RecordError(msg)
    return image


def _shown(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."
