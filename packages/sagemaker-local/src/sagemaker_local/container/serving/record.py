"""The protobuf message that SageMaker's algorithms exchange rows in (`aialgs.data.Record`), read and written.

Only what the container uses: `features` and `label`, each a map from a name to a tensor of float32, float64 or int32
with optional keys (of a sparse row) and shape. Field numbers:
https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-training.html
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from sagemaker_local.container.serving.protobuf_wire import (
    DecodeError,
    FieldReader,
    Tag,
    WireType,
    length_delimited,
    read_length,
    read_message,
    read_varint,
)


class TensorKind(IntEnum):
    """Field number of each tensor in the message `Value`."""

    FLOAT32 = 2
    FLOAT64 = 3
    INT32 = 7


_VALUES, _KEYS, _SHAPE = 1, 2, 3
_FEATURES, _LABEL = 1, 2
_ELEMENTS = {
    TensorKind.FLOAT32: (WireType.FIXED32, "<f"),
    TensorKind.FLOAT64: (WireType.FIXED64, "<d"),
    TensorKind.INT32: (WireType.VARINT, ""),
}


@dataclass
class Tensor:
    """Numbers, with the columns they stand in when the row is sparse."""

    values: list[float] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)
    shape: list[int] = field(default_factory=list)


@dataclass
class Value:
    """One entry of a record: at most one tensor (the last kind that was set wins)."""

    kind: TensorKind | None = None
    tensor: Tensor = field(default_factory=Tensor)


@dataclass
class Record:
    """One row."""

    features: dict[str, Value] = field(default_factory=dict)
    label: dict[str, Value] = field(default_factory=dict)


def read_record(data: bytes) -> Record:
    """Read a serialised record.

    Raises
    ------
    DecodeError, UnicodeDecodeError
        If the bytes are no record.
    """
    record = Record()
    readers: dict[Tag, FieldReader] = {
        (_FEATURES, WireType.LENGTH_DELIMITED): _entry_reader(record.features, "aialgs.data.Record.FeaturesEntry.key"),
        (_LABEL, WireType.LENGTH_DELIMITED): _entry_reader(record.label, "aialgs.data.Record.LabelEntry.key"),
    }
    for number, name in ((3, "uid"), (4, "metadata"), (5, "configuration")):
        readers[number, WireType.LENGTH_DELIMITED] = _text_reader([], f"aialgs.data.Record.{name}")
    buffer = memoryview(data)
    read_message(buffer, 0, len(buffer), readers)
    return record


def _entry_reader(entries: dict[str, Value], name: str) -> FieldReader:
    def read(buffer: memoryview, position: int, end: int) -> int:
        start, stop = read_length(buffer, position, end)
        key: list[str] = []
        value = Value()
        readers: dict[Tag, FieldReader] = {
            (1, WireType.LENGTH_DELIMITED): _text_reader(key, name),
            (2, WireType.LENGTH_DELIMITED): _value_reader(value),
        }
        read_message(buffer, start, stop, readers)
        entries[key[-1] if key else ""] = value
        return stop

    return read


def _text_reader(texts: list[str], name: str) -> FieldReader:
    def read(buffer: memoryview, position: int, end: int) -> int:
        start, stop = read_length(buffer, position, end, what="string")
        try:
            texts.append(bytes(buffer[start:stop]).decode("utf-8"))
        except UnicodeDecodeError as error:
            error.reason = f"{error} in field: {name}"
            raise
        return stop

    return read


def _value_reader(value: Value) -> FieldReader:
    def read(buffer: memoryview, position: int, end: int) -> int:
        start, stop = read_length(buffer, position, end)
        readers: dict[Tag, FieldReader] = {
            (kind, WireType.LENGTH_DELIMITED): _tensor_reader(value, kind) for kind in TensorKind
        }
        readers[9, WireType.LENGTH_DELIMITED] = _bytes_reader(value)
        return read_message(buffer, start, stop, readers)

    return read


def _bytes_reader(value: Value) -> FieldReader:
    def content(buffer: memoryview, position: int, end: int) -> int:
        return read_length(buffer, position, end, what="string")[1]

    def read(buffer: memoryview, position: int, end: int) -> int:
        start, stop = read_length(buffer, position, end)
        value.kind, value.tensor = None, Tensor()
        readers: dict[Tag, FieldReader] = {
            (1, WireType.LENGTH_DELIMITED): content,
            (2, WireType.LENGTH_DELIMITED): _text_reader([], "aialgs.data.Bytes.content_type"),
        }
        return read_message(buffer, start, stop, readers)

    return read


def _tensor_reader(value: Value, kind: TensorKind) -> FieldReader:
    def read(buffer: memoryview, position: int, end: int) -> int:
        start, stop = read_length(buffer, position, end)
        if value.kind is not kind:
            value.kind, value.tensor = kind, Tensor()
        tensor = value.tensor
        readers: dict[Tag, FieldReader] = {}
        for number, numbers in ((_KEYS, tensor.keys), (_SHAPE, tensor.shape)):
            readers[number, WireType.LENGTH_DELIMITED] = _packed_varints(numbers)
            readers[number, WireType.VARINT] = _single_varint(numbers)
        readers.update(_element_readers(kind, tensor.values))
        return read_message(buffer, start, stop, readers)

    return read


def _element_readers(kind: TensorKind, values: list[float]) -> dict[Tag, FieldReader]:
    wire_type, layout = _ELEMENTS[kind]
    if layout:
        packed, single = _packed_fixed(values, layout), _single_fixed(values, layout)
    else:
        packed, single = _packed_varints(values, signed=True), _single_varint(values, signed=True)
    return {(_VALUES, WireType.LENGTH_DELIMITED): packed, (_VALUES, wire_type): single}


def _packed_fixed(values: list[float], layout: str) -> FieldReader:
    size = struct.calcsize(layout)

    def read(buffer: memoryview, position: int, end: int) -> int:
        start, stop = read_length(buffer, position, end)
        if (stop - start) % size:
            whole = stop + size - (stop - start) % size <= len(buffer)
            raise DecodeError("Packed element was truncated." if whole else f"unpack requires a buffer of {size} bytes")
        values.extend(np.frombuffer(buffer[start:stop], layout).tolist())
        return stop

    return read


def _single_fixed(values: list[float], layout: str) -> FieldReader:
    size = struct.calcsize(layout)

    def read(buffer: memoryview, position: int, end: int) -> int:
        if position + size > len(buffer):
            message = f"unpack requires a buffer of {size} bytes"
            raise DecodeError(message)
        if position + size > end:
            raise DecodeError("Truncated message.")
        values.append(struct.unpack_from(layout, buffer, position)[0])
        return position + size

    return read


def _packed_varints(values: list[float] | list[int], *, signed: bool = False) -> FieldReader:
    def read(buffer: memoryview, position: int, end: int) -> int:
        position, stop = read_length(buffer, position, end)
        while position < stop:
            value, position = read_varint(buffer, position)
            values.append(_int32(value) if signed else value)
        if position > stop:
            raise DecodeError("Packed element was truncated.")
        return position

    return read


def _single_varint(values: list[float] | list[int], *, signed: bool = False) -> FieldReader:
    def read(buffer: memoryview, position: int, end: int) -> int:
        value, position = read_varint(buffer, position)
        if position > end:
            raise DecodeError("Truncated message.")
        values.append(_int32(value) if signed else value)
        return position

    return read


def _int32(value: int) -> int:
    return ((value & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000


def write_label_record(labels: dict[str, list[float]]) -> bytes:
    """Serialise a record that has only labels, each a float32 tensor, in the order given."""
    return b"".join(length_delimited(_LABEL, _map_entry(name, numbers)) for name, numbers in labels.items())


def _map_entry(name: str, numbers: list[float]) -> bytes:
    packed = np.array(numbers, "<f4").tobytes()
    tensor = length_delimited(_VALUES, packed) if numbers else b""
    value = length_delimited(TensorKind.FLOAT32, tensor)
    return length_delimited(1, name.encode()) + length_delimited(2, value)
