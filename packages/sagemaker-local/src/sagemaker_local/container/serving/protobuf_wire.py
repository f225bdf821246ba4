"""Reads and writes the protobuf wire format, as far as the records of SageMaker's algorithms need it.

Not a protobuf library: no schema language, no descriptors. `sagemaker_local.container.serving.record` knows the
messages; this file knows varints, tags and lengths. Error texts are those of protobuf's pure Python implementation,
which the container runs. Format: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import TypeAlias


class DecodeError(ValueError):
    """The bytes are no valid message. The text is what the container puts into its answer."""


class WireType(IntEnum):
    """The lowest three bits of a tag."""

    VARINT = 0
    FIXED64 = 1
    LENGTH_DELIMITED = 2
    START_GROUP = 3
    END_GROUP = 4
    FIXED32 = 5


# Reads one field's value from (buffer, position, end of the message) and returns the position behind it.
FieldReader: TypeAlias = Callable[[memoryview, int, int], int]
Tag: TypeAlias = tuple[int, int]


def read_varint(buffer: memoryview, position: int) -> tuple[int, int]:
    """Read an unsigned varint and return it (64 bits wide) with the position behind it.

    Raises
    ------
    DecodeError
        If the buffer ends inside it or it has more than ten bytes.
    """
    result = 0
    for shift in range(0, 70, 7):
        if position >= len(buffer):
            raise DecodeError("Truncated message.")
        byte = buffer[position]
        position += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result & 0xFFFFFFFFFFFFFFFF, position
    raise DecodeError("Too many bytes when decoding varint.")


def read_length(buffer: memoryview, position: int, end: int, *, what: str = "message") -> tuple[int, int]:
    """Read a length and return where the value starts and ends.

    Raises
    ------
    DecodeError
        If the value would reach beyond `end`.
    """
    length, start = read_varint(buffer, position)
    if start + length > end:
        message = f"Truncated {what}."
        raise DecodeError(message)
    return start, start + length


def read_message(buffer: memoryview, position: int, end: int, readers: Mapping[Tag, FieldReader]) -> int:
    """Read the fields of one message; unknown ones are skipped.

    Parameters
    ----------
    buffer
        The whole record.
    position, end
        Where the message lies in it.
    readers
        What to do with each known field.

    Returns
    -------
    int
        The end.

    Raises
    ------
    DecodeError
        If the bytes are no such message.
    """
    while position != end:
        tag, position = _read_tag(buffer, position)
        number, wire_type = tag >> 3, tag & 7
        reader = readers.get((number, wire_type))
        if reader is not None:
            position = reader(buffer, position, end)
        else:
            position = _skipped(buffer, position, end, number, wire_type)
    return end


def _read_tag(buffer: memoryview, position: int) -> tuple[int, int]:
    if all(byte & 0x80 for byte in buffer[position:]):
        raise DecodeError("Truncated message.")
    return read_varint(buffer, position)


def _skipped(buffer: memoryview, position: int, end: int, number: int, wire_type: int) -> int:
    if number == 0:
        raise DecodeError("Field number 0 is illegal.")
    if wire_type == WireType.END_GROUP:
        raise DecodeError("Unexpected end-group tag.")
    position = _behind_value(buffer, position, wire_type)
    if position > end:
        raise DecodeError("Truncated message.")
    return position


def _behind_value(buffer: memoryview, position: int, wire_type: int) -> int:
    if wire_type == WireType.VARINT:
        return read_varint(buffer, position)[1]
    if wire_type == WireType.LENGTH_DELIMITED:
        length, position = read_varint(buffer, position)
        return position + length
    if wire_type in {WireType.FIXED32, WireType.FIXED64}:
        return _behind_fixed(buffer, position, 4 if wire_type == WireType.FIXED32 else 8)
    if wire_type == WireType.START_GROUP:
        return _behind_group(buffer, position)
    raise DecodeError("Wrong wire type in tag.")


def _behind_fixed(buffer: memoryview, position: int, size: int) -> int:
    if position + size > len(buffer):
        message = f"unpack requires a buffer of {size} bytes"
        raise DecodeError(message)
    return position + size


def _behind_group(buffer: memoryview, position: int) -> int:
    while True:
        tag, position = _read_tag(buffer, position)
        if tag & 7 == WireType.END_GROUP:
            return position
        position = _behind_value(buffer, position, tag & 7)


def varint(value: int) -> bytes:
    """Write an unsigned varint."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def length_delimited(number: int, value: bytes) -> bytes:
    """Write a field that holds bytes, text, a message or packed numbers."""
    return varint(number << 3 | WireType.LENGTH_DELIMITED) + varint(len(value)) + value
