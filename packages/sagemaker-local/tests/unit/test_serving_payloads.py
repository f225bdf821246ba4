"""What bodies become: the short cuts read what the container's slow way reads, odd cases come out as they do there."""

from __future__ import annotations

import contextlib
import csv
import struct
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagemaker_local.container.serving.csv_payload import read_csv
from sagemaker_local.container.serving.libsvm_payload import read_libsvm
from sagemaker_local.container.serving.media_types import RequestFormat
from sagemaker_local.container.serving.protobuf_wire import length_delimited, varint
from sagemaker_local.container.serving.record import Tensor, TensorKind, read_record, write_label_record
from sagemaker_local.container.serving.recordio_payload import frame, read_recordio
from sagemaker_local.container.serving.rows import make_rows
from sagemaker_local.container.serving.small_integers import read_small_integers


def slowly(body: bytes) -> np.ndarray:
    """Read CSV step by step as the container documents it, without any short cut."""
    text = body.strip().decode()
    sniffed = csv.Sniffer().sniff(text.split("\n")[0][:512]).delimiter
    delimiter = "," if sniffed.isalnum() else sniffed
    rows = [[cell or "nan" for cell in line.split(delimiter)] for line in text.split("\n")]
    return np.array(rows).astype(float)


def outcome(read: Callable[[bytes], Any], body: bytes) -> object:
    """Give the numbers, or the kind and words of the refusal."""
    try:
        return np.array(read(body), dtype=np.float64).tolist()
    except (ValueError, csv.Error) as error:
        return type(error), str(error)


def same(one: object, other: object) -> bool:
    return repr(one) == repr(other)  # nan is nan here


CELLS = st.one_of(
    st.integers(0, 1200).map(str),
    st.sampled_from(["", "007", "-1", "+5", "1.5", ".5", "5.", "1e3", "nan", " 3", "1_0", "x", "-", "00000", "\u0663"]),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
)


@given(
    st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=4),
    st.sampled_from(",,,,;\t| "),
    st.sampled_from(["\n", "\r\n"]),
)
def test_csv_is_read_as_by_the_slow_way(rows: list[list[str]], delimiter: str, newline: str) -> None:
    body = newline.join(delimiter.join(row) for row in rows).encode()
    assert same(outcome(read_csv, body), outcome(slowly, body))


@given(st.text("0123456789,.\n-e \"'", max_size=40))
def test_any_text_is_read_as_by_the_slow_way(text: str) -> None:
    assert same(outcome(read_csv, text.encode()), outcome(slowly, text.encode()))


@given(st.integers(1, 6), st.integers(2, 9), st.randoms(use_true_random=False))
def test_rows_of_pixels_take_the_short_cut(rows: int, columns: int, random: Random) -> None:
    pixels = np.random.default_rng(random.randrange(10**6)).integers(0, 1000, (rows, columns))
    found = read_small_integers("\n".join(",".join(map(str, row)) for row in pixels.tolist()).encode())
    assert found is not None
    assert found.dtype == np.float32
    assert np.array_equal(found, pixels)


@pytest.mark.parametrize(
    "text", [b"", b"5", b"1,2\n3", b"1,,2", b"1,2,", b",1", b"1,2\n\n3,4", b"1000,1", b"1.5,2", b"1 ,2"]
)
def test_what_is_not_rows_of_pixels_does_not(text: bytes) -> None:
    assert read_small_integers(text) is None


def test_the_comma_must_be_where_the_sniffer_looks() -> None:
    assert read_small_integers(b"1" * 3 + b"," + b"2") is not None
    assert read_small_integers(b"0" * 512 + b",2") is None


def test_libsvm_shifts_indices_only_when_none_is_zero() -> None:
    assert read_libsvm(b"7 1:5 3:2").toarray().tolist() == [[5, 0, 2]]
    assert read_libsvm(b"7 0:5 3:2").toarray().tolist() == [[5, 0, 0, 2]]
    assert read_libsvm(b"1:5 1:6\n\n2:1").toarray().tolist() == [[11, 0], [0, 0], [0, 1]]


@pytest.mark.parametrize("body", [b"7 8 9", b"a:1", b"1:b", b"\n"])
def test_libsvm_without_a_usable_pair_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_libsvm(body)


def tensor(kind: TensorKind, content: bytes, name: bytes = b"values", part: int = 1) -> bytes:
    return length_delimited(part, length_delimited(1, name) + length_delimited(2, length_delimited(kind, content)))


def packed(layout: str, numbers: list[float]) -> bytes:
    return length_delimited(1, struct.pack(f"<{len(numbers)}{layout}", *numbers))


def keys(numbers: list[int]) -> bytes:
    return length_delimited(2, b"".join(map(varint, numbers)))


def test_dense_records_of_one_kind_keep_it() -> None:
    body = frame(tensor(TensorKind.FLOAT32, packed("f", [1, 2.5]))) * 2
    features, labels = read_recordio(body)
    assert features.dtype == np.float32
    assert features.tolist() == [[1, 2.5], [1, 2.5]]
    assert labels is None


def test_int32_and_labels_are_read() -> None:
    negative = varint((-3) & 0xFFFFFFFFFFFFFFFF)
    record = tensor(TensorKind.INT32, length_delimited(1, negative + varint(4)))
    record += tensor(TensorKind.FLOAT64, packed("d", [7]), part=2)
    features, labels = read_recordio(frame(record))
    assert features.tolist() == [[-3, 4]]
    assert labels is not None
    assert labels.tolist() == [7]


def test_one_sparse_record_makes_all_sparse() -> None:
    sparse = frame(tensor(TensorKind.FLOAT32, packed("f", [9, 8]) + keys([0, 2]) + length_delimited(3, varint(3))))
    dense = frame(tensor(TensorKind.FLOAT32, packed("f", [1, 2, 3])))
    features: Any = read_recordio(sparse + dense)[0]
    assert features.toarray().tolist() == [[9, 0, 8], [1, 2, 3]]
    assert features.nnz == 5


@pytest.mark.parametrize("key", [3, 10**6, 2**63, 2**64 - 1])
def test_a_key_beyond_the_shape_never_reaches_xgboost(key: int) -> None:
    record = tensor(TensorKind.FLOAT32, packed("f", [1]) + keys([key]) + length_delimited(3, varint(3)))
    with pytest.raises(ValueError, match=f"axis 1 index {key} exceeds matrix dimension 3"):
        read_recordio(frame(record))


def test_the_last_kind_of_tensor_wins_and_the_same_kind_is_joined() -> None:
    one = length_delimited(TensorKind.FLOAT32, packed("f", [1]))
    other = length_delimited(TensorKind.FLOAT64, packed("d", [2]))
    for value, wanted in ((one + one, [1.0, 1.0]), (other + one, [1.0]), (one + other, [2.0])):
        record = read_record(length_delimited(1, length_delimited(1, b"values") + length_delimited(2, value)))
        assert record.features["values"].tensor == Tensor(values=wanted)


def test_unknown_fields_are_skipped() -> None:
    unknown = length_delimited(15, b"??") + varint(9 << 3) + varint(300) + varint(9 << 3 | 5) + b"abcd"
    unknown += varint(9 << 3 | 3) + varint(8) + varint(1) + varint(9 << 3 | 4)
    assert read_record(unknown + tensor(TensorKind.FLOAT32, packed("f", [1]))).features["values"].tensor.values == [1]


def test_bytes_are_no_tensor_and_have_to_be_whole() -> None:
    def record(content: bytes) -> bytes:
        return length_delimited(1, length_delimited(1, b"values") + length_delimited(2, length_delimited(9, content)))

    whole = length_delimited(1, b"\xff") + length_delimited(2, b"image/png")
    assert read_record(record(whole)).features["values"].kind is None
    for damaged, words in ((whole[:-1], "Truncated string"), (b"\x12\x01\xff", "Bytes.content_type")):
        with pytest.raises(ValueError, match=words):
            read_record(record(damaged))


def test_labels_are_written_as_they_are_read() -> None:
    record = read_record(write_label_record({"score": [1.5, float("inf")], "none": []}))
    assert list(record.label) == ["score", "none"]
    assert record.label["score"].tensor.values == [1.5, float("inf")]
    assert record.label["none"].kind is TensorKind.FLOAT32


@given(st.binary(max_size=60))
def test_damaged_records_are_refused_and_never_crash(data: bytes) -> None:
    with contextlib.suppress(ValueError, OverflowError):
        assert read_recordio(frame(data))[0].shape[0] == 1


def test_only_complete_finite_numbers_stay_plain() -> None:
    plain = make_rows(np.array([[1.0, -0.0]]), RequestFormat.CSV)
    assert plain.dense is not None
    assert plain.dense.dtype == np.float32
    missing = make_rows(np.array([[1.0, np.nan]]), RequestFormat.CSV)
    assert missing.dense is None
    assert (plain.columns, missing.columns) == (2, 2)
    assert plain.to_matrix().num_row() == missing.to_matrix().num_row() == 1
