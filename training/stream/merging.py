"""Merge the parts of a stream into the training split: every id once, in one order, nothing that would leak. Pure.

Kinesis delivers at least once and in no order across shards, so the same record may lie in several parts. What comes
out depends on the records alone: not on how often, when or in which part they arrived.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from contract.canonical import canonical
from contract.digit import CANONICAL_FORM, PIXELS
from training.common.errors import DataError
from training.data.dataset import Dataset, Split, validate_split
from training.stream.parts import Part


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """One id that stands for different digits, and two places that say so."""

    id: str
    first: str
    second: str


@dataclass(frozen=True, kw_only=True)
class Merged:
    """The records of all parts, each once.

    Parameters
    ----------
    ids
        in their order, which is that of the split
    split
        their digits
    arrived
        records in all parts together
    duplicates
        of these, how many had arrived before, with the same content
    conflicts
        ids that are left out
    """

    ids: tuple[str, ...]
    split: Split
    arrived: int
    duplicates: int
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, kw_only=True)
class StreamRecord:
    """What a data manifest says of the stream.

    Parameters
    ----------
    source
        where the parts were read
    parts
        how many there were
    arrived
        records in them
    duplicates
        of these, how many had arrived before
    conflicts
        ids that stood for different digits, all of whose records were left out
    leaks
        pictures left out because the validation or test split has them
    known
        pictures left out because the training split has them
    added
        digits that the training split got
    sha256
        of ids, labels and pixels of those
    """

    source: str
    parts: int
    arrived: int
    duplicates: int
    conflicts: int
    leaks: int
    known: int
    added: int
    sha256: str

    def to_json(self) -> dict[str, Any]:
        """The record as JSON values."""
        return asdict(self)


def merge(parts: Sequence[Part]) -> Merged:
    """Take every id once, in the order of the ids.

    Parameters
    ----------
    parts
        in any order
    """
    ordered = sorted(parts, key=lambda part: part.key)
    first: dict[str, tuple[int, int]] = {}
    conflicts: dict[str, Conflict] = {}
    for number, part in enumerate(ordered):
        for row, record_id in enumerate(part.ids):
            at = first.setdefault(record_id, (number, row))
            if record_id not in conflicts and not _same(ordered[at[0]], at[1], part, row):
                places = (ordered[at[0]].place(at[1]), part.place(row))
                conflicts[record_id] = Conflict(id=record_id, first=places[0], second=places[1])
    ids = sorted(first.keys() - conflicts.keys())
    agreeing = sum(record_id not in conflicts for part in ordered for record_id in part.ids)
    return Merged(
        ids=tuple(ids),
        split=_rows(ordered, [first[record_id] for record_id in ids]),
        arrived=sum(len(part.ids) for part in ordered),
        duplicates=agreeing - len(ids),
        conflicts=tuple(conflicts[record_id] for record_id in sorted(conflicts)),
    )


def _same(one: Part, row: int, other: Part, other_row: int) -> bool:
    return bool(one.labels[row] == other.labels[other_row] and np.array_equal(one.images[row], other.images[other_row]))


def _rows(parts: Sequence[Part], places: Sequence[tuple[int, int]]) -> Split:
    """The digits at those places (number of the part, row), in that order."""
    images = np.empty((len(places), PIXELS), dtype=np.uint8)
    labels = np.empty(len(places), dtype=np.uint8)
    for index, (number, row) in enumerate(places):
        images[index], labels[index] = parts[number].images[row], parts[number].labels[row]
    return Split(images=images, labels=labels)


def refuse_conflicts(merged: Merged) -> None:
    """Refuse to leave records out unless asked.

    Raises
    ------
    DataError
        naming the first id that stands for different digits, and both places
    """
    if merged.conflicts:
        one = merged.conflicts[0]
        raise DataError(
            f"the id {one.id} stands for different digits in {one.first} and {one.second}, and so do"
            f" {len(merged.conflicts) - 1} other ids; find out which is right, or drop all of them with"
            " --leave-out-conflicts"
        )


def add_to_training(
    dataset: Dataset, merged: Merged, *, source: str, parts: int, only_stream: bool
) -> tuple[Dataset, StreamRecord]:
    """The data set with the stream's digits behind, or in the place of, its training split.

    Validation and test stay as they are, so that metrics remain comparable. A picture that one of these has would
    let the model know its response, and one that the training split has would count twice: both are left out. The
    first are compared in the canonical form: a test image that was moved by some pixels is the same to the model.

    Raises
    ------
    DataError
        when nothing has arrived, nothing is left to train on, or the digits are no valid split
    """
    if not merged.arrived:
        raise DataError(f"no digit has arrived in {source}; send some: python -m training stream")
    held_out = {image for split in (dataset.validation, dataset.test) for image in _forms(split)}
    known = set() if only_stream else {image.tobytes() for image in dataset.train.images}
    pictures = [image.tobytes() for image in merged.split.images]
    leaking = [form in held_out for form in _forms(merged.split)]
    kept = [row for row, picture in enumerate(pictures) if not leaking[row] and picture not in known]
    added = Split(images=merged.split.images[kept], labels=merged.split.labels[kept])
    digest = _digest([merged.ids[row] for row in kept], added)
    leaks = sum(leaking)
    record = StreamRecord(
        source=source,
        parts=parts,
        arrived=merged.arrived,
        duplicates=merged.duplicates,
        conflicts=len(merged.conflicts),
        leaks=leaks,
        known=len(pictures) - leaks - len(kept),
        added=len(kept),
        sha256=digest,
    )
    return _with(dataset, added, record, only_stream=only_stream), record


def _with(dataset: Dataset, added: Split, record: StreamRecord, *, only_stream: bool) -> Dataset:
    train = added if only_stream else _joined(dataset.train, added)
    if not len(train):
        raise DataError(f"no new digit has arrived in {record.source}; send others: python -m training stream")
    validate_split("train", train)
    said = f"{len(added):,} digits of the stream"
    return replace(
        dataset,
        train=train,
        source=f"{dataset.source} + stream" if not only_stream else f"stream, tested on {dataset.source}",
        sha256={**dataset.sha256, "stream alone" if only_stream else "stream": record.sha256},
        split_rule=f"{dataset.split_rule}; but train = {said}"
        if only_stream
        else f"{dataset.split_rule}; and to train {said}",
        stream=record.to_json(),
    )


def _joined(one: Split, other: Split) -> Split:
    return Split(images=np.concatenate([one.images, other.images]), labels=np.concatenate([one.labels, other.labels]))


def _forms(split: Split) -> list[bytes]:
    """The images as the model sees them."""
    return [image.tobytes() for image in canonical(split.images, CANONICAL_FORM)]


def _digest(ids: Sequence[str], split: Split) -> str:
    digest = hashlib.sha256()
    for record_id, label, image in zip(ids, split.labels, split.images, strict=True):
        digest.update(f"{record_id} {label} ".encode() + image.tobytes())
    return digest.hexdigest()
