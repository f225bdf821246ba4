"""The folder that `prepare` fills and `fit` and `evaluate` read: arrays, channels, and a manifest of it all.

::

    data-manifest.json            source, split rule, counts, class histograms, form, digests of sources and files
    source/train-images.npy ...   uint8 arrays as the source has them: what callers of the API send
    arrays/train-images.npy ...   the same in the canonical form: what `fit` reads by default
    train/part-00000.csv ...      the channels as CSV
    validation/part-00000.csv ...
    train-parquet/ validation-parquet/

Whatever becomes a channel is written here, so here it is brought into the canonical form, once, with shifted copies.
The folder is put in place as a whole, so it is complete or absent, and its digests are checked whenever it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from contract.canonical import canonical
from contract.digit import CANONICAL_FORM, RAW_FORM
from training.common.errors import DataError
from training.common.files import (
    pretty_json,
    read_json,
    replacing,
    replacing_folder,
    sha256_of_bytes,
    sha256_of_file,
    write_file,
)
from training.data.canonical_split import in_form
from training.data.channels import FORMATS, write_channel
from training.data.dataset import Dataset, Split, validate_split

SCHEMA = "digits.data/1"
PUBLISHED_SCHEMA = "digits.channels/1"
MANIFEST_NAME = "data-manifest.json"
PREPARE = "run: python -m training prepare"
ARRAYS, SOURCE = "arrays", "source"
CHANNELS = ("train", "validation")
"""The container refuses any channel but these (and `code`), so the test images are never written as one."""


@dataclass(frozen=True, kw_only=True)
class DataManifest:
    """What lies in a data folder.

    Parameters
    ----------
    source
        where the digits came from
    source_sha256
        digest of each file of the source
    split
        the rule by which they were divided, in words
    counts
        images per split
    histograms
        for each split, images per digit
    parts
        part files per channel
    files
        digest of every file in the folder, by its path relative to it
    copies
        distorted copies of each training image; the counts hold them
    drawn
        drawn digits in the train split, see `training.data.drawn_digits`; the counts hold them and their copies
    canonical_form
        version of the form of arrays and channels, see `contract.canonical`
    stream
        what the train split got from a stream, as `training.stream.merging.StreamRecord` has it; None for nothing
    """

    source: str
    source_sha256: Mapping[str, str]
    split: str
    counts: Mapping[str, int]
    histograms: Mapping[str, list[int]]
    parts: int
    files: Mapping[str, str]
    copies: int = 0
    drawn: int = 0
    canonical_form: int = RAW_FORM
    stream: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """The manifest as it is written; `stream` only when there is one."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        if self.stream is None:
            del values["stream"]
        return {"schema": SCHEMA, **values}

    def channel_files(self, channel: str, file_format: str) -> list[str]:
        """Paths of a channel's part files relative to the folder, in order."""
        folder = channel_folder(channel, file_format)
        return sorted(name for name in self.files if name.startswith(f"{folder}/"))

    def published(self, file_format: str) -> dict[str, Any]:
        """What goes beside the channels into a bucket: where they are from, and what is in them."""
        return {
            "schema": PUBLISHED_SCHEMA,
            "source": self.source,
            "source_sha256": dict(self.source_sha256),
            "split": self.split,
            "canonical_form": self.canonical_form,
            "copies": self.copies,
            "drawn": self.drawn,
            "counts": dict(self.counts),
            "histograms": {name: list(counts) for name, counts in self.histograms.items()},
            "files": {
                f"{channel}/{Path(name).name}": self.files[name]
                for channel in CHANNELS
                for name in self.channel_files(channel, file_format)
            },
        }

    def channels_digest(self, file_format: str) -> str:
        """One digest for the channels in one format: of the names and digests of all their part files."""
        names = [name for channel in CHANNELS for name in self.channel_files(channel, file_format)]
        return sha256_of_bytes(pretty_json({name: self.files[name] for name in names}))


def channel_folder(channel: str, file_format: str) -> str:
    """The name of a channel's folder: `train`, `train-parquet` ..."""
    return channel if file_format == "csv" else f"{channel}-{file_format}"


def write_data_folder(
    folder: Path,
    dataset: Dataset,
    *,
    parts: int,
    copies: int = 0,
    drawn: int = 0,
    on_step: Callable[[str], None] = lambda _step: None,
) -> DataManifest:
    """Write arrays, channels and manifest to `folder`, replacing what is there as a whole.

    Everything but the arrays of the source is written in the canonical form.

    Parameters
    ----------
    folder
        must be absent, empty, or one that was written here before
    dataset
        validated splits, raw
    parts
        part files per channel
    copies
        distorted copies of each training image that are written with it
    drawn
        drawn digits that are written with the training images, before the copies are made
    on_step
        called with the name of each file group as it is begun

    Raises
    ------
    DataError
        when the folder holds something else; nothing of it is touched
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / MANIFEST_NAME).exists():
        raise DataError(
            f"{folder} is not empty and was not written by prepare; move it away or choose another build folder"
        )
    with replacing_folder(folder) as temporary:
        _write_arrays(temporary / SOURCE, dataset, on_step)
        on_step("canonical form")
        written = in_form(dataset, copies=copies, drawn=drawn)
        _write_arrays(temporary / ARRAYS, written, on_step)
        for channel in CHANNELS:
            for file_format in FORMATS:
                on_step(f"{channel} {file_format}")
                split = written.splits()[channel]
                write_channel(
                    temporary / channel_folder(channel, file_format), split, file_format=file_format, parts=parts
                )
        manifest = describe(temporary, written, parts=parts, copies=copies, drawn=drawn)
        write_file(temporary / MANIFEST_NAME, pretty_json(manifest.to_json()))
    return manifest


def _write_arrays(folder: Path, dataset: Dataset, on_step: Callable[[str], None]) -> None:
    on_step(f"arrays of {folder.name}")
    for name, split in dataset.splits().items():
        for what, values in (("images", split.images), ("labels", split.labels)):
            with replacing(folder / f"{name}-{what}.npy") as file:
                np.save(file, values, allow_pickle=False)


def describe(folder: Path, dataset: Dataset, *, parts: int, copies: int, drawn: int) -> DataManifest:
    """The manifest of a folder into which the data set, in the canonical form, has just been written."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return DataManifest(
        source=dataset.source,
        source_sha256=dict(dataset.sha256),
        split=dataset.split_rule,
        copies=copies,
        drawn=drawn,
        canonical_form=CANONICAL_FORM,
        counts={name: len(split) for name, split in dataset.splits().items()},
        histograms={name: split.histogram() for name, split in dataset.splits().items()},
        parts=parts,
        files={path.relative_to(folder).as_posix(): sha256_of_file(path) for path in paths},
        stream=dataset.stream,
    )


def read_data_manifest(folder: Path) -> DataManifest:
    """The manifest of a data folder.

    Raises
    ------
    DataError
        when it is missing, damaged, of another schema, or of digits that are not in the canonical form of today
    """
    value = read_json(folder / MANIFEST_NAME, what="data manifest", how_to_get=PREPARE)
    schema = value.get("schema") if isinstance(value, dict) else None
    if schema != SCHEMA:
        raise DataError(f"{folder / MANIFEST_NAME} has the schema {schema!r}, expected {SCHEMA!r}; {PREPARE}")
    needed = [name for name in DataManifest.__dataclass_fields__ if name != "stream"]
    known = {"canonical_form": RAW_FORM, "copies": 0, "drawn": 0, **value}
    missing = next((name for name in needed if name not in known), None)
    if missing is not None:
        raise DataError(f"{folder / MANIFEST_NAME} lacks {missing!r}; {PREPARE}")
    form = known["canonical_form"]
    if form != CANONICAL_FORM:
        raise DataError(
            f"the digits in {folder} have the canonical form {form!r}, models are trained on form {CANONICAL_FORM};"
            f" {PREPARE}"
        )
    return DataManifest(**{name: known[name] for name in needed}, stream=value.get("stream"))


def verify(folder: Path, manifest: DataManifest, names: list[str] | None = None) -> None:
    """Hold files of the folder (all of them unless named) against the manifest's digests.

    Raises
    ------
    DataError
        for the first file that is missing or different
    """
    for name in names if names is not None else manifest.files:
        path = folder / name
        expected = manifest.files.get(name)
        if not path.is_file():
            raise DataError(f"{path} is missing; {PREPARE}")
        if expected is None or sha256_of_file(path) != expected:
            raise DataError(f"{path} is not what its manifest says, it was changed or cut off; {PREPARE}")


def read_split(folder: Path, name: str) -> Split:
    """One split in the canonical form, verified against the manifest: what a model is trained and scored on.

    Raises
    ------
    DataError
        when an array is missing, changed or not a valid split
    """
    return _read_arrays(folder, ARRAYS, name)


def read_source_split(folder: Path, name: str) -> Split:
    """One split as the source has it, without copies, verified: what callers of the API and senders of records have.

    Raises
    ------
    DataError
        when an array is missing, changed or not a valid split
    """
    return _read_arrays(folder, SOURCE, name)


def read_test_split(folder: Path, *, canonical_form: int) -> Split:
    """The test split in the form that a model was trained in.

    Raises
    ------
    DataError
        when an array is missing, changed or not a valid split
    """
    split = read_source_split(folder, "test")
    return Split(images=canonical(split.images, canonical_form), labels=split.labels)


def _read_arrays(folder: Path, arrays: str, name: str) -> Split:
    names = [f"{arrays}/{name}-{what}.npy" for what in ("images", "labels")]
    verify(folder, read_data_manifest(folder), names)
    try:
        images, labels = (np.load(folder / path, allow_pickle=False) for path in names)
    except ValueError as problem:
        raise DataError(f"the arrays of {name} in {folder} cannot be read ({problem}); {PREPARE}") from None
    split = Split(images=images, labels=labels)
    validate_split(name, split)
    return split
