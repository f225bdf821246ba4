"""Check that UBJSON is whole before XGBoost reads it: its reader trusts every length, and a cut file can crash Python.

Only the structure is checked, by the format of https://ubjson.org/ as XGBoost writes it; no value is read.
"""

from __future__ import annotations

import struct

_SIZES = {"Z": 0, "N": 0, "T": 0, "F": 0, "C": 1, "i": 1, "U": 1, "I": 2, "l": 4, "L": 8, "d": 4, "D": 8}
"""Bytes of a value after its marker."""
_INTEGERS = {"i": struct.Struct(">b"), "U": struct.Struct(">B"), "I": struct.Struct(">h")}
_INTEGERS |= {"l": struct.Struct(">i"), "L": struct.Struct(">q")}
_DEEPEST = 64
"""Levels of nesting; a model of XGBoost has six."""


def require_whole(content: bytes) -> None:
    """Make sure that no value, text or array of a UBJSON document reaches past its end.

    Parameters
    ----------
    content
        the document

    Raises
    ------
    ValueError
        if it is cut off, or is no UBJSON
    """
    try:
        end = _skip(content, 0, 0)
    except (IndexError, KeyError, struct.error):
        end = len(content) + 1
    if end > len(content):
        raise ValueError(f"the document of {len(content)} bytes is cut off or is not UBJSON")


def _skip(content: bytes, position: int, depth: int) -> int:
    """Where the value that begins at `position` ends."""
    marker, position = chr(content[position]), position + 1
    if depth > _DEEPEST:
        raise IndexError(position)
    if marker == "{":
        return _skip_object(content, position, depth)
    if marker == "[":
        return _skip_array(content, position, depth)
    return _skip_counted(content, position, 1) if marker == "S" else position + _SIZES[marker]


def _skip_counted(content: bytes, position: int, size: int) -> int:
    """Where a text, or the values of an array, ends: its length is at `position`, each element has `size` bytes."""
    integer = _INTEGERS[chr(content[position])]
    (length,) = integer.unpack_from(content, position + 1)
    end = position + 1 + integer.size + int(length) * size
    if length < 0 or end > len(content):
        raise IndexError(end)
    return end


def _skip_object(content: bytes, position: int, depth: int) -> int:
    while content[position] != ord("}"):
        position = _skip(content, _skip_counted(content, position, 1), depth + 1)
    return position + 1


def _skip_array(content: bytes, position: int, depth: int) -> int:
    if content[position] == ord("$"):
        size = _SIZES[chr(content[position + 1])]
        if content[position + 2] != ord("#"):
            raise IndexError(position)
        return _skip_counted(content, position + 3, size)
    if content[position] == ord("#"):
        first = _skip_counted(content, position + 1, 0)
        (length,) = _INTEGERS[chr(content[position + 1])].unpack_from(content, position + 2)
        for _ in range(length):
            first = _skip(content, first, depth + 1)
        return first
    while content[position] != ord("]"):
        position = _skip(content, position, depth + 1)
    return position + 1
