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
_VALUES_MAX = 2_000_000
"""Of one document; a tree of XGBoost has some 25, whatever its size, as the values of an array count as one."""


def require_whole(content: bytes) -> None:
    """Make sure that no value, text or array of a UBJSON document reaches past its end.

    Parameters
    ----------
    content
        the document

    Raises
    ------
    ValueError
        if it is cut off, nested more deeply or of more parts than any model, or is no UBJSON
    """
    try:
        end = _Walk(content).skip(0, 0)
    except (IndexError, KeyError, struct.error):
        end = len(content) + 1
    if end > len(content):
        raise ValueError(f"the document of {len(content)} bytes is cut off or is not UBJSON")


class _Walk:
    """A walk through a document; raises `IndexError` or `KeyError` where it is no UBJSON, too deep or too long."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._left = _VALUES_MAX

    def skip(self, position: int, depth: int) -> int:
        """Where the value that begins at `position` ends."""
        self._left -= 1
        if depth > _DEEPEST or not self._left:
            raise IndexError(position)
        marker, position = chr(self._content[position]), position + 1
        if marker == "{":
            return self._skip_object(position, depth)
        if marker == "[":
            return self._skip_array(position, depth)
        return self._skip_counted(position, 1) if marker == "S" else position + _SIZES[marker]

    def _skip_counted(self, position: int, size: int) -> int:
        """Where a text, or the values of an array, ends: its length is at `position`, each element has `size` bytes."""
        integer = _INTEGERS[chr(self._content[position])]
        (length,) = integer.unpack_from(self._content, position + 1)
        end = position + 1 + integer.size + int(length) * size
        if length < 0 or end > len(self._content):
            raise IndexError(end)
        return end

    def _skip_object(self, position: int, depth: int) -> int:
        while self._content[position] != ord("}"):
            position = self.skip(self._skip_counted(position, 1), depth + 1)
        return position + 1

    def _skip_array(self, position: int, depth: int) -> int:
        content = self._content
        if content[position] == ord("$"):
            size = _SIZES[chr(content[position + 1])]
            # Elements without bytes could be said to be any number.
            if not size or content[position + 2] != ord("#"):
                raise IndexError(position)
            return self._skip_counted(position + 3, size)
        if content[position] == ord("#"):
            first = self._skip_counted(position + 1, 0)
            (length,) = _INTEGERS[chr(content[position + 1])].unpack_from(content, position + 2)
            for _ in range(length):
                first = self.skip(first, depth + 1)
            return first
        while content[position] != ord("]"):
            position = self.skip(position, depth + 1)
        return position + 1
