"""The channels: written byte for byte as numpy would, read back, and refused when they are damaged."""

from __future__ import annotations

import io
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from contract.digit import COLUMN_NAMES
from tests.support.training_digits import as_csv, as_libsvm, small_split
from training.common.errors import DataError
from training.data.channel_reading import channel_files, read_channel, read_csv, read_libsvm, read_parquet
from training.data.channels import part_bounds, write_channel
from training.data.dataset import Split
from training.data.part_reading import list_parts, part_pieces


def every_value() -> Split:
    """Rows in which each of 0..255 stands in the first, the last and inner columns; more than one block of rows."""
    generator = np.random.default_rng(5)
    images = generator.integers(0, 256, (605, 784), dtype=np.uint8)
    images[:256, 0] = images[:256, -1] = np.arange(256)
    return Split(images=images, labels=(np.arange(605) % 10).astype(np.uint8))


def test_csv_is_what_savetxt_writes() -> None:
    split = every_value()
    expected = io.BytesIO()
    np.savetxt(expected, np.column_stack((split.labels, split.images)), fmt="%d", delimiter=",")
    assert as_csv(split) == expected.getvalue()


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_a_channel_comes_back_as_it_was(tmp_path: Path, file_format: str) -> None:
    split = small_split(103)
    paths = write_channel(tmp_path, split, file_format=file_format, parts=4)
    assert [path.name for path in paths] == [f"part-0000{number}.{file_format}" for number in range(4)]
    back = read_channel(tmp_path)
    assert np.array_equal(back.images, split.images)
    assert np.array_equal(back.labels, split.labels)
    assert back.images.dtype == np.uint8


def test_parts_cover_all_rows_evenly() -> None:
    bounds = part_bounds(10, 4)
    assert bounds[0][0] == 0
    assert bounds[-1][1] == 10
    assert all(stop == start for (_, stop), (start, _) in pairwise(bounds))
    assert {stop - start for start, stop in bounds} == {2, 3}


@pytest.mark.parametrize("parts", [0, 11])
def test_parts_out_of_range_are_refused(parts: int) -> None:
    with pytest.raises(DataError, match=r"allowed are 1\.\.10"):
        part_bounds(10, parts)


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (",".join(["1"] * 784), "785 columns"),
        (",".join(["1"] * 786), "785 columns"),
        (",".join(["10", *["1"] * 784]), "label 10, allowed are the whole numbers 0..9"),
        (",".join(["1", "256", *["1"] * 783]), "256"),
        (",".join(["1", "-1", *["1"] * 783]), "-1"),
        (",".join(["1", "0.5", *["1"] * 783]), "0.5"),
        (",".join(["1", "", *["1"] * 783]), "not a row of a channel file"),
        (",".join(["label", *["pixel"] * 784]), "no header"),
    ],
)
def test_a_bad_csv_row_is_named(tmp_path: Path, row: str, complaint: str) -> None:
    (tmp_path / "part-00000.csv").write_bytes(as_csv(small_split(10)) + row.encode() + b"\n")
    with pytest.raises(DataError, match=r"part-00000\.csv:11 (is not a row of a channel file|has the label)") as caught:
        read_channel(tmp_path)
    assert complaint in str(caught.value)


@pytest.mark.parametrize("number", [1, 2, 7, 12, 13])
@pytest.mark.parametrize("row", ["1," * 783 + "256", "1,1", "x", "1,'7'" + ",1" * 783, "11" + ",1" * 784])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_the_first_of_several_bad_csv_rows_is_named(tmp_path: Path, number: int, row: str, end: bytes) -> None:
    lines = as_csv(small_split(10)).splitlines()
    lines[5:5] = [b"", b""]
    lines[number - 1 : number - 1] = [row.encode()]
    (tmp_path / "part.csv").write_bytes(end.join([*lines, row.encode()]))
    with pytest.raises(DataError, match=rf"part\.csv:{number} (is not a row of a channel file|has the label 11)"):
        read_csv(tmp_path / "part.csv")


def test_an_empty_csv_is_refused(tmp_path: Path) -> None:
    (tmp_path / "part.csv").write_bytes(b"")
    with pytest.raises(DataError, match=r"part\.csv is not a channel file"):
        read_csv(tmp_path / "part.csv")


def test_a_damaged_parquet_is_refused(tmp_path: Path) -> None:
    (path,) = write_channel(tmp_path, small_split(20), file_format="parquet", parts=1)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match="is not a channel file"):
        read_parquet(path)


@pytest.mark.parametrize(
    ("column", "value", "complaint"),
    [
        (0, 10, "row 17 has the label 10, allowed are 0..9"),
        (0, None, "row 17 has no value in its column label, allowed are whole numbers 0..255"),
        (3, 256, "row 17 has the value 256 in its column pixel_002, allowed are whole numbers 0..255"),
        (784, -1.0, "row 17 has the value -1 in its column pixel_783"),
        (784, 0.5, "row 17 has the value 0.5 in its column pixel_783"),
        (5, "a", "its column pixel_004 is of the type string, expected whole numbers 0..255"),
    ],
)
def test_the_row_of_a_wrong_value_in_parquet_is_named(
    tmp_path: Path, column: int, value: float | str | None, complaint: str
) -> None:
    (path,) = write_channel(tmp_path, small_split(20), file_format="parquet", parts=1)
    table = pq.read_table(path)
    other = [str(each) if isinstance(value, str) else each for each in table.columns[column].to_pylist()]
    other[16] = other[18] = value
    pq.write_table(table.set_column(column, COLUMN_NAMES[column], pa.array(other)), path, row_group_size=10)
    with pytest.raises(DataError, match=re.escape(f"is not a channel file ({complaint}")):
        read_parquet(path)
    with pytest.raises(ValueError, match=re.escape(complaint)):
        list(part_pieces(str(path), None, None, 5))


def test_libsvm_with_every_zero_is_the_same_digits(tmp_path: Path) -> None:
    split = small_split(30)
    (tmp_path / "part.libsvm").write_bytes(as_libsvm(split))
    back = read_channel(tmp_path)
    assert np.array_equal(back.images, split.images)
    assert np.array_equal(back.labels, split.labels)


def test_libsvm_that_leaves_zeros_out_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "part.libsvm"
    path.write_bytes(as_libsvm(small_split(10)).replace(b" 1:0", b""))
    with pytest.raises(DataError, match="a zero left out means missing"):
        read_libsvm(path)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [(b" 784:", b" 785:", "out of order"), (b" 1:0", b" 1:300", "300"), (b" 1:0", b" one:0", "is not libsvm")],
)
def test_other_damage_of_libsvm_is_named(tmp_path: Path, old: bytes, new: bytes, complaint: str) -> None:
    path = tmp_path / "part.libsvm"
    path.write_bytes(as_libsvm(small_split(10)).replace(old, new, 1))
    with pytest.raises(DataError, match=complaint):
        read_libsvm(path)


@pytest.mark.parametrize("label", ["7.9", "-0.5", "inf", "-inf", "nan", "1e400", "0x7", "1_0", "-1", "300", "10"])
def test_a_label_that_is_no_digit_is_refused_and_never_rounded(tmp_path: Path, label: str) -> None:
    row = as_libsvm(small_split(1)).split(b" ", 1)[1]
    path = tmp_path / "part.libsvm"
    path.write_bytes(b"3 " + row + label.encode() + b" " + row)
    with pytest.raises(DataError, match=r"part\.libsvm:[12] (is not libsvm|has the (label|value))"):
        read_channel(tmp_path)
    path.write_bytes(b"3.0 " + row)
    assert read_channel(tmp_path).labels.tolist() == [3]


@pytest.mark.parametrize("cell", ["0x7", '"7"', "7.9", "inf", "nan", "1_0"])
def test_a_cell_that_xgboost_reads_otherwise_is_refused(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "part.csv"
    path.write_bytes(f"3,{cell}".encode() + b",0" * 783 + b"\n")
    with pytest.raises(DataError, match=r"part\.csv:1 is not a row of a channel file"):
        read_channel(tmp_path)


def test_folders_are_read_as_deep_as_the_container_reads_them(tmp_path: Path) -> None:
    one, two, three = (small_split(5, seed=seed) for seed in (1, 2, 3))
    for folder, split in (("z/y", three), ("", one), ("a", two)):
        write_channel(tmp_path / folder, split, file_format="csv", parts=1)
    (tmp_path / "a/_SUCCESS").touch()
    back = read_channel(tmp_path)
    assert np.array_equal(back.labels, np.concatenate([one.labels, two.labels, three.labels]))
    assert [path.relative_to(tmp_path).parts[:-1] for path in channel_files(tmp_path)] == [(), ("a",), ("z", "y")]


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        (".DS_Store", "hidden file"),
        ("a/b/c/.part.csv", "hidden file"),
        ("a/b/c/part.csv", "deeper than the 3 levels"),
        ("a/notes.txt", "allowed is one of"),
    ],
)
def test_a_file_that_would_be_left_out_is_refused(tmp_path: Path, name: str, complaint: str) -> None:
    write_channel(tmp_path, small_split(5), file_format="csv", parts=1)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(DataError, match=complaint):
        read_channel(tmp_path)


def test_parquet_parts_are_listed_as_deep(tmp_path: Path) -> None:
    for folder in ("", "a", "z/y"):
        write_channel(tmp_path / folder, small_split(5), file_format="parquet", parts=1)
    names = [Path(name).relative_to(tmp_path).as_posix() for name in list_parts(str(tmp_path), None, None)]
    assert names == ["a/part-00000.parquet", "part-00000.parquet", "z/y/part-00000.parquet"]
    write_channel(tmp_path / "1/2/3", small_split(5), file_format="parquet", parts=1)
    with pytest.raises(OSError, match="deeper than 3 folders"):
        list_parts(str(tmp_path), None, None)


def test_a_folder_without_parts_or_of_mixed_formats_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no part files"):
        read_channel(tmp_path)
    write_channel(tmp_path, small_split(20), file_format="csv", parts=1)
    write_channel(tmp_path, small_split(20), file_format="parquet", parts=1)
    with pytest.raises(DataError, match="allowed is one of"):
        read_channel(tmp_path)
