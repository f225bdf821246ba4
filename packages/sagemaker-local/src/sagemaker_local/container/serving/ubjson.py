"""Reads Universal Binary JSON as XGBoost writes it, fast enough to be done at every start.

Typed arrays become numpy arrays that share the buffer; everything else becomes plain Python values. Not a general
decoder: no-op markers and high-precision numbers, which XGBoost never writes, are refused. Format: https://ubjson.org/
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

_NUMBERS = {
    "i": struct.Struct(">b"),
    "U": struct.Struct(">B"),
    "I": struct.Struct(">h"),
    "l": struct.Struct(">i"),
    "L": struct.Struct(">q"),
    "d": struct.Struct(">f"),
    "D": struct.Struct(">d"),
}
_ARRAYS = {marker: np.dtype(number.format) for marker, number in _NUMBERS.items()}
_CONSTANTS = {"Z": None, "T": True, "F": False}


def read_ubjson(data: bytes) -> Any:
    """Decode one document.

    Parameters
    ----------
    data
        For instance what `Booster.save_raw("ubj")` returns.

    Returns
    -------
    Any
        dict, list, numpy array (big-endian, read-only), str, int, float, bool or None.

    Raises
    ------
    ValueError
        If the bytes are no such document.
    """
    try:
        return _Reader(data).value()
    except (IndexError, KeyError, struct.error, UnicodeDecodeError) as error:
        message = f"damaged UBJSON: {error!r}"
        raise ValueError(message) from error


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def value(self) -> Any:
        return self._value(self._marker())

    def _marker(self) -> str:
        marker = chr(self._data[self._position])
        self._position += 1
        return marker

    def _value(self, marker: str) -> Any:
        if marker == "{":
            return self._object()
        if marker == "[":
            return self._array()
        if marker == "S":
            return self._text()
        return self._number(marker) if marker in _NUMBERS else _CONSTANTS[marker]

    def _number(self, marker: str) -> Any:
        number = _NUMBERS[marker]
        value = number.unpack_from(self._data, self._position)[0]
        self._position += number.size
        return value

    def _length(self) -> int:
        return int(self._number(self._marker()))

    def _text(self) -> str:
        length = self._length()
        start = self._position
        self._position += length
        return self._data[start : self._position].decode("utf-8")

    def _object(self) -> dict[str, Any]:
        found = {}
        while self._data[self._position] != ord("}"):
            key = self._text()
            found[key] = self.value()
        self._position += 1
        return found

    def _array(self) -> Any:
        head = chr(self._data[self._position])
        if head == "$":
            return self._typed_array()
        if head == "#":
            self._position += 1
            return [self.value() for _ in range(self._length())]
        found = []
        while self._data[self._position] != ord("]"):
            found.append(self.value())
        self._position += 1
        return found

    def _typed_array(self) -> Any:
        dtype = _ARRAYS[chr(self._data[self._position + 1])]
        self._position += 3
        length = self._length()
        start = self._position
        self._position += length * dtype.itemsize
        if self._position > len(self._data):
            raise IndexError(self._position)
        return np.frombuffer(self._data, dtype, length, start)
